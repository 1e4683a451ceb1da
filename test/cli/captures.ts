/** Splits and rebuilds capture files, for tests of `read`. */
import { readFileSync } from 'node:fs';

export function readCapture(path: string): Buffer {
  return readFileSync(path);
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/** The records of a little-endian pcap file, each with its header. */
export function recordsOf(pcap: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = FILE_HEADER; at < pcap.length; ) {
    const end = at + RECORD_HEADER + pcap.readUInt32LE(at + 8);
    records.push(pcap.subarray(at, end));
    at = end;
  }
  return records;
}

/** A file with the header of `pcap` and these records. */
export function withRecords(pcap: Buffer, records: readonly Buffer[]): Buffer {
  return Buffer.concat([pcap.subarray(0, FILE_HEADER), ...records]);
}

/** A record with an unrelated packet (UDP to port 53), at the time of `record`. */
export function otherRecord(record: Buffer): Buffer {
  const frame = Buffer.alloc(60);
  frame.writeUInt16BE(0x0800, 12);
  frame.set([0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17], 14);
  frame.set([192, 0, 2, 1, 192, 0, 2, 2, 0x9c, 0x40, 0, 53, 0, 26], 26);
  const header = Buffer.from(record.subarray(0, RECORD_HEADER));
  header.writeUInt32LE(frame.length, 8);
  header.writeUInt32LE(frame.length, 12);
  return Buffer.concat([header, frame]);
}
