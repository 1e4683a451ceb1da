/** A decoder's lines on their way to the main thread, written one behind the other into one piece of memory. */
import { Buffer } from 'node:buffer';
import type { LineBuffer } from './line-bytes.js';

/** Bytes after which a batch is handed over, if no pause in the packets comes first. */
const ENOUGH = 128 << 10;
/** With room for the line that comes before it is enough. */
const SIZE = ENOUGH + (16 << 10);

export interface LineBatch extends LineBuffer {
  /** Nothing was added since the last was handed over. */
  isEmpty(): boolean;
  /** Hands over what there is. */
  flush(): void;
}

/**
 * @param began is told of the first line of each batch
 * @param handOver gets the bytes for itself, and the number of lines
 */
export function newLineBatch(
  began: () => void,
  handOver: (bytes: Uint8Array<ArrayBuffer>, lines: number) => void,
): LineBatch {
  let lines = 0;

  /** Hands over the lines up to `end`, and begins anew with so much memory. */
  const handOverTo = (end: number, size: number) => {
    const { buffer } = batch;
    const count = lines;
    // Given away itself, a few lines would cost both threads as much memory as a full batch: a copy of their size.
    const few = end * 2 < buffer.length;
    lines = 0;
    batch.at = 0;
    if (!few || size !== buffer.length) batch.buffer = Buffer.allocUnsafeSlow(size);
    if (count === 0) return;
    const written = buffer.subarray(0, end);
    handOver(few ? new Uint8Array(written) : written, count);
  };

  const batch = {
    buffer: Buffer.allocUnsafeSlow(SIZE),
    at: 0,
    endLine(start: number): boolean {
      const { at } = batch;
      if (at > batch.buffer.length) {
        // What was counted of it is the least that it needs.
        handOverTo(start, Math.max(SIZE, 2 * (at - start)));
        return false;
      }
      if (lines++ === 0) began();
      if (at >= ENOUGH) handOverTo(at, SIZE);
      return true;
    },
    isEmpty: () => lines === 0,
    flush() {
      if (lines > 0) handOverTo(batch.at, SIZE);
    },
  };
  return batch;
}
