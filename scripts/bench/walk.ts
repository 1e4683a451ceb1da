// The least that a program has to do with a pcap file: read it and walk over its packets. The baseline of stages.ts.
//
//   scripts/bench/run walk FILE
import { closeSync, openSync, readSync } from 'node:fs';

const HEADER = 24;
const RECORD = 16;
const fd = openSync(process.argv[2], 'r');
const buffer = Buffer.allocUnsafeSlow(1 << 20);
let packets = 0;
let bytes = 0;
let left = 0;
let first = HEADER;
for (;;) {
  const got = readSync(fd, buffer, left, buffer.length - left, null);
  if (got === 0) break;
  const end = left + got;
  let at = first;
  first = 0;
  while (at + RECORD <= end) {
    const length = buffer.readUInt32LE(at + 8);
    if (at + RECORD + length > end) break;
    packets++;
    bytes += length;
    at += RECORD + length;
  }
  buffer.copyWithin(0, at, end);
  left = end - at;
}
closeSync(fd);
console.log(`${packets} packets, ${bytes} bytes`);
