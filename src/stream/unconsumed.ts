/** The bytes of a direction that its decoder was shown and has not consumed. */
import type { HalfConnection } from './direction.js';

const MIN_CAPACITY = 256;
/** A larger buffer is freed as soon as it is empty; a smaller one is kept for the next split header. */
const MAX_KEPT_CAPACITY = 4096;
/** Up to this many bytes a loop is cheaper than the view that set() needs. */
const MAX_LOOP_COPY = 32;

/** Appends bytes[start, end). The buffer doubles, so that appending stays linear. */
export function appendUnconsumed(half: HalfConnection, bytes: Uint8Array, start: number, end: number): void {
  const length = end - start;
  const needed = half.unconsumedLength + length;
  if (half.unconsumed === undefined || half.unconsumed.length < needed) {
    const doubled = half.unconsumed === undefined ? MIN_CAPACITY : half.unconsumed.length * 2;
    const grown = new Uint8Array(Math.max(needed, doubled));
    if (half.unconsumed !== undefined) grown.set(half.unconsumed.subarray(0, half.unconsumedLength));
    half.unconsumed = grown;
  }
  const buffer = half.unconsumed;
  if (length <= MAX_LOOP_COPY) {
    for (let i = 0; i < length; i++) buffer[half.unconsumedLength + i] = bytes[start + i];
  } else buffer.set(bytes.subarray(start, end), half.unconsumedLength);
  half.unconsumedLength = needed;
}

/** Removes the first `count` bytes, or all if there are fewer. */
export function removeUnconsumed(half: HalfConnection, count: number): void {
  if (half.unconsumed === undefined) return;
  if (count >= half.unconsumedLength) {
    half.unconsumedLength = 0;
    if (half.unconsumed.length > MAX_KEPT_CAPACITY) half.unconsumed = undefined;
  } else {
    half.unconsumed.copyWithin(0, count, half.unconsumedLength);
    half.unconsumedLength -= count;
  }
}
