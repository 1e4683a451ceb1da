/** Captures with packets removed. Classic pcap (pcap-savefile(5)) in this machine's byte order, Ethernet, IPv4. */
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
  readonly destinationPort: number;
  readonly toBrick: boolean;
  readonly fromBrick: boolean;
  /** Bytes of TCP payload. */
  readonly bytes: number;
}

function packetOf(data: Uint8Array, index: number): Packet {
  const other = { index, destinationPort: 0, toBrick: false, fromBrick: false, bytes: 0 };
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < ETHERNET + 40 || view.getUint16(12) !== IPV4 || data[ETHERNET + 9] !== TCP) return other;
  const tcp = ETHERNET + (data[ETHERNET] & 15) * 4;
  const bytes = ETHERNET + view.getUint16(ETHERNET + 2) - tcp - (data[tcp + 12] >> 4) * 4;
  const sourcePort = view.getUint16(tcp);
  const destinationPort = view.getUint16(tcp + 2);
  return {
    index,
    destinationPort,
    toBrick: destinationPort >= FIRST_BRICK_PORT,
    fromBrick: sourcePort >= FIRST_BRICK_PORT,
    bytes,
  };
}

/** Copies the packets to keep to another file. Returns the number of packets removed. */
export function cutCapture(from: string, to: string, isKept: (packet: Packet) => boolean): number {
  const file = readFileSync(from);
  const parts: Uint8Array[] = [file.subarray(0, FILE_HEADER)];
  let index = 0;
  let cut = 0;
  for (let at = FILE_HEADER; at + RECORD_HEADER <= file.length; ) {
    const next = at + RECORD_HEADER + file.readUInt32LE(at + 8);
    if (isKept(packetOf(file.subarray(at + RECORD_HEADER, next), index++)))
      parts.push(file.subarray(at, next));
    else cut++;
    at = next;
  }
  writeFileSync(to, Buffer.concat(parts));
  return cut;
}

/** Whether the capture has a packet to this port. Its last packet may be incomplete. */
export function hasPacketTo(capture: Buffer, port: number): boolean {
  for (let at = FILE_HEADER, index = 0; at + RECORD_HEADER <= capture.length; index++) {
    const next = at + RECORD_HEADER + capture.readUInt32LE(at + 8);
    if (packetOf(capture.subarray(at + RECORD_HEADER, next), index).destinationPort === port) return true;
    at = next;
  }
  return false;
}

export function countPackets(file: string): number {
  let count = 0;
  const bytes = readFileSync(file);
  for (let at = FILE_HEADER; at + RECORD_HEADER <= bytes.length; count++)
    at += RECORD_HEADER + bytes.readUInt32LE(at + 8);
  return count;
}
