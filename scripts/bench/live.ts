// The highest packet rate that is decoded live without loss: wiretail with either engine, and tshark.
//
//   scripts/bench/run live [--file CAPTURE] [--seconds 20] [--precision 1.1] [--grace 2] [--view messages]
//
// Needs root and tcpreplay. Makes two network namespaces joined by a veth pair and removes them. A capture of real
// Gluster traffic (pcap with nanoseconds, Ethernet) is repeated with other addresses until it lasts for one step.
// tcpreplay sends it into one end at a given rate; the other end is captured. Lines go to a file. A binary search starts
// at 1/64 of what tcpreplay can send and ends when the lowest lossy rate is at most --precision times the highest
// loss-free one. Each step begins with two copies at a low rate as a warm-up.
//
// Loss-free means that the output is complete and has stopped growing --grace seconds after the last packet:
//   wiretail   its stats count every packet as decoded, none dropped, and as many messages as `wiretail read` counts in
//              the same packets (also for cap, which does not see what the kernel dropped);
//   tshark     as many lines as `tshark -r` writes of the same packets, and no packets dropped by dumpcap. tshark
//              captures into a file and decodes that as fast as it can, so that late lines are what limits it.
// A last step sends twice wiretail's highest rate, or as much as tcpreplay can, and shows what is still decoded and
// whether all packets are accounted for.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, needLab, printTable, runToEnd, skip, sleep, start, vethPair } from './lab.js';
import { type Expected, type Peer, peers, TSHARK } from './peers.js';
import { recordFact, verdict } from './results.js';
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
/** Least ratio to the loss-free rate at which the overload step is meaningful; it aims at twice. */
const LEAST_OVERLOAD = 1.3;
/** The search starts at this fraction of what tcpreplay can send. */
const WIDTH = 64;
const START_MS = 15_000;
/** Longest time that a program may take to end. */
const END_MS = 30_000;

interface Result {
  /** Packets. */
  sent: number;
  /** Packets/s as sent. */
  rate: number;
  /** Decoded messages (tshark: lines). */
  messages: number;
  /** Messages/s over the time from the first packet to the last line. */
  perSecond: number;
  /** What was lost; empty if nothing. */
  why: string;
  /** seen = decoded + ignored + dropped = sent. */
  counted: boolean;
  counts?: string;
}

const folder = mkdtempSync(join(tmpdir(), 'wiretail-bench-'));
const traffic = join(folder, 'traffic.pcap');
const warmUp = join(folder, 'warm-up.pcap');
const output = join(folder, 'lines.ndjson');
const errors = join(folder, 'errors');

/** Size of the output in bytes. */
const size = () => statSync(output).size;

/** Waits for the grace period. Returns whether the output has stopped growing, and when it grew last. */
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
const printed = () => readFileSync(errors, 'utf8');

/**
 * Sends copies of the capture to a program at a rate and judges the result.
 * @param load `packets` is the number of packets in a copy
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
      throw new Error(`it did not start: ${printed().trim().split('\n').at(-1)}`);
    }
    await sleep(20);
  }
  await sleep(500);
  const warm = replayed(await runToEnd(where.from, replayCommand('bench0', warmUp, { rate: warming.rate })));
  await sleep(500);
  const first = performance.now();
  const { sent, seconds: took } = replayed(
    await runToEnd(where.from, replayCommand('bench0', traffic, { rate, packets: copies * packets })),
  );
  const { grew, still } = await settled();
  child.kill(program.signal);
  const kill = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await ended;
  clearTimeout(kill);
  // Work that is left when the signal is sent counts too.
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

/** Repeats the capture until it lasts for `seconds` at the highest rate. */
function writeTraffic(pcap: Buffer, packets: number, rate: number) {
  const copies = Math.min(MOST_COPIES, Math.ceil((rate * seconds) / packets));
  writeRepeated(traffic, pcap, copies);
  return copies;
}

/** Messages of one copy. Several copies must have a multiple of it, or the copies are not independent. */
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
  const [single, triple] = counts;
  if (triple.wiretail !== 3 * single.wiretail || triple.tshark !== 3 * single.tshark) {
    throw new Error(`the copies are not independent: ${JSON.stringify(counts)}`);
  }
  return single;
}

/** What the search over rates finds. */
interface Search {
  /** Highest loss-free rate by program. */
  readonly best: Record<string, { rate: number; perSecond: number }>;
  /** Lowest rate with loss by program. */
  readonly lossy: Record<string, number>;
  /** Highest message rate that wiretail decoded, with or without loss. */
  peak: number;
}

type Step = (program: Peer, rate: number) => Promise<Result>;

/** Binary search for the highest loss-free rate of a program, up to `limit` packets/s. */
async function searchRate(name: string, limit: number, step: Step, search: Search): Promise<void> {
  const program = PROGRAMS[name];
  if (program === undefined) skip(`--only ${name}: expected some of ${Object.keys(PROGRAMS).join(', ')}`);
  const { best, lossy } = search;
  let low = 0;
  let high = limit;
  let rate = limit;
  for (;;) {
    const result = await step(program, rate).catch((error) => String(error.message));
    if (typeof result === 'string') {
      console.log(`${name}: not measured: ${result}`);
      return;
    }
    const figures = `${result.rate.toFixed(0)} packets/s, ${result.perSecond.toFixed(0)} messages/s`;
    console.log(`${name}: ${figures}: ${result.why || 'no loss'}`);
    if (name === 'wiretail') search.peak = Math.max(search.peak, result.perSecond);
    if (result.why === '') {
      low = Math.max(low, Math.min(rate, result.rate));
      if ((best[name]?.rate ?? 0) < result.rate) best[name] = result;
    } else {
      high = Math.min(rate, high);
      lossy[name] = Math.min(result.rate, lossy[name] ?? result.rate);
    }
    if (low >= limit * 0.95 || high / Math.max(low, limit / WIDTH) <= precision) return;
    rate = Math.sqrt(high * Math.max(low, limit / WIDTH));
  }
}

function printRates({ best }: Search): void {
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
}

const LEAST_RATIOS = { tshark: 5, 'wiretail --engine cap': 1.5 } as const;

function judgeRatios({ best, lossy }: Search): void {
  const ours = best.wiretail.rate;
  for (const [name, least] of Object.entries(LEAST_RATIOS)) {
    // A program that was lossy at all rates has a loss-free rate below the lowest.
    const [other, words] = best[name]
      ? [best[name].rate, ['', 'by']]
      : [lossy[name], ['more than ', 'by less than']];
    if (other === undefined) continue;
    const rates = `${ours.toFixed(0)} ${words[1]} ${other.toFixed(0)} packets/s`;
    const measured = `${words[0]}${(ours / other).toFixed(2)} (${rates})`;
    verdict(3, `loss-free rate by that of ${name}: at least ${least}`, measured, ours / other >= least);
  }
}

async function judgeOverload({ best, peak }: Search, limit: number, step: Step): Promise<void> {
  const ours = best.wiretail.rate;
  const over = await step(PROGRAMS.wiretail, Math.min(2 * ours, limit));
  const share = (100 * over.perSecond) / Math.max(peak, over.perSecond);
  console.log(`at ${over.rate.toFixed(0)} packets/s: ${over.counts}; ${over.why || 'no loss'}`);
  const times = over.rate / ours;
  const what = `goodput at ${times.toFixed(2)} times the loss-free rate, of the peak: at least 70 %`;
  const goodput = `${share.toFixed(0)} % (${over.perSecond.toFixed(0)} messages/s)`;
  // A sender that cannot reach the rate causes no overload.
  verdict(3, what, goodput, times < LEAST_OVERLOAD ? undefined : share >= 70);
  verdict(3, 'packets seen = decoded + ignored + dropped = sent', over.counts ?? '', over.counted);
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
  const free = replayed(await runToEnd(where.from, replayCommand('bench0', traffic, {})));
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

  const step: Step = (program, rate) => {
    const copies = Math.max(1, Math.min(most, Math.round((rate * seconds) / packets)));
    return run(where, program, { rate, copies, packets, expected, warming });
  };
  const search: Search = { best: {}, lossy: {}, peak: 0 };
  for (const name of values.only.split(',')) await searchRate(name, limit, step, search);
  printRates(search);
  if (search.best.wiretail === undefined) return;
  recordFact('lossFree', search.best.wiretail.rate);
  console.log();
  judgeRatios(search);
  await judgeOverload(search, limit, step);
}

await bench();
process.exit(0);
