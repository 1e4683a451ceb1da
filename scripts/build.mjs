// Builds dist/: the command line with chunks for what few commands need, and one file for each thread and child process.
// Reading a few files instead of hundreds halves the start-up time; each file that is loaded costs about a millisecond.
// tsc checks the types before.
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

const options = {
  // All in one folder: entry points find each other as siblings.
  entryNames: '[name]',
  outdir: outDir,
  bundle: true,
  format: /** @type {const} */ ('esm'),
  platform: /** @type {const} */ ('node'),
  target: 'node20.19',
  plugins: [stringWidth],
  // Addons, rarely loaded packages, and pino by its file name, for its transports, which run in threads of their own.
  external: ['cap', 'koffi', 'pino/pino.js', 'prom-client'],
  // yaml requires Node's modules as CommonJS.
  banner: {
    js: "import { createRequire as newRequire } from 'node:module'; const require = newRequire(import.meta.url);",
  },
  logLevel: /** @type {const} */ ('warning'),
};

/**
 * Entry points that share no chunks: fewer files are loaded. With splitting, what is imported on demand is a chunk of its
 * own; a decoder thread needs all that it imports, so one file is best.
 * @type {import('esbuild').BuildOptions[]}
 */
const builds = [
  { entryPoints: ['src/main.ts'], splitting: true },
  { entryPoints: ['src/pipeline/threads/capture-thread.ts'], splitting: true },
  {
    entryPoints: [
      'src/pipeline/threads/decoder-thread.ts',
      'src/capture/cap/child.ts',
      'src/output/sinks/transport-host.ts',
    ],
  },
];

await Promise.all(builds.map((entry) => build({ ...options, ...entry })));
