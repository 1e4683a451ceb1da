// Builds dist/: one file each for the command line and its threads, plus shared and rarely needed chunks. Reading a few
// files instead of hundreds halves the start-up time. tsc checks the types before.
//   node scripts/build.mjs [--outDir DIR]
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({ options: { outDir: { type: 'string', default: 'dist' } } });

const { outDir } = values;
// Chunks of an earlier build have other names.
const old = existsSync(outDir) ? readdirSync(outDir).filter((name) => name.endsWith('.js')) : [];
for (const name of old) rmSync(join(outDir, name));

/**
 * The width of a text on a terminal, which yargs needs to lay out its help. The help is ASCII. The npm package compiles
 * a regular expression of all emoji when it is loaded: a sixth of the CPU of a start.
 * @type {import('esbuild').Plugin}
 */
const stringWidth = {
  name: 'string-width',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^string-width$/ }, ({ path }) => ({ path, namespace: 'width' }));
    onLoad({ filter: /./, namespace: 'width' }, () => ({
      contents: 'export default (text) => text.length;',
    }));
  },
};

await build({
  entryPoints: [
    'src/main.ts',
    'src/pipeline/threads/capture-thread.ts',
    'src/pipeline/threads/decoder-thread.ts',
    'src/capture/cap/child.ts',
    'src/output/sinks/transport-host.ts',
  ],
  // All in one folder: entry points find each other as siblings.
  entryNames: '[name]',
  outdir: outDir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  plugins: [stringWidth],
  // Addons, rarely loaded packages, and pino by its file name, for its transports, which run in threads of their own.
  external: ['cap', 'koffi', 'pino/pino.js', 'prom-client'],
  // yaml requires Node's modules as CommonJS.
  banner: {
    js: "import { createRequire as newRequire } from 'node:module'; const require = newRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
