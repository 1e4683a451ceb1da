// Length of summary lines, and their latency at half the loss-free rate.
//
//   scripts/bench/run lines [--rate PACKETS/S] [--seconds 20] [--view messages] [--file CAPTURE]
//
// Length: of every line that `wiretail read` writes of the repository's captures of real traffic, in both views, without
// the lines of dataset wiretail.*.
// Latency: needs root and tcpreplay. A capture of real traffic, repeated with other addresses, is sent over a veth pair
// between two network namespaces, at --rate or at half the rate that live.ts finds. Lines come through a pipe; each is
// compared with the clock at the time its chunk was read. Its @timestamp is the kernel's time of the packet that
// completed the message (with --view calls: @timestamp plus event.duration). Two copies at a low rate warm up first and
// do not count. wiretail's own `lag` in the last stats line is per batch, includes the warm-up, and ends at the write.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../test/helpers/project.js';
import { newClock, timeOf } from './clock.js';
import {
  BENCHES,
  describeMachine,
  MAIN,
  needLab,
  parseLine,
  percentile,
  printTable,
  runToEnd,
  type Stats,
  skip,
  sleep,
  start,
  vethPair,
} from './lab.js';
import { factFrom, verdict } from './results.js';
import {
  METADATA,
  needTcpreplay,
  replayCommand,
  replayed,
  SENDING,
  tcpOf,
  writeRepeated,
  writeWarmUp,
} from './traffic.js';

const { values } = parseArgs({
  options: { ...SENDING, rate: { type: 'string' } },
});
const seconds = Number(values.seconds);
const MOST_BYTES = 900;
const MOST_MS = 150;
const VIEWS = ['calls', 'messages'];
const START_MS = 10_000;

const folder = mkdtempSync(join(tmpdir(), 'wiretail-bench-'));

interface Sum {
  lines: number;
  bytes: number;
}

/** Captures of real traffic, without the random messages of the tests (gen-*). */
const CAPTURES = readdirSync(join(ROOT, 'test/captures'))
  .filter((name) => name.endsWith('.pcap.gz') && /^gm?-/.test(name))
  .map((name) => join(ROOT, 'test/captures', name));

/** Lines and bytes by dataset. */
function lengths(view: string) {
  const sums: Record<string, Sum> = {};
  for (const file of [...CAPTURES, METADATA]) {
    const args = [MAIN, 'read', '--workers', '1', '--view', view, file];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { maxBuffer: 1 << 30 });
    if (status !== 0) throw new Error(`wiretail read ${file} failed: ${stderr}`);
    let at = 0;
    for (let end = stdout.indexOf(10); end >= 0; end = stdout.indexOf(10, at)) {
      const { dataset } = parseLine(stdout.toString('utf8', at, end)).event;
      sums[dataset] ??= { lines: 0, bytes: 0 };
      sums[dataset].lines++;
      sums[dataset].bytes += end + 1 - at;
      at = end + 1;
    }
  }
  return sums;
}

function measureBytes() {
  const sums = VIEWS.map(lengths);
  const datasets = [...new Set(sums.flatMap((each) => Object.keys(each)))].sort();
  const messages = datasets.filter((name) => !name.startsWith('wiretail.'));
  const cells = (sum: Sum | undefined) =>
    sum === undefined ? ['-', '-'] : [sum.lines, (sum.bytes / sum.lines).toFixed(0)];
  // Apart, since GlusterFS lines are longer and the captures have more Gearman lines.
  const PROTOCOLS = ['gluster', 'gearman'];
  const all = PROTOCOLS.map((protocol) =>
    sums.map((each) => {
      const own = messages.filter((name) => name.startsWith(protocol)).map((name) => each[name]);
      const sum = (what: keyof Sum) => own.reduce((total, dataset) => total + (dataset?.[what] ?? 0), 0);
      return { lines: sum('lines'), bytes: sum('bytes') };
    }),
  );
  printTable([
    ['dataset', ...VIEWS.flatMap((view) => [`${view}: lines`, 'bytes each'])],
    ...messages.map((name) => [name, ...sums.flatMap((each) => cells(each[name]))]),
    ...PROTOCOLS.map((protocol, index) => [`all of ${protocol}`, ...all[index].flatMap(cells)]),
  ]);
  console.log();
  for (const [index, view] of VIEWS.entries()) {
    const averages = all.map((each) => each[index].bytes / each[index].lines);
    const what = `bytes of a summary line on average, --view ${view}: less than ${MOST_BYTES}`;
    const measured = PROTOCOLS.map((protocol, i) => `${protocol} ${averages[i].toFixed(0)}`).join(', ');
    verdict(
      6,
      what,
      measured,
      averages.every((average) => average < MOST_BYTES),
    );
  }
}

/** Half the loss-free rate, from an earlier bench or from a short run of live.ts. */
function halfRate() {
  const known = factFrom(process.env.BENCH_RESULTS, 'lossFree');
  if (known !== undefined) return known / 2;
  const results = join(folder, 'results');
  const script = join(BENCHES, 'live.js');
  const args = ['--only', 'wiretail', '--seconds', '3', '--precision', '1.3', '--file', values.file];
  const { stdout } = spawnSync(process.execPath, [script, ...args, '--view', values.view], {
    encoding: 'utf8',
    env: { ...process.env, BENCH_RESULTS: results },
  });
  const found = factFrom(results, 'lossFree');
  if (found === undefined) skip(`live.ts found no rate: ${stdout.trim().split('\n').at(-1)}`);
  return found / 2;
}

const DURATION = '"duration":';

/** When the message of a line was complete, in microseconds since the epoch; undefined for other lines. */
function completed(line: string) {
  const at = line.indexOf('"@timestamp":"');
  if (at < 0 || line.includes('"dataset":"wiretail.')) return undefined;
  const time = timeOf(line.slice(at + 14, at + 44));
  const took = values.view === 'calls' ? line.indexOf(DURATION) : -1;
  return took < 0 ? time : time + Number.parseInt(line.slice(took + DURATION.length), 10) / 1000;
}

/** Starts wiretail and measures the latency of each line. */
async function startTimed(where: string) {
  const args = ['capture', '-i', 'bench1', '-f', 'tcp', '--view', values.view, '--stats-interval', '0'];
  const child = start(where, [process.execPath, MAIN, ...args], ['ignore', 'pipe', 'pipe']);
  const now = newClock();
  const late: number[] = [];
  let rest = '';
  let last = '';
  let printed = '';
  child.stderr?.on('data', (data) => {
    printed += data;
  });
  child.stdout?.on('data', (chunk: Buffer) => {
    const read = now();
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const time = completed(line);
      if (time !== undefined) late.push((read - time) / 1000);
      last = line;
    }
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const began = performance.now();
  while (last === '') {
    if (child.exitCode !== null || performance.now() - began > START_MS)
      throw new Error(`wiretail did not start: ${printed.trim().split('\n').at(-1)}`);
    await sleep(20);
  }
  return {
    late,
    async stop() {
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), 3 * START_MS);
      await ended;
      clearTimeout(kill);
      const stats: Stats | undefined = parseLine(last).wiretail?.stats;
      if (stats === undefined) throw new Error(`wiretail wrote no last stats line: ${printed}`);
      return stats;
    },
  };
}

async function measureTimes() {
  const tcpreplay = needTcpreplay();
  const rate = values.rate === undefined ? halfRate() : Number(values.rate);
  const where = vethPair();
  const { pcap, packets } = tcpOf(values.file);
  const traffic = join(folder, 'traffic.pcap');
  const copies = Math.max(1, Math.round((rate * seconds) / packets));
  writeRepeated(traffic, pcap, copies);
  console.log(`\nsender     tcpreplay ${tcpreplay}, ${copies} copies of ${basename(values.file)}`);
  const wiretail = await startTimed(where.to);
  await sleep(500);
  const warm = writeWarmUp(join(folder, 'warm-up.pcap'), pcap);
  replayed(await runToEnd(where.from, replayCommand('bench0', warm.file, { rate: warm.rate })));
  await sleep(1000);
  const before = wiretail.late.length;
  const { sent, seconds: took } = replayed(
    await runToEnd(where.from, replayCommand('bench0', traffic, { rate })),
  );
  await sleep(1000);
  const { packets: counted, lag } = await wiretail.stop();
  const late = wiretail.late.slice(before);
  console.log(`           ${sent} packets at ${(sent / took).toFixed(0)}/s, ${counted.dropped} dropped\n`);
  const own = [lag?.p99, lag?.max].map((ns) => (ns === undefined ? '-' : (ns / 1e6).toFixed(1)));
  printTable([
    ['ms from packet to line', 'of', 'p50', 'p99', 'max'],
    ['read from the pipe', late.length, ...[50, 99, 100].map((p) => percentile(late, p).toFixed(1))],
    ["wiretail's own `lag`", lag?.batches ?? 0, '-', ...own],
  ]);
  console.log();
  const p99 = percentile(late, 99);
  const what = `ms from packet to line at half the loss-free rate, 99th percentile: less than ${MOST_MS}`;
  const measured = `${p99.toFixed(0)} (${(sent / took).toFixed(0)} packets/s)`;
  verdict(6, what, measured, p99 < MOST_MS && counted.dropped === 0);
}

needLab(3600_000);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
describeMachine();
console.log('inputs     all of test/captures\n');
measureBytes();
await measureTimes();
process.exit(0);
