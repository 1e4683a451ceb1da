// Traffic for the benches: captures repeated with other addresses, and the messages to expect of them.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ROOT } from '../../test/helpers/project.js';
import { type Line, MAIN, Program, parseLine, skip } from './lab.js';

/** Too large for the tests: 2,000 small files written and removed on a volume of GlusterFS 10.3, 30,793 packets. */
export const METADATA = join(ROOT, 'scripts/bench/captures/g-metadata.pcap.gz');

/** dd of 4 MiB written to a volume with three copies and read again, on its client: 939 packets. */
export const DATA = join(ROOT, 'scripts/bench/captures/g-bulk.pcap.gz');

/** The path of a capture of the tests. */
export const captureOf = (name: string) => join(ROOT, `test/captures/${name}.pcap.gz`);

/** Options of the benches that replay a capture, for parseArgs(). */
export const SENDING = {
  file: { type: 'string', default: METADATA },
  seconds: { type: 'string', default: '20' },
  view: { type: 'string', default: 'messages' },
} as const;

const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
const NANOSECONDS = 0xa1b23c4d;
const ETHERNET = 1;
const ETHERNET_HEADER = 14;
const IPV4 = 0x0800;
const TCP = 6;

/** Reads a little-endian pcap file with nanoseconds; ends the bench for other formats. */
export function readCapture(file: string) {
  const bytes = readFileSync(file);
  const pcap = file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  if (pcap.readUInt32LE(0) !== NANOSECONDS) skip(`${file} is no little-endian pcap file with nanoseconds`);
  return pcap;
}

export function* packetsOf(pcap: Buffer) {
  for (let at = PCAP_HEADER; at + RECORD_HEADER <= pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8);
    yield { at, end: at + RECORD_HEADER + length };
    at += RECORD_HEADER + length;
  }
}

/** Offset of the source IPv4 address in a packet; -1 if it has none. */
function addressesAt(pcap: Buffer, at: number) {
  const link = pcap.readUInt32LE(20);
  const [type, ip] =
    link === ETHERNET ? [12, 14] : link === 276 ? [0, 20] : link === 113 ? [14, 16] : [-1, -1];
  return type >= 0 && pcap.readUInt16BE(at + type) === IPV4 ? at + ip + 12 : -1;
}

/**
 * Repeats the packets of a capture. Each copy has another second byte in its addresses (beyond 256 copies another first
 * byte too), so that it has connections of its own.
 * @param from number of the first copy
 * @returns the file in pieces: its header, then each copy
 */
function* repeated(pcap: Buffer, times: number, from: number = 0): Generator<Buffer> {
  const all = [...packetsOf(pcap)];
  const span = pcap.readUInt32LE(all[all.length - 1].at) - pcap.readUInt32LE(all[0].at) + 1;
  const body = pcap.subarray(PCAP_HEADER, all[all.length - 1].end);
  const places = all.map(({ at }) => addressesAt(pcap, at + RECORD_HEADER) - PCAP_HEADER);
  yield pcap.subarray(0, PCAP_HEADER);
  for (let n = from; n < from + times; n++) {
    const copy = Buffer.from(body);
    for (const [index, { at }] of all.entries()) {
      const offset = at - PCAP_HEADER;
      copy.writeUInt32LE(copy.readUInt32LE(offset) + span * n, offset);
      const addresses = places[index];
      if (addresses < 0) continue;
      copy[addresses + 1] = n & 0xff;
      copy[addresses + 5] = n & 0xff;
      copy[addresses] ^= n >> 8;
      copy[addresses + 4] ^= n >> 8;
    }
    yield copy;
  }
}

/** Writes repeated packets piece by piece, since a file can be larger than a Buffer. */
export function writeRepeated(path: string, pcap: Buffer, times: number, from: number = 0) {
  const file = openSync(path, 'w');
  let bytes = 0;
  for (const piece of repeated(pcap, times, from)) {
    for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
    bytes += piece.length;
  }
  closeSync(file);
  return bytes;
}

/** Copies up to here have addresses of their own. */
export const MOST_COPIES = 2000;
const WARM_COPIES = 2;
const WARM_RATE = 3000;

/**
 * Writes warm-up traffic, so that JavaScript is compiled before anything counts. Its copies occur in no other file; its
 * rate is one that all programs can follow.
 */
export function writeWarmUp(path: string, pcap: Buffer) {
  writeRepeated(path, pcap, WARM_COPIES, MOST_COPIES);
  return { file: path, copies: WARM_COPIES, rate: WARM_RATE };
}

/**
 * Gives the server of a loopback capture an address of its own. tcpreplay rewrites both addresses of a packet in each
 * loop and would make two connections of one if both ends had the same. The server has the lower port.
 * @param ip offset of the IPv4 header
 */
function separateEndpoints(pcap: Buffer, ip: number) {
  if (pcap.readUInt32BE(ip + 12) !== pcap.readUInt32BE(ip + 16)) return;
  const tcp = ip + 4 * (pcap[ip] & 15);
  const server = pcap.readUInt16BE(tcp) < pcap.readUInt16BE(tcp + 2) ? ip + 12 : ip + 16;
  pcap[server + 3] ^= 3;
}

/** The packets that tcpreplay can send and all programs count alike: whole TCP packets over IPv4 and Ethernet. */
export function tcpOf(file: string) {
  const pcap = readCapture(file);
  if (pcap.readUInt32LE(20) !== ETHERNET) skip(`${file} is not of Ethernet`);
  const kept = [pcap.subarray(0, PCAP_HEADER)];
  for (const { at, end } of packetsOf(pcap)) {
    const ip = at + RECORD_HEADER + ETHERNET_HEADER;
    if (pcap.readUInt32LE(at + 8) !== pcap.readUInt32LE(at + 12)) skip(`${file} has cut packets`);
    if (end < ip + 20 || pcap.readUInt16BE(ip - 2) !== IPV4 || pcap[ip + 9] !== TCP) continue;
    separateEndpoints(pcap, ip);
    kept.push(pcap.subarray(at, end));
  }
  return { pcap: Buffer.concat(kept), packets: kept.length - 1 };
}

/** Messages that wiretail counts in a file; with `--view calls` a call and its reply are one. */
export function messagesIn(file: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [MAIN, 'read', '--workers', '1', '--dataset', 'wiretail.stats', ...args, file],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(`wiretail read ${file} failed: ${stderr}`);
  return countedMessages(parseLine(stdout.trim().split('\n').at(-1) ?? ''));
}

/** Messages of all protocols in a stats line. */
export function countedMessages(line: Line) {
  const messages = line.wiretail?.stats?.messages ?? {};
  return Object.entries(messages)
    .filter(([name]) => /^(gluster|gearman|rpc)\./.test(name) && name !== 'gearman.job')
    .reduce((sum, [, count]) => sum + count, 0);
}

/** Packets that tcpreplay sends in one group: those of about a millisecond. */
const together = (rate: number) => Math.max(1, Math.round(rate / 1000));

/**
 * tcpreplay's command line. With the timer `nano` and packets in groups it sleeps between groups; by default it polls
 * the clock and takes one of two processors from the measured program.
 * @param options without `rate` it sends as fast as it can
 */
export function replayCommand(
  device: string,
  file: string,
  { rate, packets, loop }: { rate?: number; packets?: number; loop?: number },
) {
  const pace =
    rate === undefined ? ['--topspeed'] : [`--pps=${Math.round(rate)}`, `--pps-multi=${together(rate)}`];
  const limit = packets === undefined ? [] : [`--limit=${packets}`];
  const again = loop === undefined ? [] : [`--loop=${loop}`, '--unique-ip'];
  return [Program.tcpreplay, '-q', '-T', 'nano', ...pace, ...limit, ...again, `--intf1=${device}`, file];
}

/** Packets sent and seconds taken, from the output of tcpreplay. */
export function replayed(printed: string) {
  const number = (pattern: RegExp) => Number(pattern.exec(printed)?.[1] ?? Number.NaN);
  const failed = number(/Failed packets:\s+(\d+)/);
  if (failed > 0)
    throw new Error(`tcpreplay could not send ${failed} packets: ${printed.trim().split('\n')[0]}`);
  return { sent: number(/Actual: (\d+) packets/), seconds: number(/sent in ([\d.]+) seconds/) };
}

/** tcpreplay's version; ends the bench where it is not installed. */
export function needTcpreplay() {
  const { stdout, stderr } = spawnSync(Program.tcpreplay, ['--version'], { encoding: 'utf8' });
  const version = /tcpreplay version: (\S+)/.exec(`${stdout}${stderr}`)?.[1];
  if (version === undefined) skip('needs tcpreplay: apt-get install tcpreplay');
  return version;
}
