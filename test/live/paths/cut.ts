/** Captures with packets missing. Classic pcap (pcap-savefile(5)) in this machine's order of bytes, Ethernet, IPv4. */
import { readFileSync, writeFileSync } from 'node:fs';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET = 14;
const IPV4 = 0x0800;
const TCP = 6;
/** Bricks listen here and above, clients call from below. */
const FIRST_BRICK_PORT = 49152;

interface Packet {
  readonly index: number;
  readonly toBrick: boolean;
  readonly fromBrick: boolean;
  /** Bytes of TCP's data. */
  readonly bytes: number;
}

function packetOf(data: Uint8Array, index: number): Packet {
  const nothing = { index, toBrick: false, fromBrick: false, bytes: 0 };
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < ETHERNET + 40 || view.getUint16(12) !== IPV4 || data[ETHERNET + 9] !== TCP)
    return nothing;
  const tcp = ETHERNET + (data[ETHERNET] & 15) * 4;
  const bytes = ETHERNET + view.getUint16(ETHERNET + 2) - tcp - (data[tcp + 12] >> 4) * 4;
  return {
    index,
    toBrick: view.getUint16(tcp + 2) >= FIRST_BRICK_PORT,
    fromBrick: view.getUint16(tcp) >= FIRST_BRICK_PORT,
    bytes,
  };
}

/** Writes those that are wanted, and gives the number of those that are not. */
export function cutCapture(from: string, to: string, wanted: (packet: Packet) => boolean): number {
  const file = readFileSync(from);
  const parts: Uint8Array[] = [file.subarray(0, FILE_HEADER)];
  let index = 0;
  let cut = 0;
  for (let at = FILE_HEADER; at + RECORD_HEADER <= file.length; ) {
    const next = at + RECORD_HEADER + file.readUInt32LE(at + 8);
    if (wanted(packetOf(file.subarray(at + RECORD_HEADER, next), index++)))
      parts.push(file.subarray(at, next));
    else cut++;
    at = next;
  }
  writeFileSync(to, Buffer.concat(parts));
  return cut;
}

export function countPackets(file: string): number {
  let count = 0;
  const bytes = readFileSync(file);
  for (let at = FILE_HEADER; at + RECORD_HEADER <= bytes.length; count++)
    at += RECORD_HEADER + bytes.readUInt32LE(at + 8);
  return count;
}
