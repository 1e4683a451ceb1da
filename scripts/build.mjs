// Builds dist/: the command line and its threads as one file each, with what they share and what few runs need beside
// them. A start that reads some files instead of hundreds takes half the time. tsc has checked the types before.
//   node scripts/build.mjs [--outDir DIR]
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({ options: { outDir: { type: 'string', default: 'dist' } } });

const { outDir } = values;
// What was shared before has other names.
const old = existsSync(outDir) ? readdirSync(outDir).filter((name) => name.endsWith('.js')) : [];
for (const name of old) rmSync(join(outDir, name));

/**
 * How wide a text is on a terminal, by which yargs lays out its help. Ours is ASCII. The package of this name compiles a
 * regular expression of all emoji when it is loaded: a sixth of the CPU of a start.
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
  // All in one folder: where one starts another, it is its neighbour, as in the source.
  entryNames: '[name]',
  outdir: outDir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  plugins: [stringWidth],
  // Addons, packages that few runs load, and pino by its file's name: for its transports, which are threads of its own.
  external: ['cap', 'koffi', 'pino/pino.js', 'prom-client'],
  // yaml asks for Node's own modules as CommonJS does.
  banner: {
    js: "import { createRequire as newRequire } from 'node:module'; const require = newRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
