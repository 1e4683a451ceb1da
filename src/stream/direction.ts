/** One direction of a connection: its position in sequence space, its reorder queue and its unconsumed bytes. */
import { ToClient, ToServer } from '../protocols/protocol.js';

export const DIRECTIONS = [ToServer, ToClient] as const;

/** A copy of an out-of-order segment. Its time is when it arrived. */
export interface QueuedSegment {
  /** Sequence number of its first byte. */
  seq: number;
  seconds: number;
  nanoseconds: number;
  packet: number;
  /** Bytes on the wire; more than bytes.length where the capture truncated the packet. */
  length: number;
  bytes: Uint8Array;
  next: QueuedSegment | undefined;
}

export interface HalfConnection {
  /** `nextSeq` is known. */
  synced: boolean;
  /** The SYN's sequence number, if it was seen: it distinguishes a retransmitted SYN from a new connection. */
  initialSeq: number;
  initialSeqSeen: boolean;
  /** Sequence number of the next byte to deliver, unsigned 32 bits. */
  nextSeq: number;
  /** The highest acknowledgement number that this direction has sent: what it has received of the other. */
  acked: number;
  ackSeen: boolean;
  /** The first acknowledgement number. */
  firstAcked: number;
  /** Packets of this direction. */
  packets: number;
  /** Bytes that the decoder asked to skip. */
  skip: number;
  /** The first unconsumedLength bytes were shown to the decoder, which has not consumed them. */
  unconsumed: Uint8Array | undefined;
  unconsumedLength: number;
  /** The reorder queue: segments beyond `nextSeq`, ordered by sequence number, without overlap. */
  queued: QueuedSegment | undefined;
  queuedBytes: number;
  queuedSegments: number;
  /** The gap before the first queued segment: packets of the connection since it opened, and when it did. */
  gapPackets: number;
  gapSince: number;
  /** Sequence number of the FIN, if one was seen. */
  fin: number;
  finSeen: boolean;
  closed: boolean;
  closedSeconds: number;
}

export function newHalfConnection(): HalfConnection {
  return {
    synced: false,
    initialSeq: 0,
    initialSeqSeen: false,
    nextSeq: 0,
    acked: 0,
    ackSeen: false,
    firstAcked: 0,
    packets: 0,
    skip: 0,
    unconsumed: undefined,
    unconsumedLength: 0,
    queued: undefined,
    queuedBytes: 0,
    queuedSegments: 0,
    gapPackets: 0,
    gapSince: 0,
    fin: 0,
    finSeen: false,
    closed: false,
    closedSeconds: 0,
  };
}

/** Whether a direction has carried no data. */
export function isUnused(half: HalfConnection): boolean {
  return !half.synced || (half.initialSeqSeen && half.nextSeq === (half.initialSeq + 1) >>> 0);
}

/** Distance from b to a in sequence space (RFC 9293, section 3.4): negative when a lies before b. */
export function seqDiff(a: number, b: number): number {
  return (a - b) | 0;
}
