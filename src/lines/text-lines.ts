/** Lines as strings, one at a time, for threads that write few. */
import { Buffer } from 'node:buffer';
import type { LineBuffer } from './line-bytes.js';

/** Initial size; a longer line doubles it. */
const BUFFER_BYTES = 16384;

/** @param onLine gets each line with its newline */
export function newTextLines(onLine: (line: string) => void): LineBuffer {
  const lines: LineBuffer = {
    buffer: Buffer.allocUnsafe(BUFFER_BYTES),
    at: 0,
    endLine(start) {
      const { buffer, at } = lines;
      lines.at = 0;
      if (at > buffer.length) {
        lines.buffer = Buffer.allocUnsafe(2 * at);
        return false;
      }
      onLine(buffer.toString('utf8', start, at));
      return true;
    },
  };
  return lines;
}
