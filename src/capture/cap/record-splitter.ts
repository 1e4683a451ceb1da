/** Splits a byte stream into whole records of the ring's layout (ring/layout.ts). */
import { RECORD_HEADER } from '../../ring/layout.js';

export interface RecordSplitter {
  add(chunk: Buffer): void;
}

/** @param onRecords takes the `count` whole records in bytes[start, end) */
export function newRecordSplitter(
  onRecords: (bytes: Buffer, start: number, end: number, count: number) => void,
): RecordSplitter {
  /** The start of a record whose end has not arrived. */
  let partial: Buffer = Buffer.alloc(0);
  return {
    add(chunk) {
      const bytes = partial.length === 0 ? chunk : Buffer.concat([partial, chunk]);
      let at = 0;
      let count = 0;
      while (at + RECORD_HEADER <= bytes.length) {
        const next = at + RECORD_HEADER + bytes.readUInt32LE(at + 8);
        if (next > bytes.length) break;
        at = next;
        count++;
      }
      if (count > 0) onRecords(bytes, 0, at, count);
      partial = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
    },
  };
}
