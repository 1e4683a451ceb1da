/**
 * A decoder's lines on their way to the main thread, as bytes in one piece of memory. Each line is encoded when it is
 * there: strings joined first and encoded then cost six times as much, most of it for the garbage collector.
 */
import { Buffer } from 'node:buffer';

/** Bytes after which a batch is handed over, if no pause in the packets comes first. */
const ENOUGH = 128 << 10;
const SIZE = 2 * ENOUGH;
/** Bytes of UTF-8 for a code unit of a string, at most. */
const WIDEST = 3;

export interface LineBatch {
  add(line: string): void;
  /** Nothing was added since the last was handed over. */
  empty(): boolean;
  /** Hands over what there is. */
  flush(): void;
}

/** @param handOver gets the bytes for itself, and the number of lines */
export function newLineBatch(handOver: (bytes: Uint8Array<ArrayBuffer>, lines: number) => void): LineBatch {
  let buffer = Buffer.allocUnsafeSlow(SIZE);
  let at = 0;
  let lines = 0;

  const flush = () => {
    if (lines === 0) return;
    const bytes = buffer.subarray(0, at);
    const count = lines;
    at = 0;
    lines = 0;
    buffer = Buffer.allocUnsafeSlow(SIZE);
    handOver(bytes, count);
  };

  return {
    add(line) {
      if (line.length * WIDEST > SIZE - at) {
        flush();
        if (line.length * WIDEST > SIZE) {
          handOver(new TextEncoder().encode(line), 1);
          return;
        }
      }
      at += buffer.write(line, at);
      lines++;
      if (at >= ENOUGH) flush();
    },
    empty: () => lines === 0,
    flush,
  };
}
