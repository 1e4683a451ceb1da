/** A connection packed into 32-bit words: its endpoints and, while nothing is buffered, its whole stream state. */
import type { Headers } from '../packet/headers.js';
import { type Flow, newFlow } from './connection.js';
import type { HalfConnection } from './direction.js';

/** Addresses have four words each (packet/headers.ts). */
export const FlowWord = { hash: 0, server: 1, client: 5, ports: 9, flags: 10, halves: 11 } as const;
const HalfWord = { initialSeq: 0, nextSeq: 1, acked: 2, firstAcked: 3, packets: 4, fin: 5 } as const;
const HALF_WORDS = 6;
export const PACKED_FLOW_WORDS = FlowWord.halves + 2 * HALF_WORDS;

const FlowFlag = { ipv6: 1, fromStart: 2, ignored: 4, encrypted: 8, asymmetric: 16 } as const;
const HalfFlag = { synced: 1, initialSeqSeen: 2, ackSeen: 4, finSeen: 8, closed: 16 } as const;
/** Where the flags of each direction are in the flags word, and the protocol's number. */
const HALF_SHIFTS = [8, 16] as const;
const PROTOCOL_SHIFT = 24;

/** A direction's packet count saturates here: it only matters whether it is small. */
const MAX_PACKET_COUNT = 0x7fffffff;

function portsWord(server: number, client: number): number {
  return (server << 16) | client;
}

function hasAddress(
  words: Int32Array,
  at: number,
  word0: number,
  word1: number,
  word2: number,
  word3: number,
): boolean {
  return words[at + 3] === word3 && words[at + 2] === word2 && words[at + 1] === word1 && words[at] === word0;
}

/** Whether a packet belongs to the connection in a slot. */
export function packedFlowMatches(words: Int32Array, slot: number, h: Headers): boolean {
  const at = slot * PACKED_FLOW_WORDS;
  if (((words[at + FlowWord.flags] & FlowFlag.ipv6) !== 0) !== (h.ipVersion === 6)) return false;
  const { src0, src1, src2, src3, dst0, dst1, dst2, dst3, srcPort, dstPort } = h;
  const server = at + FlowWord.server;
  const client = at + FlowWord.client;
  const ports = words[at + FlowWord.ports];
  return (
    (ports === portsWord(dstPort, srcPort) &&
      hasAddress(words, server, dst0, dst1, dst2, dst3) &&
      hasAddress(words, client, src0, src1, src2, src3)) ||
    (ports === portsWord(srcPort, dstPort) &&
      hasAddress(words, server, src0, src1, src2, src3) &&
      hasAddress(words, client, dst0, dst1, dst2, dst3))
  );
}

/** Writes a connection to its slot. */
export function packFlow(words: Int32Array, flow: Flow): void {
  const at = flow.slot * PACKED_FLOW_WORDS;
  words[at + FlowWord.hash] = flow.hash;
  for (let word = 0; word < 4; word++) {
    words[at + FlowWord.server + word] = flow.server[word];
    words[at + FlowWord.client + word] = flow.client[word];
  }
  words[at + FlowWord.ports] = portsWord(flow.serverPort, flow.clientPort);
  words[at + FlowWord.flags] =
    (flow.ipVersion === 6 ? FlowFlag.ipv6 : 0) |
    (flow.fromStart ? FlowFlag.fromStart : 0) |
    (flow.ignored ? FlowFlag.ignored : 0) |
    (flow.encrypted ? FlowFlag.encrypted : 0) |
    (flow.asymmetric ? FlowFlag.asymmetric : 0) |
    (flow.protocol << PROTOCOL_SHIFT) |
    (halfFlags(flow.halves[0]) << HALF_SHIFTS[0]) |
    (halfFlags(flow.halves[1]) << HALF_SHIFTS[1]);
  packHalf(words, at + FlowWord.halves, flow.halves[0]);
  packHalf(words, at + FlowWord.halves + HALF_WORDS, flow.halves[1]);
}

function halfFlags(half: HalfConnection): number {
  return (
    (half.synced ? HalfFlag.synced : 0) |
    (half.initialSeqSeen ? HalfFlag.initialSeqSeen : 0) |
    (half.ackSeen ? HalfFlag.ackSeen : 0) |
    (half.finSeen ? HalfFlag.finSeen : 0) |
    (half.closed ? HalfFlag.closed : 0)
  );
}

function packHalf(words: Int32Array, at: number, half: HalfConnection): void {
  words[at + HalfWord.initialSeq] = half.initialSeq;
  words[at + HalfWord.nextSeq] = half.nextSeq;
  words[at + HalfWord.acked] = half.acked;
  words[at + HalfWord.firstAcked] = half.firstAcked;
  words[at + HalfWord.packets] = Math.min(half.packets, MAX_PACKET_COUNT);
  words[at + HalfWord.fin] = half.fin;
}

/** Reads a connection from its slot, without its decoder and observer. */
export function unpackFlow(words: Int32Array, slot: number): Flow {
  const at = slot * PACKED_FLOW_WORDS;
  const address = (from: number) => [words[from], words[from + 1], words[from + 2], words[from + 3]] as const;
  const ports = words[at + FlowWord.ports];
  const flags = words[at + FlowWord.flags];
  const endpoints = {
    ipVersion: (flags & FlowFlag.ipv6) !== 0 ? 6 : 4,
    server: address(at + FlowWord.server),
    client: address(at + FlowWord.client),
    serverPort: ports >>> 16,
    clientPort: ports & 0xffff,
  };
  const flow = newFlow(endpoints, (flags & FlowFlag.fromStart) !== 0, words[at + FlowWord.hash]);
  flow.slot = slot;
  flow.protocol = flags >>> PROTOCOL_SHIFT;
  flow.ignored = (flags & FlowFlag.ignored) !== 0;
  flow.encrypted = (flags & FlowFlag.encrypted) !== 0;
  flow.asymmetric = (flags & FlowFlag.asymmetric) !== 0;
  unpackHalf(words, at + FlowWord.halves, flags >>> HALF_SHIFTS[0], flow.halves[0]);
  unpackHalf(words, at + FlowWord.halves + HALF_WORDS, flags >>> HALF_SHIFTS[1], flow.halves[1]);
  return flow;
}

function unpackHalf(words: Int32Array, at: number, flags: number, half: HalfConnection): void {
  half.synced = (flags & HalfFlag.synced) !== 0;
  half.initialSeqSeen = (flags & HalfFlag.initialSeqSeen) !== 0;
  half.ackSeen = (flags & HalfFlag.ackSeen) !== 0;
  half.finSeen = (flags & HalfFlag.finSeen) !== 0;
  half.closed = (flags & HalfFlag.closed) !== 0;
  // Sequence numbers are unsigned.
  half.initialSeq = words[at + HalfWord.initialSeq] >>> 0;
  half.nextSeq = words[at + HalfWord.nextSeq] >>> 0;
  half.acked = words[at + HalfWord.acked] >>> 0;
  half.firstAcked = words[at + HalfWord.firstAcked] >>> 0;
  half.packets = words[at + HalfWord.packets];
  half.fin = words[at + HalfWord.fin] >>> 0;
}
