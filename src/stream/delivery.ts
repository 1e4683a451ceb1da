/**
 * From a direction's bytes in order to its decoder: skips what the decoder asked to skip, buffers what it does not
 * consume, and reports what is missing.
 */
import type { PacketTimestamp } from '../packet/timestamp.js';
import { type Direction, type GapReason, IGNORE_FLOW } from '../protocols/protocol.js';
import { type Chunk, EMPTY } from './chunk.js';
import type { Flow } from './connection.js';
import { DIRECTIONS } from './direction.js';
import { appendUnconsumed, removeUnconsumed } from './unconsumed.js';

/**
 * Delivers the next bytes of a direction.
 * @param maxUnconsumed bytes that the decoder may leave unconsumed
 * @returns how many bytes the decoder wanted and the capture has truncated
 */
export function deliver(flow: Flow, dir: Direction, chunk: Chunk, maxUnconsumed: number): number {
  const half = flow.halves[dir];
  half.nextSeq = (half.nextSeq + chunk.length) >>> 0;
  const captured = chunk.end - chunk.start;
  const truncated = chunk.length - captured;
  let skipped = false;
  if (half.skip > 0) {
    const skip = Math.min(half.skip, captured);
    half.skip -= skip;
    chunk.start += skip;
    skipped = skip > 0;
  }
  // The end of a skip completes a message: the decoder is called even without another byte.
  if (chunk.start < chunk.end || (skipped && half.skip === 0)) decode(flow, dir, chunk, maxUnconsumed);
  return truncated > 0 ? reportMissing(flow, dir, truncated, 'snaplen', chunk.at) : 0;
}

/** Passes the decoder its unconsumed bytes followed by the chunk. */
function decode(flow: Flow, dir: Direction, chunk: Chunk, maxUnconsumed: number): void {
  if (flow.ignored) return;
  const { bytes, start, end, at } = chunk;
  const half = flow.halves[dir];
  const decoder = flow.decoder;
  if (half.unconsumedLength === 0) {
    const consumed = decoder.data(dir, bytes, start, end, at);
    if (consumed < end) appendUnconsumed(half, bytes, consumed, end);
    else if (consumed === IGNORE_FLOW) flow.ignored = true;
    else half.skip = consumed - end;
  } else {
    appendUnconsumed(half, bytes, start, end);
    decodeUnconsumed(flow, dir, at);
  }
  // Protocol detection has ended: the protocol's decoder has seen none of the unconsumed bytes.
  if (flow.decoder !== decoder) {
    for (const direction of DIRECTIONS) decodeUnconsumed(flow, direction, at);
  }
  if (half.unconsumedLength > maxUnconsumed) dropUnconsumed(flow, dir, at);
}

function decodeUnconsumed(flow: Flow, dir: Direction, at: PacketTimestamp): void {
  const half = flow.halves[dir];
  const length = half.unconsumedLength;
  if (length === 0 || flow.ignored) return;
  const consumed = flow.decoder.data(dir, half.unconsumed as Uint8Array, 0, length, at);
  removeUnconsumed(half, consumed);
  if (consumed === IGNORE_FLOW) flow.ignored = true;
  else half.skip = Math.max(0, consumed - length);
}

/** Drops a direction's unconsumed bytes and reports them as a gap. */
export function dropUnconsumed(flow: Flow, dir: Direction, at: PacketTimestamp): void {
  const half = flow.halves[dir];
  const dropped = half.unconsumedLength;
  if (dropped === 0) return;
  removeUnconsumed(half, dropped);
  // These bytes are what is lost: the decoder is not shown them again.
  flow.decoder.gap(dir, dropped, 'limit', false, at, EMPTY);
}

/**
 * Reports `missing` bytes to the decoder. The caller has moved nextSeq beyond them.
 * @returns how many of them the decoder had not asked to skip
 */
export function reportMissing(
  flow: Flow,
  dir: Direction,
  missing: number,
  reason: GapReason,
  at: PacketTimestamp,
): number {
  if (flow.ignored) return 0;
  const half = flow.halves[dir];
  let left = missing;
  while (left > 0 && half.skip > 0) {
    const skipped = Math.min(half.skip, left);
    half.skip -= skipped;
    left -= skipped;
    flow.decoder.gap(dir, skipped, reason, true, at, EMPTY);
    if (half.skip > 0) continue;
    // The end of a skip completes a message, seen or not.
    const consumed = flow.decoder.data(dir, EMPTY, 0, 0, at);
    if (consumed === IGNORE_FLOW) {
      flow.ignored = true;
      return 0;
    }
    half.skip = consumed;
  }
  if (left > 0) reportGap(flow, dir, left, reason, at);
  return left;
}

/** Shows the decoder its unconsumed bytes one last time: the bytes after the gap do not continue them. */
function reportGap(
  flow: Flow,
  dir: Direction,
  missing: number,
  reason: GapReason,
  at: PacketTimestamp,
): void {
  const half = flow.halves[dir];
  const unconsumed =
    half.unconsumedLength === 0 ? EMPTY : (half.unconsumed as Uint8Array).subarray(0, half.unconsumedLength);
  // Before the call, so that they are gone even if the decoder throws.
  half.unconsumedLength = 0;
  flow.decoder.gap(dir, missing, reason, false, at, unconsumed);
  removeUnconsumed(half, 0);
}
