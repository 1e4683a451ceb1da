/**
 * One direction of a connection: which byte comes next, what waits out of order, and what the decoder
 * holds back or skips.
 */

/** A segment that came before its turn: a copy of its bytes. */
export interface QueuedSegment {
  /** Sequence number of its first byte. */
  seq: number;
  /** When it came. */
  seconds: number;
  nanoseconds: number;
  packet: number;
  /** Bytes on the wire; more than bytes.length where the capture was cut. */
  length: number;
  bytes: Uint8Array;
  next: QueuedSegment | undefined;
}

export interface HalfConnection {
  /** A byte of this direction has been placed: `next` means something. */
  synced: boolean;
  /** The SYN's sequence number, when it was seen: tells a repeated SYN from a new connection. */
  initialSeq: number;
  initialSeqSeen: boolean;
  /** Sequence number of the next byte to hand on, unsigned 32 bits. */
  nextSeq: number;
  /** The highest acknowledgement that this direction has sent: what it has received of the other. */
  acked: number;
  ackSeen: boolean;
  /** The first acknowledgement. */
  firstAcked: number;
  /** Packets of this direction. */
  packets: number;
  /** Bytes that the decoder asked not to be shown. */
  skip: number;
  /** Bytes that the decoder was shown and has not consumed. */
  unconsumed: Uint8Array | undefined;
  unconsumedLength: number;
  /** Segments beyond `next`, in order of sequence, without overlap. */
  queued: QueuedSegment | undefined;
  queuedBytes: number;
  queuedSegments: number;
  /** Since when there is a hole: packets of the connection since then, and the time. */
  gapPackets: number;
  gapSince: number;
  /** Sequence number of the FIN, when one was seen. */
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

/** Whether no byte of a direction went by. */
export function isUnused(half: HalfConnection): boolean {
  return !half.synced || (half.initialSeqSeen && half.nextSeq === (half.initialSeq + 1) >>> 0);
}

/** Distance from b to a in sequence space (RFC 9293, section 3.4): negative when a lies before b. */
export function seqDiff(a: number, b: number): number {
  return (a - b) | 0;
}

/** Appends to what the decoder holds back. The buffer doubles, so that appending stays linear. */
export function hold(half: HalfConnection, bytes: Uint8Array, start: number, end: number): void {
  const length = end - start;
  const needed = half.unconsumedLength + length;
  if (half.unconsumed === undefined || half.unconsumed.length < needed) {
    const grown = new Uint8Array(
      Math.max(needed, half.unconsumed === undefined ? 256 : half.unconsumed.length * 2),
    );
    if (half.unconsumed !== undefined) grown.set(half.unconsumed.subarray(0, half.unconsumedLength));
    half.unconsumed = grown;
  }
  // A loop for the few bytes of a split header: cheaper than the view that set() needs.
  if (length <= 32)
    for (let i = 0; i < length; i++) half.unconsumed[half.unconsumedLength + i] = bytes[start + i];
  else half.unconsumed.set(bytes.subarray(start, end), half.unconsumedLength);
  half.unconsumedLength = needed;
}

/** Drops the first `count` bytes that were held. */
export function unhold(half: HalfConnection, count: number): void {
  if (half.unconsumed === undefined) return;
  if (count >= half.unconsumedLength) {
    half.unconsumedLength = 0;
    // What a large message needed is given back; a small buffer serves the next split header.
    if (half.unconsumed.length > 4096) half.unconsumed = undefined;
  } else {
    half.unconsumed.copyWithin(0, count, half.unconsumedLength);
    half.unconsumedLength -= count;
  }
}
