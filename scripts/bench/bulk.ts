// The cost of capturing bulk traffic: dd through a replica-3 GlusterFS volume without a capture, with wiretail and with
// `tcpdump -w`, in turn.
//
//   scripts/bench/run bulk [--mib 512] [--rounds 3]
//
// Needs root, GlusterFS and tcpdump. Three servers and a client run in network namespaces of their own, joined by veth
// pairs and a bridge, and are removed at the end. Each run writes a file of --mib MiB with dd and reads it back (FUSE
// with direct I/O, so that all data crosses the wire: three times out, once in). A capture program listens on the
// client's device with the filter `tcp` and a kernel buffer of 64 MiB, and writes to a file.
// Before each run 1 GiB is written and read as a warm-up, so that neither the start nor JavaScript compilation counts;
// after 256 MiB compilation is still a quarter of the CPU. The CPU of the warm-up has a column of its own.
// CPU is user and system time of all threads of the capture program. A GB is 10^9 bytes of file data on the wire. The
// kernel charges its own work for a capture to the sender, so that this work shows up in the throughput.
// Bricks and outputs lie in TMPDIR.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cluster, createCluster } from '../../test/helpers/gluster-cluster.js';
import type { GlusterNode } from '../../test/helpers/gluster-node.js';
import { whyNoGluster } from '../../test/helpers/gluster-skip.js';
import {
  cpuSeconds,
  describeMachine,
  median,
  needLab,
  printTable,
  skip,
  sleep,
  start,
  startToFile,
} from './lab.js';
import { verdict } from './results.js';

const { values } = parseArgs({
  options: { mib: { type: 'string', default: '512' }, rounds: { type: 'string', default: '3' } },
});
const mib = Number(values.mib);
const WARM_MIB = 1024;
const rounds = Number(values.rounds);
const FILTER = 'tcp';
const DEVICE = 'eth0';
/** Data crosses the wire three times out and once in. */
const GIGABYTES = (4 * mib * 2 ** 20) / 1e9;
const END_MS = 15_000;

const folder = mkdtempSync(join(tmpdir(), 'wiretail-bench-'));
const output = join(folder, 'output');

/** `stop` returns what the program missed. */
interface Watcher {
  pid: number;
  stop(): Promise<string>;
}

async function wiretail(where: string, args: string[]): Promise<Watcher> {
  const child = await startToFile(
    where,
    ['-i', DEVICE, '-f', FILTER, '--stats-interval', '0', ...args],
    output,
  );
  return {
    pid: child.pid,
    async stop() {
      const { packets, messages } = await child.stop();
      return `${packets.dropped} of ${packets.seen} packets, ${messages['gluster.fop'] ?? 0} calls`;
    },
  };
}

async function tcpdump(where: string, args: string[]): Promise<Watcher> {
  const command = ['tcpdump', '-i', DEVICE, '-B', '65536', '-w', output, ...args, FILTER];
  const child = start(where, command, ['ignore', 'ignore', 'pipe']);
  let printed = '';
  child.stderr?.on('data', (data) => {
    printed += data;
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  for (let i = 0; !printed.includes('listening on'); i++) {
    if (child.exitCode !== null || i > 500) throw new Error(`tcpdump did not start: ${printed}`);
    await sleep(20);
  }
  return {
    pid: child.pid as number,
    async stop() {
      child.kill('SIGINT');
      const kill = setTimeout(() => child.kill('SIGKILL'), END_MS);
      await ended;
      clearTimeout(kill);
      const number = (pattern: RegExp) => pattern.exec(printed)?.[1] ?? '?';
      return `${number(/(\d+) packets? dropped by kernel/)} of ${number(/(\d+) packets? captured/)} packets`;
    },
  };
}

const WATCHERS: Record<string, ((where: string) => Promise<Watcher>) | undefined> = {
  nobody: undefined,
  wiretail: (where) => wiretail(where, []),
  'tcpdump -w': (where) => tcpdump(where, []),
  'wiretail --snaplen 512': (where) => wiretail(where, ['--snaplen', '512']),
  'tcpdump -w -s 512': (where) => tcpdump(where, ['-s', '512']),
};

/** Seconds that dd reports. */
async function dd(node: GlusterNode, ...args: string[]) {
  const child = node.spawn('env', 'LC_ALL=C', 'dd', 'bs=1M', ...args);
  let printed = '';
  child.stderr?.on('data', (data) => {
    printed += data;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  const took = Number(/copied, ([\d.e-]+) s/.exec(printed)?.[1]);
  if (code !== 0 || Number.isNaN(took)) throw new Error(`dd failed (${code}): ${printed}`);
  return took;
}

async function bench() {
  needLab(3600_000);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const why = whyNoGluster('dd', 'tcpdump');
  if (why !== false) skip(why);
  const cluster: Cluster = await createCluster();
  try {
    await cluster.begin();
    await measure(cluster);
    await cluster.end();
  } finally {
    await cluster.remove();
  }
}

/** Of each round: MiB/s, CPU seconds a GB, CPU seconds of start and warm-up. */
interface Figures {
  readonly write: number[];
  readonly read: number[];
  readonly cpu: number[];
  readonly before: number[];
  unseen: string;
}

async function measure({ client, mount }: Cluster) {
  describeMachine();
  const versions = ['glusterd', 'tcpdump'].map((program) => {
    const { stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    return `${stdout}${stderr}`.split('\n')[0];
  });
  console.log(`           ${versions.join(', ')}`);
  console.log(`inputs     ${mib} MiB written and read by dd bs=1M, ${rounds} rounds\n`);
  const file = join(mount, 'bulk');
  const write = (count: number) => dd(client, 'if=/dev/zero', `of=${file}`, `count=${count}`, 'conv=fsync');
  const read = () => dd(client, `if=${file}`, 'of=/dev/null');
  const figures: Record<string, Figures> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, watch] of Object.entries(WATCHERS)) {
      const watcher = await watch?.(client.netns.name);
      await write(WARM_MIB);
      await read();
      await sleep(1000);
      const before = watcher === undefined ? 0 : cpuSeconds(watcher.pid);
      const writing = await write(mib);
      const reading = await read();
      // Data that is still buffered belongs to the run.
      await sleep(1000);
      const cpu = watcher === undefined ? 0 : cpuSeconds(watcher.pid) - before;
      figures[name] ??= { write: [], read: [], cpu: [], before: [], unseen: '' };
      figures[name].write.push(mib / writing);
      figures[name].read.push(mib / reading);
      figures[name].cpu.push(cpu / GIGABYTES);
      figures[name].before.push(before);
      figures[name].unseen = (await watcher?.stop()) ?? '';
      rmSync(output, { force: true });
    }
  }
  judge(figures);
}

function judge(figures: Record<string, Figures>): void {
  const of = (name: string) => ({
    write: median(figures[name].write),
    read: median(figures[name].read),
    cpu: median(figures[name].cpu),
    before: median(figures[name].before),
  });
  const free = of('nobody');
  printTable([
    ['watched by', 'write, MiB/s', 'read, MiB/s', '% of nobody', '', 'CPU s/GB', 'before, s', 'missed'],
    ...Object.entries(figures).map(([name, { unseen }]) => {
      const { write, read, cpu, before } = of(name);
      const shares = [(100 * write) / free.write, (100 * read) / free.read];
      return [name, write, read, ...shares, cpu, before]
        .map((cell, column) =>
          typeof cell === 'number' ? cell.toFixed([0, 0, 0, 0, 0, 3, 2][column]) : cell,
        )
        .concat(unseen);
    }),
  ]);
  console.log(`before: CPU of the start and of the first ${WARM_MIB} MiB; missed: of the last round\n`);
  const ours = of('wiretail');
  const share = Math.min(ours.write / free.write, ours.read / free.read);
  const [cpu, theirs, short] = [ours.cpu, of('tcpdump -w').cpu, of('wiretail --snaplen 512').cpu];
  const met = share >= 0.95 || cpu <= theirs;
  const what = "throughput at least 95 % of that without, or CPU a GB at most tcpdump -w's";
  const words = `${(100 * share).toFixed(0)} %, ${(cpu / theirs).toFixed(2)} times tcpdump's (${cpu.toFixed(3)} by ${theirs.toFixed(3)} s)`;
  verdict(4, what, words, met);
  const third = short / theirs;
  verdict(
    4,
    "with --snaplen 512, CPU a GB at most a third of tcpdump -w's",
    third.toFixed(2),
    third <= 1 / 3,
  );
}

try {
  await bench();
} catch (error) {
  // Not rethrown: the test runner, which the helpers import, would end the process before the clean-up.
  console.error(error);
  process.exit(1);
}
process.exit(0);
