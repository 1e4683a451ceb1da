/** Generates a capture file of one connection with echoes: a long request is too large for the repository. */
import { closeSync, openSync, writeSync } from 'node:fs';

const TEXT = 'echo me';
/** Requests per packet. */
const TOGETHER = 1000;

/** Writes a pcap file with `count` ECHO_REQ (a multiple of 1000) in raw IPv4 packets. */
export function writeEchoes(path: string, count: number): void {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262144, 16);
  header.writeUInt32LE(101, 20);
  const request = Buffer.from(`\0REQ\0\0\0\x10\0\0\0${String.fromCharCode(TEXT.length)}${TEXT}`, 'latin1');
  const data = Buffer.concat(Array.from({ length: TOGETHER }, () => request));
  const file = openSync(path, 'w');
  writeSync(file, header);
  let sequence = 1;
  const packet = (number: number, flags: number, payload: Buffer) => {
    const bytes = Buffer.alloc(16 + 40);
    bytes.writeUInt32LE(1700000000 + Math.floor(number / 1000), 0);
    bytes.writeUInt32LE((number % 1000) * 1000, 4);
    bytes.writeUInt32LE(40 + payload.length, 8);
    bytes.writeUInt32LE(40 + payload.length, 12);
    bytes.set([0x45, 0], 16);
    bytes.writeUInt16BE(40 + payload.length, 18);
    bytes.set([64, 6], 24);
    bytes.set([192, 0, 2, 1, 192, 0, 2, 2], 28);
    bytes.writeUInt16BE(40000, 36);
    bytes.writeUInt16BE(4730, 38);
    bytes.writeUInt32BE(flags === 2 ? 0 : sequence, 40);
    bytes.set([0x50, flags, 0xff, 0xff], 48);
    writeSync(file, Buffer.concat([bytes, payload]));
    sequence = (sequence + payload.length) >>> 0;
  };
  packet(0, 0x02, Buffer.alloc(0));
  for (let i = 0; i < count / TOGETHER; i++) packet(i + 1, 0x18, data);
  closeSync(file);
}
