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
import { PathTable } from '../../src/protocols/gluster/paths/path-table.js';
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

/** Xorshift: the same numbers in every run. */
function newRandom(seed: number): (limit: number) => number {
  let state = seed || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

const PARENTS = Math.ceil(Math.sqrt(directories));
const random = newRandom(Number(values.seed));
/** Memory before the table exists. */
const before = collected();
const table = new PathTable(
  files + directories + PARENTS + 1,
  new Uint32Array(BRICK + 1),
  Number(values.seed),
);
const root: GfidWords = new Uint32Array([0, 0, 0, 1]);
const above: GfidWords = new Uint32Array(4);
const file: GfidWords = new Uint32Array(4);

/** Fills the table. Times are in ms. */
function fillTable(linked: boolean) {
  let names = 0;
  let longest = 0;
  const name = (parent: GfidWords, text: string, only: boolean) => {
    const start = performance.now();
    table.recordName(BRICK, parent, text, file, only, 0);
    longest = Math.max(longest, performance.now() - start);
    names++;
  };
  const started = performance.now();
  for (let n = 0; n < PARENTS; n++) {
    gfid(file, 2, n);
    name(root, fresh(`volume-${n}`), true);
  }
  for (let n = 0; n < directories; n++) {
    gfid(above, 2, n % PARENTS);
    gfid(file, 3, n);
    name(above, fresh(`directory-${n}`), true);
  }
  for (let n = 0; n < files; n++) {
    gfid(above, 3, n % directories);
    gfid(file, 4, n);
    name(above, fileName(n), !linked);
    if (linked && n % 10 === 0) {
      gfid(above, 3, random(directories));
      name(above, fresh(`link-to-${n}`), false);
    }
  }
  return { names, longest, named: ((performance.now() - started) * 1000) / names };
}

/** Microseconds of a look-up among the first `limit` files. */
function timeLookups(limit: number): number {
  const start = performance.now();
  for (let i = 0; i < LOOKUPS; i++) {
    if (table.pathOf(BRICK, gfid(file, 4, random(limit))) === undefined)
      throw new Error('a file has no path');
  }
  return ((performance.now() - start) * 1000) / LOOKUPS;
}

/** Microseconds of each of many look-ups. */
function lookupTimes(): number[] {
  return Array.from({ length: LOOKUPS }, () => {
    gfid(file, 4, random(files));
    const start = performance.now();
    table.pathOf(BRICK, file);
    return (performance.now() - start) * 1000;
  });
}

/** Adds files to a full table: each evicts another. */
function replaceFiles() {
  let slowest = 0;
  const started = performance.now();
  for (let n = files; n < files + LOOKUPS; n++) {
    gfid(above, 3, random(directories));
    gfid(file, 4, n);
    const start = performance.now();
    table.recordName(BRICK, above, fileName(n), file, true, 0);
    slowest = Math.max(slowest, performance.now() - start);
  }
  return { slowest, replaced: ((performance.now() - started) * 1000) / LOOKUPS };
}

function measure(linked: boolean) {
  const filled = fillTable(linked);
  const after = collected();
  timeLookups(files);
  return {
    known: table.size(),
    ...filled,
    rss: after.rss - before.rss,
    heap: after.heap - before.heap,
    external: after.external - before.external,
    random: timeLookups(files),
    few: timeLookups(1000),
    p999: percentile(lookupTimes(), 99.9),
    ...replaceFiles(),
  };
}

if (values.linked !== undefined) {
  console.log(JSON.stringify(measure(values.linked === 'yes')));
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
    return JSON.parse(run.stdout) as ReturnType<typeof measure>;
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
  of('a name added, us', (run) => run.named.toFixed(2));
  of('  the longest call, ms', (run) => run.longest.toFixed(1));
  of('pathOf() of any file, us', (run) => run.random.toFixed(2));
  of('  the 99.9th percentile, us', (run) => run.p999.toFixed(1));
  of('pathOf() of one of 1000 files, us', (run) => run.few.toFixed(2));
  of('a name added in a full table, us', (run) => run.replaced.toFixed(2));
  of('  the longest call, ms', (run) => run.slowest.toFixed(1));
  printTable(rows);
}
