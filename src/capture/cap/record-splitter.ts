/** Cuts a byte stream of records (ring/layout.ts) into whole ones. */
import { RECORD_HEADER } from '../../ring/layout.js';

export interface RecordSplitter {
  add(chunk: Buffer): void;
}

/** @param records is handed whole records: bytes[start, end), `count` of them */
export function newRecordSplitter(
  records: (bytes: Buffer, start: number, end: number, count: number) => void,
): RecordSplitter {
  let rest: Buffer = Buffer.alloc(0);
  return {
    add(chunk) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let at = 0;
      let count = 0;
      while (at + RECORD_HEADER <= bytes.length) {
        const next = at + RECORD_HEADER + bytes.readUInt32LE(at + 8);
        if (next > bytes.length) break;
        at = next;
        count++;
      }
      if (count > 0) records(bytes, 0, at, count);
      rest = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
    },
  };
}
