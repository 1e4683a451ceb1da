// Memory and time of a full path table (src/protocols/gluster/paths/path-table.ts).
//
//   scripts/bench/run path-memory [--files 1000000] [--directories 10000] [--seed 1]
//
// Names of about 20 characters in directories two levels deep; one run with one name a file, one with two names for a
// tenth of the files. Each run has a process of its own, and what is there before is subtracted. Names are decoded from
// bytes as a decoder does, so that each has memory of its own. Needs no root.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { GfidWords } from '../../src/protocols/gluster/paths/gfid-hash.js';
import { newPathTable } from '../../src/protocols/gluster/paths/path-table.js';
import { describeMachine, percentile, printTable } from './lab.js';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000000' },
    directories: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    /** Internal: measures one case and prints the figures as JSON. */
    linked: { type: 'string' },
  },
});
const files = Number(values.files);
const directories = Number(values.directories);
const MIB = 2 ** 20;
const BRICK = 1;
/** Calls timed together, so that the clock costs nothing; the longest calls are timed one by one. */
const LOOKUPS = 200_000;

function gfid(into: GfidWords, kind: number, n: number) {
  into[0] = Math.imul(n + 1, 0x9e3779b1);
  into[1] = Math.imul(n + 1, 0x85ebca6b);
  into[2] = n;
  into[3] = kind;
  return into;
}

const fresh = (name: string) => Buffer.from(name, 'latin1').toString('latin1');

const fileName = (n: number) => fresh(`report-${String(n).padStart(9, '0')}.dat`);

function collected() {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed, external };
}

async function measure(linked: boolean) {
  const epochs = new Uint32Array(BRICK + 1);
  const root = new Uint32Array([0, 0, 0, 1]);
  const above = new Uint32Array(4);
  const file = new Uint32Array(4);
  /** Xorshift: the same numbers in every run. */
  let state = Number(values.seed) || 1;
  const below = (limit: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  const parents = Math.ceil(Math.sqrt(directories));
  const before = collected();
  const capacity = files + directories + parents + 1;
  const table = newPathTable(capacity, epochs, Number(values.seed));

  let names = 0;
  let longest = 0;
  const name = (parent: GfidWords, text: string, only: boolean) => {
    const start = performance.now();
    table.name(BRICK, parent, text, file, only, 0);
    longest = Math.max(longest, performance.now() - start);
    names++;
  };
  const started = performance.now();
  for (let n = 0; n < parents; n++) {
    gfid(file, 2, n);
    name(root, fresh(`volume-${n}`), true);
  }
  for (let n = 0; n < directories; n++) {
    gfid(above, 2, n % parents);
    gfid(file, 3, n);
    name(above, fresh(`directory-${n}`), true);
  }
  for (let n = 0; n < files; n++) {
    gfid(above, 3, n % directories);
    gfid(file, 4, n);
    name(above, fileName(n), !linked);
    if (linked && n % 10 === 0) {
      gfid(above, 3, below(directories));
      name(above, fresh(`link-to-${n}`), false);
    }
  }
  const naming = performance.now() - started;
  const after = collected();

  const lookUp = (which: () => number) => {
    const start = performance.now();
    for (let i = 0; i < LOOKUPS; i++) {
      if (table.path(BRICK, gfid(file, 4, which())) === undefined) throw new Error('a file has no path');
    }
    return ((performance.now() - start) * 1000) / LOOKUPS;
  };
  lookUp(() => below(files));
  const random = lookUp(() => below(files));
  const few = lookUp(() => below(1000));
  const times = [];
  for (let i = 0; i < LOOKUPS; i++) {
    gfid(file, 4, below(files));
    const start = performance.now();
    table.path(BRICK, file);
    times.push((performance.now() - start) * 1000);
  }
  // The table is full: each new file evicts another.
  let slowest = 0;
  const replacing = performance.now();
  for (let n = files; n < files + LOOKUPS; n++) {
    gfid(above, 3, below(directories));
    gfid(file, 4, n);
    const start = performance.now();
    table.name(BRICK, above, fileName(n), file, true, 0);
    slowest = Math.max(slowest, performance.now() - start);
  }
  return {
    known: table.size(),
    names,
    rss: after.rss - before.rss,
    heap: after.heap - before.heap,
    external: after.external - before.external,
    named: (naming * 1000) / names,
    longest,
    random,
    few,
    p999: percentile(times, 99.9),
    replaced: ((performance.now() - replacing) * 1000) / LOOKUPS,
    slowest,
  };
}

if (values.linked !== undefined) {
  console.log(JSON.stringify(await measure(values.linked === 'yes')));
} else {
  describeMachine();
  console.log(
    `input      ${files} files in ${directories} directories, names of 20 characters, seed ${values.seed}\n`,
  );
  const rows: (string | number)[][] = [['', 'one name each', 'a tenth has two']];
  const runs = ['no', 'yes'].map((linked) => {
    const script = fileURLToPath(import.meta.url);
    const args = ['--expose-gc', script, '--linked', linked, '--files', values.files];
    args.push('--directories', values.directories, '--seed', values.seed);
    const run = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    if (run.status !== 0) throw new Error(`a measurement failed (${run.status})`);
    return JSON.parse(run.stdout) as Awaited<ReturnType<typeof measure>>;
  });
  const mib = (bytes: number) => (bytes / MIB).toFixed(1);
  const of = (what: string, figure: (run: (typeof runs)[0]) => string | number) =>
    rows.push([what, ...runs.map(figure)]);
  of('inodes known', (run) => run.known);
  of('names given', (run) => run.names);
  of('RSS grown by, MiB', (run) => mib(run.rss));
  of('  heap, MiB', (run) => mib(run.heap));
  of('  outside of it, MiB', (run) => mib(run.external));
  of('bytes (heap and outside) a file', (run) => Math.round((run.heap + run.external) / files));
  of('a name learned, us', (run) => run.named.toFixed(2));
  of('  the longest call, ms', (run) => run.longest.toFixed(1));
  of('path() of any file, us', (run) => run.random.toFixed(2));
  of('  the 99.9th percentile, us', (run) => run.p999.toFixed(1));
  of('path() of one of 1000 files, us', (run) => run.few.toFixed(2));
  of('a name learned in a full table, us', (run) => run.replaced.toFixed(2));
  of('  the longest call, ms', (run) => run.slowest.toFixed(1));
  printTable(rows);
}
