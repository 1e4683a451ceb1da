/** Walks records in the ring's layout (layout.ts). */
import { RECORD_HEADER } from './layout.js';

/** The captured length in the record header at `at`. */
function capturedLength(bytes: Uint8Array, at: number): number {
  return bytes[at + 8] | (bytes[at + 9] << 8) | (bytes[at + 10] << 16) | (bytes[at + 11] << 24);
}

/** The number of records in bytes[start, end), all of them whole. */
export function countRecords(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at += RECORD_HEADER + capturedLength(bytes, at)) count++;
  return count;
}

/** The end of the last record of bytes[start, end) that ends within `maxBytes` of `start`. */
export function endOfRecordsWithin(bytes: Uint8Array, start: number, end: number, maxBytes: number): number {
  if (end - start <= maxBytes) return end;
  let at = start;
  for (;;) {
    const next = at + RECORD_HEADER + capturedLength(bytes, at);
    if (next - start > maxBytes) return at;
    at = next;
  }
}
