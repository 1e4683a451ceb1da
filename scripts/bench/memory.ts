// Memory with many connections open and many paths known, whether it grows under load, and how soon wiretail captures.
//
//   scripts/bench/run memory [--minutes 2] [--connections 50000] [--files 1000000] [--starts 10] [--rate 5000]
//
// As root, with tcpreplay. It makes two network namespaces joined by a veth pair and removes them.
// Start: from the start of the process to its first line, which it writes once it captures, over so many starts.
// Crowd: packets that are made (many-connections.ts) are sent to one wiretail as it is by default. The connections begin as in
// real captures (SETVOLUME of a Gluster client; a Gearman worker that sleeps), half of each, and stay open. Then a
// client lists directories until so many files are known, directories included. Then it asks for 1000 of them by gfid
// alone, and each line must have the path: so they are known.
// Memory: RSS, without what of it is the ring (--ring-size, shared memory) and the kernel's capture buffer
// (--buffer-size, which the kernel maps into the process whole, as /proc/PID/smaps tells).
// Soak: to the same process, whose tables are full, real traffic of both protocols (file operations, 1 MiB reads and
// writes, Gearman), new addresses each time, at `--rate` packets/s for so many minutes. Flat: the median of the rest
// in the last quarter is at most 5 % above that in the second; --minutes 0: none. Lines go to a file that is rotated at 256 MiB.
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFrames } from './frames.js';
import {
  describeMachine,
  finish,
  lastLine,
  median,
  needLab,
  parseLine,
  printTable,
  type Stats,
  sleep,
  startToFile,
  vethPair,
} from './lab.js';
import { connections, FILES_EACH, newLister, pathOf } from './many-connections.js';
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
/** Packets/s of the crowd: of what its connections begin with, and of listings, which have 55 KB each. */
const RATE = { connections: 8000, listings: 800 };
const MIX = { 'g-fops-all': 4, 'g-gfapi': 1, 'gm-many': 2 };

const folder = mkdtempSync(join(tmpdir(), 'wiretail-bench-'));
const output = join(folder, 'lines.ndjson');
const ARGS = ['-i', 'bench1', '-f', 'tcp', '--stats-interval', '1s'];

/**
 * MiB of a process that are in memory. The ring's segments are written one after the other, round and round, so that
 * of it there is as much as has been captured. (V8 puts its mapping together with others, so that smaps can't tell.)
 * @param captured bytes so far
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

/** The last stats line so far. */
function lastStats(): Stats {
  const { wiretail } = parseLine(lastLine(output));
  if (wiretail?.stats === undefined) throw new Error('the last line is no stats line');
  return wiretail.stats;
}

/** What was written from a place on. */
function linesFrom(place: number) {
  const file = openSync(output, 'r');
  const bytes = Buffer.alloc(Math.max(0, statSync(output).size - place));
  readSync(file, bytes, 0, bytes.length, place);
  closeSync(file);
  return bytes.toString().trim().split('\n').map(parseLine);
}

const send = async (where: string, file: string, rate: number) =>
  replayed(await finish(where, replayCommand('bench0', file, { rate })));

/**
 * Opens the connections, lists the directories, asks for some files.
 * @param from namespace
 */
async function gather(from: string) {
  const traffic = join(folder, 'crowd.pcap');
  // The root is one of the files that are known.
  const directories = Math.floor((Number(values.files) - 1) / (FILES_EACH + 1));
  const files = directories * FILES_EACH;
  const lister = newLister();
  let sent = writeFrames(traffic, connections(Number(values.connections)));
  await send(from, traffic, RATE.connections);
  sent += writeFrames(traffic, lister.begin());
  await send(from, traffic, RATE.connections);
  sent += writeFrames(traffic, lister.list(directories));
  await send(from, traffic, RATE.listings);
  await sleep(3000);
  const place = statSync(output).size;
  const asked = Array.from({ length: PROBES }, (_, i) => Math.floor((i * files) / PROBES));
  sent += writeFrames(traffic, lister.stat(asked));
  await send(from, traffic, RATE.listings);
  rmSync(traffic);
  await sleep(3000);
  const { packets, flows, bytes } = lastStats();
  const answers = linesFrom(place).filter(({ event }) => event.action === 'STAT');
  const right = answers.filter(({ gluster }, i) => gluster?.path === pathOf(asked[i])).length;
  console.log(`crowd      ${sent} packets sent, ${packets.seen} seen, ${packets.dropped} dropped;`);
  console.log(`           ${flows.open} connections are open, ${files + directories} files were named;`);
  console.log(`           of ${PROBES} of them that were asked for ${right} have their path\n`);
  const whole = packets.dropped === 0 && flows.open > Number(values.connections) && right === PROBES;
  return { files: files + directories, bytes, whole };
}

/** Real traffic of both protocols; returns how many packets it has. */
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

/**
 * @param from namespace
 */
async function soak(from: string, pid: number) {
  const mix = join(folder, 'mix.pcap');
  const packets = writeMix(mix);
  const rate = Number(values.rate);
  const loop = Math.max(1, Math.round((minutes * 60 * rate) / packets));
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(memoryOf(pid, RING).rest), Math.max(1000, minutes * 300));
  const { sent, seconds } = replayed(await finish(from, replayCommand('bench0', mix, { rate, loop })));
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
