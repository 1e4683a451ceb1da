// CPU per stage of decoding a capture file, and the ratio to a bare walk over its packets.
//
//   scripts/bench/run stages [--file CAPTURE] [--times 40] [--rounds 3] [--view messages]
//
// A capture is repeated with other addresses. `wiretail read --workers 1` and walk.ts read it in turn: user CPU of each,
// and the ratio. `start` is the user CPU of reading the capture once; `beyond` is the cost per packet or message of all
// further copies, without Node's start and most of the compilation.
// Then one more run with --cpu-prof writes a profile of each thread, with the unbundled code of the tests' build. A
// sample counts for the stage whose folder holds the innermost function of wiretail's own, so that Node's work for it
// (Buffer, fs) counts there. The first three stages are per packet, the next three per message. The profiler samples
// threads whether they run or not: samples in the two functions that wait for the ring, and idle ones, are left out. On
// a busy machine a preempted thread counts as running. V8's own threads (compiler, garbage collector) are in the CPU but
// not in the profile.
// Without --file, four of the repository's captures are measured: two of bulk, which the target is about (dd on a
// replica-3 volume; 1 MiB reads and writes among many messages), one of file operations of all kinds, one of Gearman.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { RingReader } from '../../src/ring/reader.js';
import { RingWriter } from '../../src/ring/writer.js';
import { ROOT } from '../../test/helpers/project.js';
import { time } from './cpu.js';
import { BENCHES, describeMachine, MAIN, median, printTable, skip } from './lab.js';
import { verdict } from './results.js';
import { captureOf, DATA, messagesIn, packetsOf, readCapture, writeRepeated } from './traffic.js';

const { values } = parseArgs({
  options: {
    file: { type: 'string', multiple: true },
    times: { type: 'string', default: '40' },
    rounds: { type: 'string', default: '3' },
    view: { type: 'string', default: 'messages' },
  },
});
const BULK = [DATA, captureOf('g-gfapi')];
const files = values.file ?? [...BULK, captureOf('g-fops-all'), captureOf('gm-many')];
const MOST = 4;

/** The unbundled build, one file a source file. */
const UNBUNDLED = join(ROOT, 'build/src/');
/** Stage by path prefix below src/; the first match counts. */
const STAGES = {
  'capture/': 'walk',
  'ring/': 'walk',
  'pipeline/threads/ring-sink': 'walk',
  'pipeline/threads/capture': 'walk',
  'packet/': 'headers',
  'stream/': 'reassembly',
  'protocols/': 'decode',
  'output/': 'line',
  'records/': 'line',
  'lines/': 'line',
  'pipeline/threads/line-router': 'line',
  'clock/': 'pipeline',
  'pipeline/': 'pipeline',
  'observe/': 'pipeline',
};
const BY_PACKET = ['walk', 'headers', 'reassembly'];
const BY_MESSAGE = ['decode', 'line', 'pipeline'];
const IN_ALL = ['gc', 'V8', 'start', 'rest'];
const NAMES = [...BY_PACKET, ...BY_MESSAGE, ...IN_ALL];
/** Profiler names for time outside functions. */
const OTHERS = { '(garbage collector)': 'gc', '(program)': 'V8', '(idle)': '', '(root)': '' };
/** Node's start and module loading, where no function of wiretail's called it. */
const START = /^node:internal\/(modules|bootstrap|main|process|per_context)|\/node_modules\//;
/** File and function in which threads wait for the ring. */
const WAITS = [
  `ring/reader.js ${RingReader.prototype.next.name}`,
  `ring/writer.js ${RingWriter.prototype.waitForFreeSlot.name}`,
];

interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string };
  children?: number[];
}

interface Profile {
  nodes: ProfileNode[];
  samples: number[];
  timeDeltas: number[];
}

/** The stage of each node of a profile; empty for idle ones. */
function stagesOf({ nodes }: Profile) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const stages: Map<number, string> = new Map();
  const visit = (node: ProfileNode, above: string) => {
    const { functionName, url } = node.callFrame;
    const own = url.split(UNBUNDLED)[1];
    const prefix = Object.keys(STAGES).find((start) => own?.startsWith(start));
    const outer = above === 'rest' && START.test(url) ? 'start' : above;
    const stage = prefix === undefined ? outer : STAGES[prefix as keyof typeof STAGES];
    const other = OTHERS[functionName as keyof typeof OTHERS];
    stages.set(node.id, WAITS.includes(`${own} ${functionName}`) ? '' : (other ?? stage));
    for (const child of node.children ?? []) {
      const below = byId.get(child);
      if (below !== undefined) visit(below, stage);
    }
  };
  visit(nodes[0], 'rest');
  return stages;
}

/**
 * Microseconds by stage over all threads.
 * @param folder of the profiles
 */
function profile(command: string[], folder: string) {
  const options = ['--cpu-prof', `--cpu-prof-dir=${folder}`, ...command];
  const { status, stderr } = spawnSync(process.execPath, options, { stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${command.join(' ')} failed: ${stderr}`);
  const spent: Record<string, number> = Object.fromEntries(NAMES.map((name) => [name, 0]));
  for (const file of readdirSync(folder)) {
    const profile: Profile = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const stages = stagesOf(profile);
    for (const [index, id] of profile.samples.entries()) {
      const stage = stages.get(id) ?? '';
      if (stage !== '') spent[stage] += profile.timeDeltas[index];
    }
  }
  rmSync(folder, { recursive: true });
  return spent;
}

const directory = mkdtempSync(join(tmpdir(), 'wiretail-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

if (!existsSync(MAIN)) skip("wiretail is not built: 'npm run build', or any start of scripts/wiretail");
describeMachine();
console.log(
  `inputs     each capture ${values.times} times, --view ${values.view}, ${values.rounds} rounds\n`,
);

const rows: (string | number)[][] = [
  [
    '',
    'packets',
    'messages',
    'MiB',
    'user CPU, s',
    'of a walk, s',
    'ratio',
    'start, s',
    'beyond, us a packet',
    'a message',
  ],
];
const stages: (string | number)[][] = [
  [
    'in the profile',
    ...BY_PACKET.map((name, i) => (i === 0 ? `us a packet: ${name}` : name)),
    ...BY_MESSAGE.map((name, i) => (i === 0 ? `us a message: ${name}` : name)),
    ...IN_ALL.map((name, i) => (i === 0 ? `ms in all: ${name}` : name)),
  ],
];
const verdicts: (() => void)[] = [];
for (const file of files) {
  const pcap = readCapture(file);
  const times = Number(values.times);
  const copy = join(directory, 'copy.pcap');
  const once = join(directory, 'once.pcap');
  const bytes = writeRepeated(copy, pcap, times);
  writeRepeated(once, pcap, 1);
  const args = ['read', '--workers', '1', '--view', values.view];
  const read = [process.execPath, MAIN, ...args];
  const walk = [process.execPath, join(BENCHES, 'walk.js'), copy];
  const [ours, bare, starts]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < Number(values.rounds); round++) {
    ours.push(time([...read, copy]).user);
    bare.push(time(walk).user);
    starts.push(time([...read, once]).user);
  }
  const messages = messagesIn(copy, '--view', values.view);
  const spent = profile([join(UNBUNDLED, 'main.js'), ...args, copy], join(directory, 'profiles'));
  const [user, least, start] = [median(ours), median(bare), median(starts)];
  const name = basename(file).replace(/\.pcap(\.gz)?$/, '');
  const packets = [...packetsOf(pcap)].length * times;
  const beyond = ((user - start) * 1e6) / (times - 1);
  const costs = [(beyond / packets) * times, (beyond / messages) * times];
  const figures = [user, least, user / least, start, ...costs].map((figure) => figure.toFixed(2));
  rows.push([name, packets, messages, (bytes / 2 ** 20).toFixed(0), ...figures]);
  const of = (names: string[], divisor: number, digits: number) =>
    names.map((stage) => (spent[stage] / divisor).toFixed(digits));
  stages.push([name, ...of(BY_PACKET, packets, 2), ...of(BY_MESSAGE, messages, 2), ...of(IN_ALL, 1000, 0)]);
  const bulk = BULK.includes(file) || values.file !== undefined;
  const what = `user CPU by that of a walk over the packets, ${name}: at most ${MOST}`;
  const measured = `${(user / least).toFixed(1)} (${user.toFixed(2)} by ${least.toFixed(2)} s)`;
  if (bulk) verdicts.push(() => verdict(2, what, measured, user / least <= MOST));
}
printTable(rows);
console.log();
printTable(stages);
console.log();
for (const say of verdicts) say();
