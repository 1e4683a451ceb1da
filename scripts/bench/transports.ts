// Lines that a pino transport loses at process exit, and its cost when it hangs: pino by itself, and as an output of
// wiretail (src/output/), both given the same lines at the same rate.
//
//   scripts/bench/run transports [--lines 200000] [--bytes 700] [--rate 40000]
//
// `exit`: the process ends right after the last line, as a daemon does on SIGTERM. `hangs`: the transport accepts
// nothing from its first line on. One process a case. Needs no root.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { openOutputs } from '../../src/output/run-outputs.js';
import { describeMachine, printTable } from './lab.js';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '200000' },
    bytes: { type: 'string', default: '700' },
    rate: { type: 'string', default: '40000' },
    /** Internal: runs one case. */
    run: { type: 'string' },
    target: { type: 'string', default: 'pino/file' },
    file: { type: 'string', default: '' },
  },
});
const lines = Number(values.lines);
const fill = 'x'.repeat(Number(values.bytes) - 40);
/** Lines in a batch of a decoder. */
const BATCH = 180;
const MIB = 2 ** 20;

const started = performance.now();

/** Waits until a number of lines is due. */
async function due(given: number) {
  const wait = started + (given / Number(values.rate)) * 1000 - performance.now();
  await new Promise((resolve) => (wait > 1 ? setTimeout(resolve, wait) : setImmediate(resolve)));
}

/** Hands lines to pino one at a time. */
async function byPino() {
  const transport = pino.transport({ target: values.target, options: { destination: values.file } });
  const log = pino({ base: undefined }, transport);
  for (let i = 0; i < lines; i++) {
    log.info({ fill });
    if (i % BATCH === 0) await due(i);
  }
  return { given: lines, counts: undefined };
}

/** Hands batches to wiretail's outputs and ends as the daemon does. */
async function byWiretail() {
  const options = { destination: values.file };
  const outputs = await openOutputs(
    { outputs: [{ kind: 'transport', target: values.target, options }], outputBuffer: 64 * MIB },
    true,
  );
  outputs.setListener({ startLine: () => undefined, onEvent() {}, onDead() {} });
  const batch = Buffer.from(`${JSON.stringify({ level: 30, fill })}\n`.repeat(BATCH));
  let given = 0;
  for (; given < lines; given += BATCH) {
    outputs.writeBatch(Buffer.from(batch), BATCH, () => {});
    await due(given);
  }
  // The daemon waits for queued lines up to its deadline and counts the rest.
  const late = new Promise((resolve) => setTimeout(resolve, 4000).unref());
  await Promise.race([outputs.flush(), late]);
  const [{ written, dropped, waiting }] = outputs.counts();
  return { given, counts: { written, lost: dropped + waiting } };
}

function measure(run: 'pino' | 'wiretail', target: string, file: string) {
  const args = ['--run', run, '--target', target, '--file', file, '--lines', values.lines];
  args.push('--bytes', values.bytes, '--rate', values.rate);
  const { stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  const end = Date.now();
  const result = JSON.parse(stdout);
  const found = existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
  const { given, counts, rss, at } = result;
  return [
    run,
    String(given),
    String(found),
    String(given - found),
    counts === undefined ? 'nothing' : `${counts.written} written, ${counts.lost} lost`,
    (rss / MIB).toFixed(0),
    ((end - at) / 1000).toFixed(1),
  ];
}

if (values.run !== undefined) {
  const result = await (values.run === 'pino' ? byPino() : byWiretail());
  process.stdout.write(JSON.stringify({ ...result, rss: process.memoryUsage.rss(), at: Date.now() }));
  process.exit(0);
}
const directory = mkdtempSync(join(tmpdir(), 'wiretail-bench-'));
try {
  const hangs = join(directory, 'hangs.mjs');
  writeFileSync(
    hangs,
    `import { Writable } from 'node:stream';
export default () => new Writable({ write() { for (;;); } });
`,
  );
  describeMachine();
  console.log(`${lines} lines of ${values.bytes} bytes, ${values.rate} a second\n`);
  const rows = [['case', 'by', 'given', 'in the file', 'missing', 'reported', 'RSS, MiB', 'exit takes, s']];
  for (const [name, target] of [
    ['exit', 'pino/file'],
    ['hangs', hangs],
  ]) {
    for (const run of ['pino', 'wiretail'] as const) {
      rows.push([name, ...measure(run, target, join(directory, `${name}-${run}`))]);
    }
  }
  printTable(rows);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
