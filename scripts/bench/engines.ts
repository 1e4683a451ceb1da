// CPU per packet and packets lost, both capture engines in turn: A B A B ...
//
//   scripts/bench/run engines [--rounds 3] [--packets 120000] [--rate 60000] [--sizes 250,1450]
//
// Needs root. Makes two network namespaces joined by a veth pair and removes them. The traffic is TCP connections to
// port 4730, each a stream of Gearman jobs of 64 KiB: lines are rare, so that the figures are those of capture, header
// parsing and reassembly. tcpreplay sends it where it is installed, with new addresses in each loop. Otherwise a Node
// process sends UDP to port 4730, which is slower and ends at the headers.
//
// CPU is what the kernel charges to wiretail's threads and child processes (/proc/PID/task/TID/schedstat in ns, or the
// ticks of stat). Kernel work for the capture while a packet is delivered (filter, copy into the capture buffer) is
// charged to the sender and is in no figure. Each run is a new process, so that JavaScript compilation is included,
// mostly under `other`. Both engines keep up with the default rate on two cores; a higher rate shows which one drops.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Flags, FRAME_HEADERS, frame, writeFrames } from './frames.js';
import {
  describeMachine,
  ip,
  median,
  namespace,
  needLab,
  Program,
  printTable,
  skip,
  sleep,
  start,
  startWiretail,
} from './lab.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    packets: { type: 'string', default: '120000' },
    rate: { type: 'string', default: '60000' },
    sizes: { type: 'string', default: '250,1450' },
    /** Internal: runs the UDP sender. */
    send: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const rate = Number(values.rate);
const packets = Number(values.packets);
const sizes = values.sizes.split(',').map(Number);
const ENGINES = ['libpcap', 'cap'];
const PORT = 4730;
const SENDER = '10.99.0.1';
const TARGET = '10.99.0.2';
const FILTER = `port ${PORT}`;
/** cap's slots are 64 KiB each whatever the packet's size, so that a smaller buffer holds too few. */
const BUFFER = '256MiB';

/** @param size bytes of a frame */
async function sendUdp(size: number) {
  const { createSocket } = await import('node:dgram');
  const socket = createSocket('udp4');
  const bytes = Buffer.alloc(size - 42);
  const began = performance.now();
  for (let sent = 0; sent < packets; ) {
    const due = Math.min(packets, ((performance.now() - began) / 1000) * rate);
    const batch = [];
    for (; sent < due; sent++) batch.push(new Promise((done) => socket.send(bytes, PORT, TARGET, done)));
    await Promise.all(batch);
    await sleep(1);
  }
  socket.close();
}

const CONNECTIONS = 8;
const GEARMAN_HEADER = 12;
const JOB_BYTES = 64 << 10;
/** Data packets of a connection. */
const SEGMENTS = 2000;
/** A stream of SUBMIT_JOB_BG packets (type 18), each with a workload of JOB_BYTES. */
function jobs(bytes: number) {
  const head = Buffer.from('\0REQ\0\0\0\x12\0\0\0\0bench\0id\0', 'latin1');
  const job = Buffer.alloc(head.length + JOB_BYTES, 0x61);
  head.copy(job);
  job.writeUInt32BE(job.length - GEARMAN_HEADER, 8);
  return Buffer.alloc(Math.ceil(bytes / job.length) * job.length, job).subarray(0, bytes);
}

/**
 * Whole connections of Gearman jobs.
 * @param size bytes of a frame
 */
function* trafficOf(size: number) {
  const none = Buffer.alloc(0);
  const perSegment = size - FRAME_HEADERS;
  const stream = jobs(perSegment * SEGMENTS);
  const server = { ip: TARGET, port: PORT };
  const clients = Array.from({ length: CONNECTIONS }, (_, i) => ({ ip: SENDER, port: 40000 + i }));
  const fromServer = 5001;
  for (const client of clients) {
    yield frame(client, server, 1000, 0, Flags.syn, none);
    yield frame(server, client, fromServer - 1, 1001, Flags.synAck, none);
  }
  for (let at = 0; at < stream.length; at += perSegment) {
    const data = stream.subarray(at, at + perSegment);
    for (const client of clients) yield frame(client, server, 1001 + at, fromServer, Flags.pushAck, data);
  }
  const end = 1001 + stream.length;
  for (const client of clients) {
    yield frame(client, server, end, fromServer, Flags.finAck, none);
    yield frame(server, client, fromServer, end + 1, Flags.finAck, none);
  }
}

function read(path: string) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** CPU time of a thread in ns. */
function cpuOf(task: string) {
  const schedstat = read(`${task}/schedstat`);
  if (schedstat !== '') return Number(schedstat.split(' ')[0]);
  const fields = read(`${task}/stat`).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 1e7;
}

function threadsOf(pid: number) {
  const tids = readdirSync(`/proc/${pid}/task`);
  return new Map(tids.map((tid) => [Number(tid), cpuOf(`/proc/${pid}/task/${tid}`)]));
}

function childrenOf(pid: number) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => Number(read(`/proc/${name}/stat`).split(') ')[1]?.split(' ')[1]) === pid)
    .map(Number);
}

/**
 * CPU by thread, and the kernel function that each idle thread waits in. Sampled a few times, since a thread that is
 * just waking waits in none.
 */
async function sample(pid: number) {
  const waitsIn: Map<number, string> = new Map();
  for (let i = 0; i < 5; i++) {
    for (const tid of readdirSync(`/proc/${pid}/task`).map(Number)) {
      const call = read(`/proc/${pid}/task/${tid}/wchan`);
      if (call !== '' && call !== '0') waitsIn.set(tid, call);
    }
    await sleep(10);
  }
  const children = childrenOf(pid).map((child) => [...threadsOf(child).values()].reduce((a, b) => a + b, 0));
  return { threads: threadsOf(pid), waitsIn, children: children.reduce((a, b) => a + b, 0) };
}

/**
 * CPU by role. Node's threads have no names, but they wait in different calls: the libpcap engine in poll(2); the cap
 * engine in epoll, where it is the busiest thread; the only decoder (--workers 1) in a futex, where it is the busiest.
 */
function shares(
  pid: number,
  engine: string,
  before: Awaited<ReturnType<typeof sample>>,
  after: Awaited<ReturnType<typeof sample>>,
) {
  const used = [...after.threads]
    .map(([tid, cpu]) => ({
      tid,
      cpu: cpu - (before.threads.get(tid) ?? 0),
      waits: before.waitsIn.get(tid) ?? '',
    }))
    .sort((a, b) => b.cpu - a.cpu);
  const main = used.find(({ tid }) => tid === pid);
  const others = used.filter((thread) => thread !== main);
  const capture = others.find(({ waits }) =>
    engine === 'cap' ? /ep_poll|epoll/.test(waits) : /poll/.test(waits) && !/ep_poll|epoll/.test(waits),
  );
  const decoder = others.find((thread) => thread !== capture && /futex/.test(thread.waits));
  const cpu = (thread: typeof main) => thread?.cpu ?? 0;
  const sum = used.reduce((all, thread) => all + thread.cpu, 0);
  return {
    total: sum + after.children - before.children,
    child: after.children - before.children,
    capture: cpu(capture),
    decoder: cpu(decoder),
    main: cpu(main),
    other: sum - cpu(capture) - cpu(decoder) - cpu(main),
  };
}

/**
 * @param from sending namespace
 * @returns packets sent
 */
async function send(
  from: string,
  traffic: { path: string; count: number } | undefined,
  size: number,
): Promise<number> {
  const loops = traffic === undefined ? 0 : Math.max(1, Math.round(packets / traffic.count));
  const command =
    traffic === undefined
      ? [process.execPath, process.argv[1], ...process.argv.slice(2), '--send', String(size)]
      : [Program.tcpreplay, '-q', '--preload-pcap', '--unique-ip', `--loop=${loops}`, `--pps=${rate}`].concat(
          '--intf1=bench0',
          traffic.path,
        );
  const child = start(from, command, ['ignore', 'pipe', 'pipe']);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data) => {
      printed += data;
    });
  }
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`the sender failed: ${printed}`);
  return traffic === undefined ? packets : Number(/Actual: (\d+) packets/.exec(printed)?.[1]);
}

type Wiretail = Exclude<Awaited<ReturnType<typeof startWiretail>>, string>;

/** Starts wiretail with an engine; undefined if this engine can't capture here, which it prints. */
async function startEngine(where: string, engine: string): Promise<Wiretail | undefined> {
  const args = ['-i', 'bench1', '-f', FILTER, '--engine', engine, '--workers', '1'];
  const wiretail = await startWiretail(where, [...args, '--buffer-size', BUFFER, '--stats-interval', '0']);
  if (typeof wiretail !== 'string') return wiretail;
  console.log(`skipped: --engine ${engine}: ${wiretail}`);
  return undefined;
}

/** Sends traffic to a running wiretail and ends it. Returns its CPU a packet in us and the cells of its row. */
async function measure(wiretail: Wiretail, engine: string, sendTraffic: () => Promise<number>) {
  await sleep(200);
  const before = await sample(wiretail.pid);
  const sent = await sendTraffic();
  await sleep(200);
  const after = await sample(wiretail.pid);
  const line = await wiretail.stop();
  const counted = line.wiretail?.stats?.packets;
  if (counted === undefined) throw new Error('no figures in the stats line');
  const captured = counted.decoded + counted.ignored;
  const { kernel, ring } = counted.dropped_by;
  const cpu = shares(wiretail.pid, engine, before, after);
  // Packets that the ring had no room for were captured all the same.
  const us = (ns: number) => ns / 1000 / (captured + ring);
  const parts = [cpu.total, cpu.child, cpu.capture, cpu.decoder, cpu.main, cpu.other];
  const counts = [sent, captured, kernel, ring, Math.max(0, sent - counted.seen)];
  return { total: us(cpu.total), cells: [...counts.map(String), ...parts.map((ns) => us(ns).toFixed(2))] };
}

function ratioOf(totals: Record<string, number[]>): string {
  const [a, b] = ENGINES.map((engine) => median(totals[engine]));
  const medians = `median ${ENGINES[0]} ${a.toFixed(2)} us, ${ENGINES[1]} ${b.toFixed(2)} us`;
  return `${medians}, ratio ${(b / a).toFixed(2)}`;
}

async function bench() {
  needLab();
  const from = namespace('a');
  const to = namespace('b');
  ip('link', 'add', 'bench0', 'netns', from, 'type', 'veth', 'peer', 'name', 'bench1', 'netns', to);
  ip('-n', from, 'addr', 'add', `${SENDER}/24`, 'dev', 'bench0');
  ip('-n', to, 'addr', 'add', `${TARGET}/24`, 'dev', 'bench1');
  ip('-n', from, 'link', 'set', 'bench0', 'up');
  ip('-n', to, 'link', 'set', 'bench1', 'up');

  const version = spawnSync(Program.tcpreplay, ['--version'], { encoding: 'utf8' });
  const tcpreplay = /tcpreplay version: (\S+)/.exec(`${version.stdout}${version.stderr}`)?.[1];
  const folder = mkdtempSync(join(os.tmpdir(), 'wiretail-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

  describeMachine();
  console.log(
    `sender     ${tcpreplay ? `tcpreplay ${tcpreplay}, Gearman over TCP` : 'Node, UDP (no tcpreplay)'}`,
  );
  console.log(`inputs     frames of ${sizes.join(' and ')} bytes, about ${packets} a run at ${rate}/s,`);
  console.log(`           ${rounds} rounds, veth pair, --buffer-size ${BUFFER}, --workers 1, -f '${FILTER}'`);

  const heading = ['us of CPU a packet', 'sent', 'decoded', 'kernel', 'ring', 'unseen'];
  const rows = [[...heading, 'total', 'child', 'capture', 'decoder', 'main', 'other']];
  const ratios: string[] = [];
  const missing = new Set();
  for (const size of sizes) {
    const path = join(folder, `${size}.pcap`);
    const traffic = tcpreplay ? { path, count: writeFrames(path, trafficOf(size)) } : undefined;
    const totals: Record<string, number[]> = {};
    for (let run = 0; run < rounds * ENGINES.length; run++) {
      const engine = ENGINES[run % ENGINES.length];
      const wiretail = missing.has(engine) ? undefined : await startEngine(to, engine);
      if (wiretail === undefined) {
        missing.add(engine);
        continue;
      }
      const figures = await measure(wiretail, engine, () => send(from, traffic, size));
      totals[engine] = [...(totals[engine] ?? []), figures.total];
      rows.push([`${size} B ${engine} ${1 + Math.floor(run / ENGINES.length)}`, ...figures.cells]);
    }
    if (missing.size === 0) ratios.push(`${size} B: ${ratioOf(totals)}`);
  }
  if (missing.size === ENGINES.length) skip('no engine could capture');
  console.log();
  printTable(rows);
  console.log();
  for (const ratio of ratios) console.log(ratio);
  console.log('kernel, ring: drops that were counted. unseen: sent, but neither captured nor counted.');
  console.log('Threads of wiretail: child (of cap), capture, decoder, main; other: V8 and the rest.');
}

if (values.send !== undefined) await sendUdp(Number(values.send));
else {
  await bench();
  process.exit(0);
}
