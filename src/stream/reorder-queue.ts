/**
 * The reorder queue of a direction: copies of out-of-order segments. The first bytes seen win, as in most receivers
 * (RFC 9293, section 3.10.7.4, leaves it open); a later copy that differs is reported.
 */
import type { Chunk } from './chunk.js';
import { type HalfConnection, type QueuedSegment, seqDiff } from './direction.js';

/**
 * Queues those bytes of the chunk that are not queued yet.
 * @returns how many of its bytes differ from those queued before
 */
export function queueOutOfOrder(half: HalfConnection, chunk: Chunk): number {
  let differing = 0;
  let previous: QueuedSegment | undefined;
  let queued = half.queued;
  let seq = chunk.seq;
  const endSeq = (seq + chunk.length) >>> 0;
  while (seqDiff(endSeq, seq) > 0) {
    while (queued !== undefined && seqDiff(endOf(queued), seq) <= 0) {
      previous = queued;
      queued = queued.next;
    }
    if (queued !== undefined && seqDiff(queued.seq, seq) <= 0) {
      const overlap = Math.min(seqDiff(endSeq, seq), seqDiff(endOf(queued), seq));
      differing += countDiffering(queued, chunk, seq, overlap);
      seq = (seq + overlap) >>> 0;
      continue;
    }
    const untilEnd = seqDiff(endSeq, seq);
    const length = queued === undefined ? untilEnd : Math.min(untilEnd, seqDiff(queued.seq, seq));
    const added = copySegment(chunk, seq, length, queued);
    if (previous === undefined) half.queued = added;
    else previous.next = added;
    previous = added;
    half.queuedBytes += added.bytes.length;
    half.queuedSegments++;
    seq = (seq + length) >>> 0;
  }
  return differing;
}

function endOf(segment: QueuedSegment): number {
  return (segment.seq + segment.length) >>> 0;
}

function copySegment(
  { seq: chunkSeq, bytes, start, end, at }: Chunk,
  seq: number,
  length: number,
  next: QueuedSegment | undefined,
): QueuedSegment {
  const first = Math.min(end, start + seqDiff(seq, chunkSeq));
  return {
    seq,
    seconds: at.seconds,
    nanoseconds: at.nanoseconds,
    packet: at.packet,
    length,
    // A copy, which slice() of a Buffer would not be.
    bytes: new Uint8Array(bytes.subarray(first, Math.min(end, first + length))),
    next,
  };
}

/** Compares the captured bytes of `overlap` bytes from `seq` on. */
function countDiffering(queued: QueuedSegment, chunk: Chunk, seq: number, overlap: number): number {
  const { bytes, end } = chunk;
  const start = chunk.start + seqDiff(seq, chunk.seq);
  const offset = seqDiff(seq, queued.seq);
  const comparable = Math.min(overlap, queued.bytes.length - offset, end - start);
  let differing = 0;
  for (let i = 0; i < comparable; i++) if (queued.bytes[offset + i] !== bytes[start + i]) differing++;
  return differing;
}

/** Whether the first queued segment starts at or before the next byte to deliver. */
export function isQueueInOrder(half: HalfConnection): boolean {
  return half.queued !== undefined && seqDiff(half.queued.seq, half.nextSeq) <= 0;
}

/** Removes the first queued segment; there is one. */
export function takeFirstQueued(half: HalfConnection): QueuedSegment {
  const first = half.queued as QueuedSegment;
  half.queued = first.next;
  half.queuedBytes -= first.bytes.length;
  half.queuedSegments--;
  return first;
}

export function dropQueue(half: HalfConnection): void {
  half.queued = undefined;
  half.queuedBytes = 0;
  half.queuedSegments = 0;
}
