// Where the time of decoding a capture file goes, and how it compares with a bare walk over its packets.
//
//   scripts/bench/run stages [--file CAPTURE] [--times 40] [--rounds 3] [--view messages]
//
// A capture is repeated with other addresses. First `wiretail read --workers 1` and walk.ts read it in turn: user CPU
// of each, and the ratio. `start` is the user CPU of reading the capture once, and `beyond` what each packet, or each
// message, of all the others costs: neither Node's start nor, for the most part, compiling is in there.
// Then it is read once more with --cpu-prof, which writes a profile of each thread, by the same code as the tests have
// it: a file for each of the source's. A sample's time is that of the stage in whose folder the innermost function of
// wiretail's own lies, so that what Node does for it (Buffer, fs) is counted there. The first three are told for a
// packet, which they are for, the next three for a message: bulk has more packets than messages. The profiler asks
// each thread what it is doing, not whether it runs: samples in the two functions that wait for the ring, and idle
// ones, are left out. On a busy machine a thread that is kept from running is counted as if it ran. V8's own threads
// (compiling, collecting) are in the CPU, not in the profile.
// Without --file four of the repository's own are measured: two of bulk, which the target is about, dd on a volume with
// three copies, and reads and writes of 1 MiB among many messages; file operations of all kinds, and Gearman.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
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

/** The same code in as many files as the source has. */
const UNBUNDLED = join(ROOT, 'build/src/');
/** The first that a path begins with, below src/. */
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
/** What the profiler says where no function runs. */
const OTHERS = { '(garbage collector)': 'gc', '(program)': 'V8', '(idle)': '', '(root)': '' };
/** Node's own start, and loading modules, where nothing of wiretail's has called it. */
const START = /^node:internal\/(modules|bootstrap|main|process|per_context)|\/node_modules\//;
/** Where threads wait for the ring: file and function. */
const WAITS = ['ring/reader.js next', 'ring/writer.js waitForRoom'];

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

/**
 * The stage of each node of a profile; empty: nothing was done.
 */
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
 * Microseconds by stage, of all threads.
 * @param folder for the profiles
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
