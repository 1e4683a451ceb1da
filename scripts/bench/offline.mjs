// The same work on a capture file by wiretail and by tshark, in turn, and how much less time wiretail takes.
//
//   node scripts/bench/offline.mjs [--file CAPTURE] [--times 8] [--rounds 3] [--packets 0]
//
// A capture of little traffic is repeated, each time with other addresses, so that starting the programs does not
// decide: `--times` copies, or as many as make `--packets`. Without --file both of the repository's own are
// measured, one of each protocol. tshark's lines have about what wiretail's have; its output goes to /dev/null.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { describeMachine, median, printTable, skip } from './lab.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(ROOT, 'dist/main.js');
const { values } = parseArgs({
  options: {
    file: { type: 'string', multiple: true },
    times: { type: 'string', default: '8' },
    packets: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '3' },
  },
});
const files =
  values.file ?? ['g-fops-all', 'gm-many'].map((name) => join(ROOT, `test/captures/${name}.pcap.gz`));

const PCAP_HEADER = 24;
const RECORD_HEADER = 16;

/**
 * The packets of a little-endian pcap file, as it is written on this kind of machine.
 * @param {Buffer} pcap
 */
function* packetsOf(pcap) {
  for (let at = PCAP_HEADER; at + RECORD_HEADER <= pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8);
    yield { at, end: at + RECORD_HEADER + length };
    at += RECORD_HEADER + length;
  }
}

/**
 * Where the first IPv4 address stands in a packet of this link type; -1: nowhere.
 * @param {Buffer} pcap @param {number} at
 */
function addressesAt(pcap, at) {
  const link = pcap.readUInt32LE(20);
  const [type, ip] = link === 1 ? [12, 14] : link === 276 ? [0, 20] : link === 113 ? [14, 16] : [-1, -1];
  return type >= 0 && pcap.readUInt16BE(at + type) === 0x0800 ? at + ip + 12 : -1;
}

/**
 * The capture so many times, one after the other, the second byte of its addresses another each time.
 * @param {Buffer} pcap @param {number} times
 */
function repeat(pcap, times) {
  const all = [...packetsOf(pcap)];
  const span = pcap.readUInt32LE(all[all.length - 1].at) - pcap.readUInt32LE(all[0].at) + 1;
  const body = pcap.subarray(PCAP_HEADER, all[all.length - 1].end);
  const copies = [pcap.subarray(0, PCAP_HEADER)];
  for (let n = 0; n < times; n++) {
    const copy = Buffer.from(body);
    for (const { at } of all) {
      const here = at - PCAP_HEADER;
      copy.writeUInt32LE(copy.readUInt32LE(here) + span * n, here);
      const addresses = addressesAt(pcap, at + RECORD_HEADER);
      if (addresses < 0) continue;
      copy[addresses - PCAP_HEADER + 1] = n & 0xff;
      copy[addresses - PCAP_HEADER + 5] = n & 0xff;
      copy[addresses - PCAP_HEADER] ^= n >> 8;
      copy[addresses - PCAP_HEADER + 4] ^= n >> 8;
    }
    copies.push(copy);
  }
  return { bytes: Buffer.concat(copies), packets: all.length * times };
}

/** User CPU of ended children in seconds, which Node does not tell: field 16 of proc_pid_stat(5), in 1/100 s. */
function childrenUser() {
  const [, fields] = readFileSync('/proc/self/stat', 'utf8').split(') ');
  return Number(fields.split(' ')[13]) / 100;
}

/**
 * Seconds of wall time and of user CPU.
 * @param {string[]} command
 */
function time(command) {
  const before = childrenUser();
  const started = performance.now();
  const { status, error, stderr } = spawnSync(command[0], command.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (error !== undefined || status !== 0) skip(`${command[0]} failed: ${error?.message ?? stderr}`);
  return { wall: (performance.now() - started) / 1000, user: childrenUser() - before };
}

const node = process.execPath;
const read = [node, MAIN, 'read', '--workers', '1'];
const gearman = (/** @type {string} */ file) => file.includes('gm-');

/** @type {Record<string, (file: string) => string[]>} */
const PROGRAMS = {
  tshark: (file) =>
    gearman(file)
      ? ['tshark', '-r', file, '-Y', 'gearman', '-T', 'ek', '-j', 'gearman']
      : ['tshark', '-r', file, '-Y', 'rpc', '-T', 'ek', '-j', 'rpc glusterfs'],
  'wiretail --view messages': (file) => [...read, '--view', 'messages', file],
  'wiretail --view calls': (file) => [...read, '--view', 'calls', file],
  'a walk over the packets': (file) => [node, join(ROOT, 'scripts/bench/walk.mjs'), file],
};

const directory = mkdtempSync(join(tmpdir(), 'wiretail-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

describeMachine();
console.log(spawnSync('tshark', ['--version'], { encoding: 'utf8' }).stdout?.split('\n')[0] ?? 'no tshark');
for (const file of files) {
  const pcap = readFileSync(file);
  const plain = file.endsWith('.gz') ? gunzipSync(pcap) : pcap;
  if (plain.readUInt32LE(0) !== 0xa1b23c4d) skip(`${file} is no little-endian pcap file with nanoseconds`);
  const one = [...packetsOf(plain)].length;
  const times = Math.max(Number(values.times), Math.ceil(Number(values.packets) / one));
  const { bytes, packets } = repeat(plain, times);
  const copy = join(directory, basename(file).replace(/\.gz$/, ''));
  writeFileSync(copy, bytes);
  /** @type {Record<string, { wall: number[], user: number[] }>} */
  const figures = {};
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, command] of Object.entries(PROGRAMS)) {
      const { wall, user } = time(command(copy));
      figures[name] ??= { wall: [], user: [] };
      figures[name].wall.push(wall);
      figures[name].user.push(user);
    }
  }
  rmSync(copy);
  const base = { wall: median(figures.tshark.wall), user: median(figures.tshark.user) };
  console.log(
    `\n${basename(file)}, ${times} times: ${packets} packets, ${(bytes.length / 2 ** 20).toFixed(0)} MiB`,
  );
  printTable([
    ['', 'wall, s', 'user, s', 'wall, 1/N of tshark', 'user, 1/N of tshark', 'us of user a packet'],
    ...Object.entries(figures).map(([name, figure]) => {
      const [wall, user] = [median(figure.wall), median(figure.user)];
      return [
        name,
        wall.toFixed(2),
        user.toFixed(2),
        (base.wall / wall).toFixed(1),
        (base.user / user).toFixed(1),
        ((user / packets) * 1e6).toFixed(1),
      ];
    }),
  ]);
}
