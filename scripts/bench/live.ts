// The highest packet rate that is decoded live without loss: wiretail with either engine, and tshark.
//
//   scripts/bench/run live [--file CAPTURE] [--seconds 20] [--precision 1.1] [--grace 2] [--view messages]
//
// As root, with tcpreplay. It makes two network namespaces joined by a veth pair and removes them. A capture of real
// Gluster traffic (pcap with nanoseconds, Ethernet) is written out so many times, with other addresses each time,
// that it lasts for a step; tcpreplay sends it at a rate into one end, the other end is captured. Lines go to a file.
// Binary search for the rate, from 1/64 of what tcpreplay can send on up, until the lowest rate with loss is at most
// `--precision` times the highest without. Each step begins with two copies at a low rate that warm the program up.
//
// Without loss means: `--grace` seconds after the last packet the output does not grow any more, and it has all of it:
//   wiretail   by its stats, which must count every packet sent as decoded, none dropped, and as many messages as
//              `wiretail read` counts in the same packets (so for cap, which can't tell what the kernel dropped);
//   tshark     as many lines as `tshark -r` writes of the same packets, and no packets dropped by dumpcap. It captures
//              into a file that it decodes as fast as it can, so that it is its lines that come too late first.
// Then twice wiretail's highest rate, or as much as tcpreplay can: what is still decoded, and whether all is counted.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, finish, needLab, printTable, skip, sleep, start, vethPair } from './lab.js';
import { type Expected, type Peer, peers, TSHARK } from './peers.js';
import { tell, verdict } from './results.js';
import {
  MOST_COPIES,
  messagesIn,
  needTcpreplay,
  replayCommand,
  replayed,
  SENDING,
  tcpOf,
  writeRepeated,
  writeWarmUp,
} from './traffic.js';

const { values } = parseArgs({
  options: {
    ...SENDING,
    precision: { type: 'string', default: '1.1' },
    grace: { type: 'string', default: '2' },
    only: { type: 'string', default: 'wiretail,wiretail --engine cap,tshark' },
  },
});
const seconds = Number(values.seconds);
const precision = Number(values.precision);
const graceMs = Number(values.grace) * 1000;
const FILTER = 'tcp';
/** By so much the rate must go beyond the loss-free one to tell what overload does; the aim is twice. */
const LEAST_OVERLOAD = 1.3;
/** The search begins so far below what tcpreplay can send. */
const WIDTH = 64;
const START_MS = 15_000;
/** The longest that a program may take to end. */
const END_MS = 30_000;

interface Result {
  /** packets */
  sent: number;
  /** packets/s as they were sent */
  rate: number;
  /** decoded (of tshark: lines) */
  messages: number;
  /** messages by the time from the first packet to the last line */
  perSecond: number;
  /** it is not without loss; empty: it is */
  why: string;
  /** seen = decoded + ignored + dropped = sent */
  counted: boolean;
  counts?: string;
}

const folder = mkdtempSync(join(tmpdir(), 'wiretail-bench-'));
const traffic = join(folder, 'traffic.pcap');
const warmUp = join(folder, 'warm-up.pcap');
const output = join(folder, 'lines.ndjson');
const errors = join(folder, 'errors');

/** Bytes of the output so far. */
const size = () => statSync(output).size;

/** Whether the output has stopped to grow when the time of grace is over; and when it grew last. */
async function settled() {
  const began = performance.now();
  let last = size();
  let grew = began;
  while (performance.now() - began < graceMs) {
    await sleep(20);
    const now = size();
    if (now > last) grew = performance.now();
    last = now;
  }
  return { grew, still: performance.now() - grew < Math.min(300, graceMs / 2) };
}

const PROGRAMS = peers({ filter: FILTER, view: values.view, output, errors });
const said = () => readFileSync(errors, 'utf8');

/**
 * Sends so many copies at a rate to a program and says how it was.
 * @param load packets: of a copy
 */
async function run(
  where: { from: string; to: string },
  program: Peer,
  {
    rate,
    copies,
    packets,
    expected,
    warming,
  }: {
    rate: number;
    copies: number;
    packets: number;
    expected: Expected;
    warming: ReturnType<typeof writeWarmUp>;
  },
): Promise<Result> {
  const out = openSync(output, 'w');
  const err = openSync(errors, 'w');
  const child = start(where.to, program.command, ['ignore', out, err]);
  closeSync(out);
  closeSync(err);
  const ended = new Promise((resolve) => child.on('exit', (code) => resolve(code)));
  const began = performance.now();
  while (!program.ready()) {
    if (child.exitCode !== null || performance.now() - began > START_MS) {
      throw new Error(`it did not start: ${said().trim().split('\n').at(-1)}`);
    }
    await sleep(20);
  }
  await sleep(500);
  const warm = replayed(await finish(where.from, replayCommand('bench0', warmUp, { rate: warming.rate })));
  await sleep(500);
  const first = performance.now();
  const { sent, seconds: took } = replayed(
    await finish(where.from, replayCommand('bench0', traffic, { rate, packets: copies * packets })),
  );
  const { grew, still } = await settled();
  child.kill(program.signal);
  const kill = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await ended;
  clearTimeout(kill);
  // What was still to be done when it was told to end took its time too.
  const done = still ? performance.now() : grew;
  const { messages, loss, counted, counts } = await program.judge(sent + warm.sent);
  const each = program.expected(expected);
  const missing = each * (copies + warming.copies) - messages;
  const late = still ? `not done ${graceMs / 1000} s after the last packet` : '';
  const why = loss || late || (missing === 0 ? '' : `${missing} messages are missing`);
  return {
    sent,
    rate: sent / took,
    messages,
    perSecond: ((messages - each * warming.copies) / (done - first)) * 1000,
    why,
    counted,
    counts,
  };
}

/**
 * The capture so often that it lasts for `seconds` at the highest rate.
 */
function writeTraffic(pcap: Buffer, packets: number, rate: number) {
  const copies = Math.min(MOST_COPIES, Math.ceil((rate * seconds) / packets));
  writeRepeated(traffic, pcap, copies);
  return copies;
}

/** Messages of one copy; of several it must be as many times so many, else the copies are not independent. */
function expectedOf(pcap: Buffer) {
  const counts = [1, 3].map((times) => {
    const file = join(folder, 'expected.pcap');
    writeRepeated(file, pcap, times);
    const { stdout } = spawnSync(TSHARK[0], ['-r', file, ...TSHARK.slice(1)], {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    });
    return {
      wiretail: messagesIn(file, '--view', values.view),
      tshark: (stdout ?? '').split('\n').filter((line) => line !== '').length / 2,
    };
  });
  const [one, three] = counts;
  if (three.wiretail !== 3 * one.wiretail || three.tshark !== 3 * one.tshark) {
    throw new Error(`a copy is not as good as another: ${JSON.stringify(counts)}`);
  }
  return one;
}

async function bench() {
  needLab(3600_000);
  const tcpreplay = needTcpreplay();
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const where = vethPair();
  const { pcap, packets } = tcpOf(values.file);
  const expected = expectedOf(pcap);
  describeMachine();
  console.log(`sender     tcpreplay ${tcpreplay}, -T nano, in groups of about a millisecond`);

  writeFileSync(output, '');
  writeRepeated(traffic, pcap, 100);
  const free = replayed(await finish(where.from, replayCommand('bench0', traffic, {})));
  const limit = free.sent / free.seconds;
  const most = writeTraffic(pcap, packets, limit);
  const warming = writeWarmUp(warmUp, pcap);
  const bytes = Math.round(pcap.length / packets);
  console.log(`           can send ${limit.toFixed(0)} packets/s to nobody`);
  console.log(
    `inputs     ${basename(values.file)}, a copy is ${packets} packets of ${bytes} bytes on average,`,
  );
  console.log(`           ${expected.wiretail} messages, ${expected.tshark} packets with RPC to tshark`);
  console.log(
    `           ${seconds} s a step, -f '${FILTER}', --view ${values.view}, grace ${values.grace} s\n`,
  );

  const best: Record<string, { rate: number; perSecond: number }> = {};
  /** The lowest rate with loss. @type {Record<string, number>} */
  const lossy: Record<string, number> = {};
  /** Messages a second that wiretail has decoded at most, with loss or without. */
  let peak = 0;
  const load = (rate: number) => ({
    rate,
    copies: Math.max(1, Math.min(most, Math.round((rate * seconds) / packets))),
    packets,
    expected,
    warming,
  });
  for (const name of values.only.split(',')) {
    const program = PROGRAMS[name as keyof typeof PROGRAMS];
    if (program === undefined) skip(`--only ${name}: expected some of ${Object.keys(PROGRAMS).join(', ')}`);
    let low = 0;
    let high = limit;
    let rate = limit;
    for (;;) {
      const result = await run(where, program, load(rate)).catch((error) => String(error.message));
      if (typeof result === 'string') {
        console.log(`${name}: not measured: ${result}`);
        break;
      }
      const figures = `${result.rate.toFixed(0)} packets/s, ${result.perSecond.toFixed(0)} messages/s`;
      console.log(`${name}: ${figures}: ${result.why || 'no loss'}`);
      if (name === 'wiretail') peak = Math.max(peak, result.perSecond);
      if (result.why === '') {
        low = Math.max(low, Math.min(rate, result.rate));
        if ((best[name]?.rate ?? 0) < result.rate) best[name] = result;
      } else {
        high = Math.min(rate, high);
        lossy[name] = Math.min(result.rate, lossy[name] ?? result.rate);
      }
      if (low >= limit * 0.95 || high / Math.max(low, limit / WIDTH) <= precision) break;
      rate = Math.sqrt(high * Math.max(low, limit / WIDTH));
    }
  }

  const ours = best.wiretail;
  console.log();
  printTable([
    ['without loss', 'packets/s', 'messages/s', 'wiretail / it'],
    ...Object.entries(best).map(([name, { rate, perSecond }]) => [
      name,
      rate.toFixed(0),
      perSecond.toFixed(0),
      ours === undefined ? '-' : (ours.rate / rate).toFixed(2),
    ]),
  ]);
  if (ours === undefined) return;
  tell('lossFree', ours.rate);
  console.log();
  for (const [name, least] of [
    ['tshark', 5],
    ['wiretail --engine cap', 1.5],
  ] as [string, number][]) {
    // Where it had loss at all rates, its own is below the lowest of them.
    const [other, words] = best[name]
      ? [best[name].rate, ['', 'by']]
      : [lossy[name], ['more than ', 'by less than']];
    if (other === undefined) continue;
    const ratio = ours.rate / other;
    const rates = `${ours.rate.toFixed(0)} ${words[1]} ${other.toFixed(0)} packets/s`;
    const measured = `${words[0]}${ratio.toFixed(2)} (${rates})`;
    verdict(3, `loss-free rate by that of ${name}: at least ${least}`, measured, ratio >= least);
  }
  const twice = Math.min(2 * ours.rate, limit);
  const over = await run(where, PROGRAMS.wiretail, load(twice));
  const share = (100 * over.perSecond) / Math.max(peak, over.perSecond);
  console.log(`at ${over.rate.toFixed(0)} packets/s: ${over.counts}; ${over.why || 'no loss'}`);
  const times = over.rate / ours.rate;
  const what = `goodput at ${times.toFixed(2)} times the loss-free rate, of the peak: at least 70 %`;
  const goodput = `${share.toFixed(0)} % (${over.perSecond.toFixed(0)} messages/s)`;
  // A sender that is kept from sending tells nothing of what comes after.
  verdict(3, what, goodput, times < LEAST_OVERLOAD ? undefined : share >= 70);
  verdict(3, 'packets seen = decoded + ignored + dropped = sent', over.counts ?? '', over.counted);
}

await bench();
process.exit(0);
