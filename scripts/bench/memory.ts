// Memory with many open connections and many known paths, its growth under load, and the time until the capture starts.
//
//   scripts/bench/run memory [--minutes 2] [--connections 50000] [--files 1000000] [--starts 10] [--rate 5000]
//
// Needs root and tcpreplay. Makes two network namespaces joined by a veth pair and removes them.
// Start: from process start to the first line, which is written once the capture runs; over --starts starts.
// Crowd: packets from many-connections.ts go to one wiretail with default options. The connections begin as in real
// captures (SETVOLUME of a Gluster client, PRE_SLEEP of a Gearman worker, half of each) and stay open. Then a client
// lists directories until --files files and directories are known, and calls 1000 of them by gfid alone: each line must
// have the path.
// Memory: RSS without the ring (--ring-size, shared memory) and the kernel's capture buffer (--buffer-size, mapped into
// the process as a whole; see /proc/PID/smaps).
// Soak: real traffic of both protocols (file operations, 1 MiB reads and writes, Gearman) with new addresses in each
// loop goes to the same process, whose tables are full, at --rate packets/s for --minutes minutes (0: no soak). Flat
// means that the median of the last quarter is at most 5 % above that of the second. The output rotates at 256 MiB.
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFrames } from './frames.js';
import {
  describeMachine,
  lastLine,
  median,
  needLab,
  parseLine,
  printTable,
  runToEnd,
  type Stats,
  sleep,
  startToFile,
  vethPair,
} from './lab.js';
import { connections, FILES_EACH, newListingClient, pathOf } from './many-connections.js';
import { verdict } from './results.js';
import {
  captureOf,
  needTcpreplay,
  packetsOf,
  replayCommand,
  replayed,
  tcpOf,
  writeRepeated,
} from './traffic.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    connections: { type: 'string', default: '50000' },
    files: { type: 'string', default: '1000000' },
    starts: { type: 'string', default: '10' },
    rate: { type: 'string', default: '5000' },
  },
});
const minutes = Number(values.minutes);
const MIB = 2 ** 20;
const RING = 64 * MIB;
const MOST_MIB = 200;
const MOST_START = 0.5;
const MOST_GROWTH = 1.05;
const PROBES = 1000;
/** Packets/s of the connection starts, and of directory listings, which have 55 KB each. */
const RATE = { connections: 8000, listings: 800 };
const MIX = { 'g-fops-all': 4, 'g-gfapi': 1, 'gm-many': 2 };

const folder = mkdtempSync(join(tmpdir(), 'wiretail-bench-'));
const output = join(folder, 'lines.ndjson');
const ARGS = ['-i', 'bench1', '-f', 'tcp', '--stats-interval', '1s'];

/**
 * Resident memory of a process in MiB. The ring is written segment after segment, so that as much of it is resident as
 * was captured. (smaps does not show it: V8 merges its mapping with others.)
 * @param captured bytes captured so far
 */
function memoryOf(pid: number, captured: number) {
  let [rss, buffer] = [0, 0];
  for (const mapping of readFileSync(`/proc/${pid}/smaps`, 'utf8').split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/)) {
    const resident = 1024 * Number(/^Rss:\s+(\d+) kB/m.exec(mapping)?.[1] ?? 0);
    rss += resident;
    if (mapping.split('\n')[0].includes('socket:[')) buffer += resident;
  }
  const ring = Math.min(captured, RING);
  return { rss: rss / MIB, ring: ring / MIB, buffer: buffer / MIB, rest: (rss - ring - buffer) / MIB };
}

async function measureStarts(where: string) {
  const took = [];
  for (let n = 0; n < Number(values.starts); n++) {
    const wiretail = await startToFile(where, ARGS, output);
    took.push(wiretail.started);
    await sleep(100);
    await wiretail.stop();
    rmSync(output);
  }
  const [least, most] = [Math.min(...took), Math.max(...took)].map((s) => s.toFixed(2));
  const middle = median(took);
  const what = `s from start to capturing, median of ${took.length} starts: less than ${MOST_START}`;
  verdict(5, what, `${middle.toFixed(2)} (${least} to ${most})`, middle < MOST_START);
}

/** Statistics of the last stats line. */
function lastStats(): Stats {
  const { wiretail } = parseLine(lastLine(output));
  if (wiretail?.stats === undefined) throw new Error('the last line is no stats line');
  return wiretail.stats;
}

/** The lines from a position in the output on. */
function linesFrom(position: number) {
  const file = openSync(output, 'r');
  const bytes = Buffer.alloc(Math.max(0, statSync(output).size - position));
  readSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
  return bytes.toString().trim().split('\n').map(parseLine);
}

const send = async (where: string, file: string, rate: number) =>
  replayed(await runToEnd(where, replayCommand('bench0', file, { rate })));

/** Opens the connections, lists the directories, calls some files by gfid. */
async function gather(from: string) {
  const traffic = join(folder, 'crowd.pcap');
  // The root counts as a known file.
  const directories = Math.floor((Number(values.files) - 1) / (FILES_EACH + 1));
  const files = directories * FILES_EACH;
  const lister = newListingClient();
  let sent = writeFrames(traffic, connections(Number(values.connections)));
  await send(from, traffic, RATE.connections);
  sent += writeFrames(traffic, lister.begin());
  await send(from, traffic, RATE.connections);
  sent += writeFrames(traffic, lister.list(directories));
  await send(from, traffic, RATE.listings);
  await sleep(3000);
  const position = statSync(output).size;
  const probes = Array.from({ length: PROBES }, (_, i) => Math.floor((i * files) / PROBES));
  sent += writeFrames(traffic, lister.stat(probes));
  await send(from, traffic, RATE.listings);
  rmSync(traffic);
  await sleep(3000);
  const { packets, flows, bytes } = lastStats();
  const answers = linesFrom(position).filter(({ event }) => event.action === 'STAT');
  const right = answers.filter(({ gluster }, i) => gluster?.path === pathOf(probes[i])).length;
  console.log(`crowd      ${sent} packets sent, ${packets.seen} seen, ${packets.dropped} dropped;`);
  console.log(`           ${flows.open} connections are open, ${files + directories} files were named;`);
  console.log(`           of ${PROBES} calls by gfid, ${right} have their path\n`);
  const whole = packets.dropped === 0 && flows.open > Number(values.connections) && right === PROBES;
  return { files: files + directories, bytes, whole };
}

/** Writes real traffic of both protocols and returns its number of packets. */
function writeMix(path: string) {
  const parts = Object.entries(MIX).map(([name, times], index) => {
    const file = join(folder, name);
    writeRepeated(file, tcpOf(captureOf(name)).pcap, times);
    const bytes = readFileSync(file);
    rmSync(file);
    return index === 0 ? bytes : bytes.subarray(24);
  });
  return writeFrames(path, framesOf(Buffer.concat(parts)));
}

function* framesOf(pcap: Buffer) {
  for (const { at, end } of packetsOf(pcap)) yield pcap.subarray(at + 16, end);
}

async function soak(from: string, pid: number) {
  const mix = join(folder, 'mix.pcap');
  const packets = writeMix(mix);
  const rate = Number(values.rate);
  const loop = Math.max(1, Math.round((minutes * 60 * rate) / packets));
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(memoryOf(pid, RING).rest), Math.max(1000, minutes * 300));
  const { sent, seconds } = replayed(await runToEnd(from, replayCommand('bench0', mix, { rate, loop })));
  clearInterval(timer);
  const quarter = (n: number) =>
    median(samples.slice((n * samples.length) >> 2, ((n + 1) * samples.length) >> 2));
  const quarters = [0, 1, 2, 3].map(quarter);
  const growth = quarters[3] / quarters[1];
  console.log(
    `\nsoak       ${sent} packets in ${seconds.toFixed(0)} s, ${samples.length} samples of the rest;`,
  );
  console.log(`           medians of its quarters, MiB: ${quarters.map((mib) => mib.toFixed(0)).join(', ')}`);
  const what = `that memory under ${minutes} minutes of mixed load, last quarter by second: at most ${MOST_GROWTH}`;
  verdict(5, what, growth.toFixed(3), growth <= MOST_GROWTH);
}

async function bench() {
  needLab((minutes + 30) * 60_000);
  const tcpreplay = needTcpreplay();
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { from, to } = vethPair();
  describeMachine();
  console.log(`sender     tcpreplay ${tcpreplay}\n`);
  await measureStarts(to);

  const wiretail = await startToFile(to, [...ARGS, '--rotate-size', '256MiB', '--rotate-keep', '1'], output);
  await sleep(500);
  const empty = memoryOf(wiretail.pid, 0);
  const { files, bytes, whole } = await gather(from);
  const full = memoryOf(wiretail.pid, bytes);
  const cells = (of: (memory: typeof full) => number) => [empty, full].map((each) => of(each).toFixed(0));
  printTable([
    ['MiB', 'at the start', 'with the crowd'],
    ['RSS', ...cells(({ rss }) => rss)],
    ['  ring', ...cells(({ ring }) => ring)],
    ["  kernel's buffer", ...cells(({ buffer }) => buffer)],
    ['  the rest', ...cells(({ rest }) => rest)],
  ]);
  console.log();
  const { rest } = full;
  const what = `MiB besides ring and capture buffer, ${values.connections} connections, ${files} paths: less than ${MOST_MIB}`;
  const measured = `${rest.toFixed(0)}${whole ? '' : ', but not all of them are there'}`;
  verdict(5, what, measured, whole && rest < MOST_MIB);
  if (minutes > 0) await soak(from, wiretail.pid);
  const { packets } = await wiretail.stop();
  console.log(`           ${packets.seen} packets seen, ${packets.dropped} dropped`);
}

await bench();
process.exit(0);
