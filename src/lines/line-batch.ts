/** A decoder's lines on their way to the main thread, collected in one block of memory. */
import { Buffer } from 'node:buffer';
import type { LineBuffer } from './line-bytes.js';

/** A batch of this many bytes is delivered at once; a smaller one when the packets pause. */
const BATCH_BYTES = 128 << 10;
/** Leaves room for the line that fills the batch. */
const BUFFER_BYTES = BATCH_BYTES + (16 << 10);

export interface LineBatch extends LineBuffer {
  /** No line was added since the last delivery. */
  isEmpty(): boolean;
  /** Delivers the lines collected so far. */
  flush(): void;
}

/**
 * @param onFirstLine called at the first line of each batch
 * @param deliver takes ownership of the bytes; `lines` is their number of lines
 */
export function newLineBatch(
  onFirstLine: () => void,
  deliver: (bytes: Uint8Array<ArrayBuffer>, lines: number) => void,
): LineBatch {
  let lines = 0;

  /** Delivers the lines up to `end` and starts over with a buffer of `size` bytes. */
  const deliverUpTo = (end: number, size: number) => {
    const { buffer } = batch;
    const count = lines;
    // Delivered as it is, a mostly empty buffer would cost both threads the memory of a full one: copy the few lines.
    const isMostlyEmpty = end * 2 < buffer.length;
    lines = 0;
    batch.at = 0;
    if (!isMostlyEmpty || size !== buffer.length) batch.buffer = Buffer.allocUnsafeSlow(size);
    if (count === 0) return;
    const written = buffer.subarray(0, end);
    deliver(isMostlyEmpty ? new Uint8Array(written) : written, count);
  };

  const batch = {
    buffer: Buffer.allocUnsafeSlow(BUFFER_BYTES),
    at: 0,
    endLine(start: number): boolean {
      const { at } = batch;
      if (at > batch.buffer.length) {
        // The position advanced by no more than the line needs: it may need more.
        deliverUpTo(start, Math.max(BUFFER_BYTES, 2 * (at - start)));
        return false;
      }
      if (lines++ === 0) onFirstLine();
      if (at >= BATCH_BYTES) deliverUpTo(at, BUFFER_BYTES);
      return true;
    },
    isEmpty: () => lines === 0,
    flush() {
      if (lines > 0) deliverUpTo(batch.at, BUFFER_BYTES);
    },
  };
  return batch;
}
