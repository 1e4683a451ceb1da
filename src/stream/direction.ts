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
  initial: number;
  initialSeen: boolean;
  /** Sequence number of the next byte to hand on, unsigned 32 bits. */
  next: number;
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
  held: Uint8Array | undefined;
  heldLength: number;
  /** Segments beyond `next`, in order of sequence, without overlap. */
  early: QueuedSegment | undefined;
  earlyBytes: number;
  earlyCount: number;
  /** Since when there is a hole: packets of the connection since then, and the time. */
  holePackets: number;
  holeSeconds: number;
  /** Sequence number of the FIN, when one was seen. */
  fin: number;
  finSeen: boolean;
  closed: boolean;
  closedSeconds: number;
}

export function newHalfConnection(): HalfConnection {
  return {
    synced: false,
    initial: 0,
    initialSeen: false,
    next: 0,
    acked: 0,
    ackSeen: false,
    firstAcked: 0,
    packets: 0,
    skip: 0,
    held: undefined,
    heldLength: 0,
    early: undefined,
    earlyBytes: 0,
    earlyCount: 0,
    holePackets: 0,
    holeSeconds: 0,
    fin: 0,
    finSeen: false,
    closed: false,
    closedSeconds: 0,
  };
}

/** Whether no byte of a direction went by. */
export function isUnused(half: HalfConnection): boolean {
  return !half.synced || (half.initialSeen && half.next === (half.initial + 1) >>> 0);
}

/** Distance from b to a in sequence space (RFC 9293, section 3.4): negative when a lies before b. */
export function seqDiff(a: number, b: number): number {
  return (a - b) | 0;
}

/** Appends to what the decoder holds back. The buffer doubles, so that appending stays linear. */
export function hold(half: HalfConnection, bytes: Uint8Array, start: number, end: number): void {
  const length = end - start;
  const needed = half.heldLength + length;
  if (half.held === undefined || half.held.length < needed) {
    const grown = new Uint8Array(Math.max(needed, half.held === undefined ? 256 : half.held.length * 2));
    if (half.held !== undefined) grown.set(half.held.subarray(0, half.heldLength));
    half.held = grown;
  }
  // A loop for the few bytes of a split header: cheaper than the view that set() needs.
  if (length <= 32) for (let i = 0; i < length; i++) half.held[half.heldLength + i] = bytes[start + i];
  else half.held.set(bytes.subarray(start, end), half.heldLength);
  half.heldLength = needed;
}

/** Drops the first `count` bytes that were held. */
export function unhold(half: HalfConnection, count: number): void {
  if (half.held === undefined) return;
  if (count >= half.heldLength) {
    half.heldLength = 0;
    // What a large message needed is given back; a small buffer serves the next split header.
    if (half.held.length > 4096) half.held = undefined;
  } else {
    half.held.copyWithin(0, count, half.heldLength);
    half.heldLength -= count;
  }
}
