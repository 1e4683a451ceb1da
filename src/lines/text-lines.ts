/** Lines as strings, one by one, where there are few of them. */
import { Buffer } from 'node:buffer';
import type { LineBuffer } from './line-bytes.js';

/** Bytes that a line has at first; it gets more where it needs them. */
const SIZE = 16384;

/** @param take gets each line, its newline included */
export function newTextLines(take: (line: string) => void): LineBuffer {
  const lines: LineBuffer = {
    buffer: Buffer.allocUnsafe(SIZE),
    at: 0,
    endLine(start) {
      const { buffer, at } = lines;
      lines.at = 0;
      if (at > buffer.length) {
        lines.buffer = Buffer.allocUnsafe(2 * at);
        return false;
      }
      take(buffer.toString('utf8', start, at));
      return true;
    },
  };
  return lines;
}
