/**
 * Segments that came before their turn. The first bytes seen win (as most receivers do when they have
 * stored them, RFC 9293 section 3.10.7.4 leaves it open); where a later copy differs, that is reported.
 */
import type { PacketTimestamp } from '../packet/timestamp.js';
import { type HalfConnection, type QueuedSegment, seqDiff } from './direction.js';

/**
 * Keeps what is new of bytes[start, end) (`length` bytes on the wire from `seq` on).
 * @returns how many bytes differ from a copy that was already there
 */
export function keepEarly(
  half: HalfConnection,
  seq: number,
  length: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  came: PacketTimestamp,
): number {
  let differing = 0;
  let previous: QueuedSegment | undefined;
  let at = half.queued;
  let from = seq;
  const stop = (seq + length) >>> 0;
  while (seqDiff(stop, from) > 0) {
    // Pass the segments that end before `from`.
    while (at !== undefined && seqDiff((at.seq + at.length) >>> 0, from) <= 0) {
      previous = at;
      at = at.next;
    }
    if (at !== undefined && seqDiff(at.seq, from) <= 0) {
      const shared = Math.min(seqDiff(stop, from), seqDiff((at.seq + at.length) >>> 0, from));
      differing += countDiffering(at, from, shared, bytes, start + seqDiff(from, seq), end);
      from = (from + shared) >>> 0;
      continue;
    }
    const room =
      at === undefined ? seqDiff(stop, from) : Math.min(seqDiff(stop, from), seqDiff(at.seq, from));
    const first = Math.min(end, start + seqDiff(from, seq));
    const piece: QueuedSegment = {
      seq: from,
      seconds: came.seconds,
      nanoseconds: came.nanoseconds,
      packet: came.packet,
      length: room,
      // A copy, which slice() of a Buffer would not be.
      bytes: new Uint8Array(bytes.subarray(first, Math.min(end, first + room))),
      next: at,
    };
    if (previous === undefined) half.queued = piece;
    else previous.next = piece;
    previous = piece;
    half.queuedBytes += piece.bytes.length;
    half.queuedSegments++;
    from = (from + room) >>> 0;
  }
  return differing;
}

function countDiffering(
  kept: QueuedSegment,
  from: number,
  shared: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const offset = seqDiff(from, kept.seq);
  const comparable = Math.min(shared, kept.bytes.length - offset, end - start);
  let differing = 0;
  for (let i = 0; i < comparable; i++) if (kept.bytes[offset + i] !== bytes[start + i]) differing++;
  return differing;
}

/** Takes out the first early segment. */
export function takeEarly(half: HalfConnection): QueuedSegment | undefined {
  const first = half.queued;
  if (first === undefined) return undefined;
  half.queued = first.next;
  half.queuedBytes -= first.bytes.length;
  half.queuedSegments--;
  return first;
}

export function dropEarly(half: HalfConnection): void {
  half.queued = undefined;
  half.queuedBytes = 0;
  half.queuedSegments = 0;
}
