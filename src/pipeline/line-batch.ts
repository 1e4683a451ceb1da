/**
 * A decoder's lines on their way to the main thread, as bytes in one piece of memory. Each line is encoded when it is
 * there: strings joined first and encoded then cost six times as much, most of it for the garbage collector.
 */
import { Buffer } from 'node:buffer';
import { DEL, ESCAPED_BYTES, escaped } from '../output/escape.js';

/** Bytes after which a batch is handed over, if no pause in the packets comes first. */
const ENOUGH = 128 << 10;
const SIZE = 2 * ENOUGH;
export interface LineBatch {
  /** A line that is still to be escaped. */
  add(line: string): void;
  /** Nothing was added since the last was handed over. */
  empty(): boolean;
  /** Hands over what there is. */
  flush(): void;
}

/** @param handOver gets the bytes for itself, and the number of lines */
export function newLineBatch(handOver: (bytes: Uint8Array<ArrayBuffer>, lines: number) => void): LineBatch {
  const buffer = Buffer.allocUnsafeSlow(SIZE);
  let at = 0;
  let lines = 0;

  const flush = () => {
    if (lines === 0) return;
    const written = buffer.subarray(0, at);
    // A copy, as long as it is: what was handed over stays memory until the main thread's garbage is collected.
    const bytes = written.includes(DEL) ? withoutDel(written) : new Uint8Array(written);
    const count = lines;
    at = 0;
    lines = 0;
    handOver(bytes, count);
  };

  return {
    add(line) {
      if (line.length * ESCAPED_BYTES > SIZE - at) {
        flush();
        if (line.length * ESCAPED_BYTES > SIZE) {
          handOver(new TextEncoder().encode(escaped(line)), 1);
          return;
        }
      }
      const size = buffer.write(line, at);
      // As many bytes as code units: all of it is ASCII, as nearly always, and looking at each unit would cost more.
      at += size === line.length ? size : buffer.write(escaped(line), at);
      lines++;
      if (at >= ENOUGH) flush();
    },
    empty: () => lines === 0,
    flush,
  };
}

/** ASCII or not, no other character of UTF-8 has this byte. */
function withoutDel(bytes: Buffer): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(escaped(bytes.toString()));
}
