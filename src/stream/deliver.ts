/**
 * From bytes in order to the decoder: skips what it asked to skip, keeps what it did not consume, and
 * tells it what is missing.
 */
import type { PacketTimestamp } from '../packet/timestamp.js';
import { type Direction, type GapReason, IGNORE_FLOW } from '../protocols/protocol.js';
import type { Flow } from './connection.js';
import { type HalfConnection, hold, unhold } from './direction.js';
import type { StreamLimits } from './limits.js';

/**
 * Hands bytes[start, end) on, the next bytes of the direction, and moves the half's place by `length`,
 * the bytes on the wire: more than end - start where the capture was cut.
 * @returns how many bytes the decoder wanted and the capture did not hold
 */
export function deliver(
  flow: Flow,
  dir: Direction,
  bytes: Uint8Array,
  start: number,
  end: number,
  length: number,
  at: PacketTimestamp,
  limits: StreamLimits,
): number {
  const half = flow.halves[dir];
  half.nextSeq = (half.nextSeq + length) >>> 0;
  const cut = length - (end - start);
  let from = start;
  let skipped = false;
  if (half.skip > 0) {
    const skip = Math.min(half.skip, end - start);
    half.skip -= skip;
    from += skip;
    skipped = skip > 0;
  }
  // A skip that has ended is told even without a byte behind it: the message is complete now.
  if (from < end || (skipped && half.skip === 0)) show(flow, dir, half, bytes, from, end, at, limits);
  return cut > 0 ? miss(flow, dir, cut, 'snaplen', at) : 0;
}

/** Shows the decoder what it held back with bytes[start, end) behind it. */
function show(
  flow: Flow,
  dir: Direction,
  half: HalfConnection,
  bytes: Uint8Array,
  start: number,
  end: number,
  at: PacketTimestamp,
  limits: StreamLimits,
): void {
  if (flow.ignored) return;
  const decoder = flow.decoder;
  if (half.unconsumedLength === 0) {
    const consumed = decoder.data(dir, bytes, start, end, at);
    if (consumed < end) hold(half, bytes, consumed, end);
    else if (consumed === IGNORE_FLOW) flow.ignored = true;
    else half.skip = consumed - end;
  } else {
    hold(half, bytes, start, end);
    showHeld(flow, dir, half, at);
  }
  // The first look at a connection ends in its real decoder, which has seen nothing of what was held.
  if (flow.decoder !== decoder) {
    reshow(flow, 0, at);
    reshow(flow, 1, at);
  }
  if (half.unconsumedLength > limits.unconsumedBytes) dropHeld(flow, dir, at);
}

/** Drops what the decoder holds back, and tells it so. */
export function dropHeld(flow: Flow, dir: Direction, at: PacketTimestamp): void {
  const half = flow.halves[dir];
  const lost = half.unconsumedLength;
  if (lost === 0) return;
  // Nothing is missing behind them: it is they that are lost.
  unhold(half, lost);
  flow.decoder.gap(dir, lost, 'limit', false, at, EMPTY);
}

function showHeld(flow: Flow, dir: Direction, half: HalfConnection, at: PacketTimestamp): void {
  const held = half.unconsumedLength;
  const consumed = flow.decoder.data(dir, half.unconsumed as Uint8Array, 0, held, at);
  unhold(half, consumed);
  if (consumed === IGNORE_FLOW) flow.ignored = true;
  else half.skip = Math.max(0, consumed - held);
}

function reshow(flow: Flow, dir: Direction, at: PacketTimestamp): void {
  const half = flow.halves[dir];
  if (half.unconsumedLength > 0 && !flow.ignored) showHeld(flow, dir, half, at);
}

/**
 * Tells the decoder of `missing` bytes at the half's place, which the caller has moved already.
 * @returns how many of them the decoder had not asked to skip
 */
export function miss(
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
    // The end of the skip is the end of a message, though nobody saw it.
    if (half.skip > 0) continue;
    const consumed = flow.decoder.data(dir, EMPTY, 0, 0, at);
    if (consumed === IGNORE_FLOW) {
      flow.ignored = true;
      return 0;
    }
    half.skip = consumed;
  }
  if (left > 0) {
    const held =
      half.unconsumedLength === 0
        ? EMPTY
        : (half.unconsumed as Uint8Array).subarray(0, half.unconsumedLength);
    // Not shown again, whatever the decoder does with this last look.
    half.unconsumedLength = 0;
    flow.decoder.gap(dir, left, reason, false, at, held);
    unhold(half, 0);
  }
  return left;
}

export const EMPTY = new Uint8Array(0);
