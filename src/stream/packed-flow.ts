/** A connection as a row of 32-bit words: its endpoints, and all that is known of its stream while nothing is under way. */
import type { Headers } from '../packet/headers.js';
import { type Flow, makeFlow } from './connection.js';
import type { HalfConnection } from './direction.js';

/** Addresses have four words each (packet/headers.ts). */
export const Word = { hash: 0, server: 1, client: 5, ports: 9, flags: 10, halves: 11 } as const;
const HalfWord = { initial: 0, next: 1, acked: 2, firstAcked: 3, packets: 4, fin: 5 } as const;
const HalfWords = 6;
export const RowWords = Word.halves + 2 * HalfWords;

const Flag = { ipv6: 1, fromStart: 2, ignored: 4, encrypted: 8, oneSided: 16 } as const;
const HalfFlag = { synced: 1, initialSeen: 2, ackSeen: 4, finSeen: 8, closed: 16 } as const;
/** Where the flags of the halves are. */
const HalfShift = [8, 16] as const;
const ProtocolShift = 24;

/** What is counted of a direction is only asked whether it is few. */
const MostPackets = 0x7fffffff;

function portsWord(server: number, client: number): number {
  return (server << 16) | client;
}

function hasAddress(
  rows: Int32Array,
  at: number,
  word0: number,
  word1: number,
  word2: number,
  word3: number,
): boolean {
  return rows[at + 3] === word3 && rows[at + 2] === word2 && rows[at + 1] === word1 && rows[at] === word0;
}

/** Whether the packet is of this connection. */
export function isOf(rows: Int32Array, row: number, h: Headers): boolean {
  const at = row * RowWords;
  if (((rows[at + Word.flags] & Flag.ipv6) !== 0) !== (h.ipVersion === 6)) return false;
  const { src0, src1, src2, src3, dst0, dst1, dst2, dst3, srcPort, dstPort } = h;
  const server = at + Word.server;
  const client = at + Word.client;
  const ports = rows[at + Word.ports];
  return (
    (ports === portsWord(dstPort, srcPort) &&
      hasAddress(rows, server, dst0, dst1, dst2, dst3) &&
      hasAddress(rows, client, src0, src1, src2, src3)) ||
    (ports === portsWord(srcPort, dstPort) &&
      hasAddress(rows, server, src0, src1, src2, src3) &&
      hasAddress(rows, client, dst0, dst1, dst2, dst3))
  );
}

export function writeRow(rows: Int32Array, flow: Flow): void {
  const at = flow.slot * RowWords;
  rows[at + Word.hash] = flow.hash;
  for (let word = 0; word < 4; word++) {
    rows[at + Word.server + word] = flow.server[word];
    rows[at + Word.client + word] = flow.client[word];
  }
  rows[at + Word.ports] = portsWord(flow.serverPort, flow.clientPort);
  rows[at + Word.flags] =
    (flow.ipVersion === 6 ? Flag.ipv6 : 0) |
    (flow.fromStart ? Flag.fromStart : 0) |
    (flow.ignored ? Flag.ignored : 0) |
    (flow.encrypted ? Flag.encrypted : 0) |
    (flow.asymmetric ? Flag.oneSided : 0) |
    (flow.protocol << ProtocolShift) |
    (halfFlags(flow.halves[0]) << HalfShift[0]) |
    (halfFlags(flow.halves[1]) << HalfShift[1]);
  writeHalf(rows, at + Word.halves, flow.halves[0]);
  writeHalf(rows, at + Word.halves + HalfWords, flow.halves[1]);
}

function halfFlags(half: HalfConnection): number {
  return (
    (half.synced ? HalfFlag.synced : 0) |
    (half.initialSeqSeen ? HalfFlag.initialSeen : 0) |
    (half.ackSeen ? HalfFlag.ackSeen : 0) |
    (half.finSeen ? HalfFlag.finSeen : 0) |
    (half.closed ? HalfFlag.closed : 0)
  );
}

function writeHalf(rows: Int32Array, at: number, half: HalfConnection): void {
  rows[at + HalfWord.initial] = half.initialSeq;
  rows[at + HalfWord.next] = half.nextSeq;
  rows[at + HalfWord.acked] = half.acked;
  rows[at + HalfWord.firstAcked] = half.firstAcked;
  rows[at + HalfWord.packets] = Math.min(half.packets, MostPackets);
  rows[at + HalfWord.fin] = half.fin;
}

export function readRow(rows: Int32Array, row: number): Flow {
  const at = row * RowWords;
  const words = (from: number) => [rows[from], rows[from + 1], rows[from + 2], rows[from + 3]] as const;
  const ports = rows[at + Word.ports];
  const flags = rows[at + Word.flags];
  const flow = makeFlow(
    (flags & Flag.ipv6) !== 0 ? 6 : 4,
    words(at + Word.server),
    words(at + Word.client),
    ports >>> 16,
    ports & 0xffff,
    (flags & Flag.fromStart) !== 0,
    rows[at + Word.hash],
  );
  flow.slot = row;
  flow.protocol = flags >>> ProtocolShift;
  flow.ignored = (flags & Flag.ignored) !== 0;
  flow.encrypted = (flags & Flag.encrypted) !== 0;
  flow.asymmetric = (flags & Flag.oneSided) !== 0;
  readHalf(rows, at + Word.halves, flags >>> HalfShift[0], flow.halves[0]);
  readHalf(rows, at + Word.halves + HalfWords, flags >>> HalfShift[1], flow.halves[1]);
  return flow;
}

function readHalf(rows: Int32Array, at: number, flags: number, half: HalfConnection): void {
  half.synced = (flags & HalfFlag.synced) !== 0;
  half.initialSeqSeen = (flags & HalfFlag.initialSeen) !== 0;
  half.ackSeen = (flags & HalfFlag.ackSeen) !== 0;
  half.finSeen = (flags & HalfFlag.finSeen) !== 0;
  half.closed = (flags & HalfFlag.closed) !== 0;
  // Numbers of sequence space are unsigned.
  half.initialSeq = rows[at + HalfWord.initial] >>> 0;
  half.nextSeq = rows[at + HalfWord.next] >>> 0;
  half.acked = rows[at + HalfWord.acked] >>> 0;
  half.firstAcked = rows[at + HalfWord.firstAcked] >>> 0;
  half.packets = rows[at + HalfWord.packets];
  half.fin = rows[at + HalfWord.fin] >>> 0;
}
