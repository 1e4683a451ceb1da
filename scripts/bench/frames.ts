// Synthetic packets for the benches (TCP over IPv4 over Ethernet) and capture files of them.
import { closeSync, openSync, writeSync } from 'node:fs';

export const Flags = { finAck: 0x11, syn: 0x02, synAck: 0x12, ack: 0x10, pushAck: 0x18 };

const IP_AT = 14;
const TCP_AT = 34;
export const FRAME_HEADERS = 54;
const RECORD_HEADER = 16;

const bytesOf = (address: string) => Buffer.from(address.split('.').map(Number));

interface Endpoint {
  ip: string;
  port: number;
}

/** A frame with checksums of 0, which nothing checks, and made-up MAC addresses. */
export function frame(
  from: Endpoint,
  to: Endpoint,
  sequence: number,
  acknowledged: number,
  flags: number,
  data: Buffer,
) {
  const bytes = Buffer.alloc(FRAME_HEADERS + data.length);
  bytes.write('02ffffffffff02ffffffffff0800', 'hex');
  bytes[IP_AT] = 0x45;
  bytes.writeUInt16BE(40 + data.length, IP_AT + 2);
  bytes[IP_AT + 8] = 64;
  bytes[IP_AT + 9] = 6;
  setAddresses(bytes, from.ip, to.ip);
  bytes.writeUInt16BE(from.port, TCP_AT);
  bytes.writeUInt16BE(to.port, TCP_AT + 2);
  bytes.writeUInt32BE(sequence >>> 0, TCP_AT + 4);
  bytes.writeUInt32BE(acknowledged >>> 0, TCP_AT + 8);
  bytes[TCP_AT + 12] = 0x50;
  bytes[TCP_AT + 13] = flags;
  bytes.writeUInt16BE(65535, TCP_AT + 14);
  data.copy(bytes, FRAME_HEADERS);
  return bytes;
}

/** @param bytes a frame */
export function setAddresses(bytes: Buffer, from: string, to: string) {
  bytesOf(from).copy(bytes, IP_AT + 12);
  bytesOf(to).copy(bytes, IP_AT + 16);
}

/** Endpoints, sequence number, flags and payload length of a frame. */
export function partsOf(bytes: Buffer) {
  const address = (at: number) => [...bytes.subarray(at, at + 4)].join('.');
  const tcp = IP_AT + 4 * (bytes[IP_AT] & 15);
  const end = IP_AT + bytes.readUInt16BE(IP_AT + 2);
  return {
    from: { ip: address(IP_AT + 12), port: bytes.readUInt16BE(tcp) },
    to: { ip: address(IP_AT + 16), port: bytes.readUInt16BE(tcp + 2) },
    sequence: bytes.readUInt32BE(tcp + 4),
    flags: bytes[tcp + 13],
    length: end - tcp - 4 * (bytes[tcp + 12] >> 4),
  };
}

/** Writes a capture file of frames, all at time 0, and returns their number. */
export function writeFrames(path: string, frames: Iterable<Buffer>) {
  const file = openSync(path, 'w');
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262144, 16);
  header.writeUInt32LE(1, 20);
  let parts: Buffer[] = [header];
  let bytes = 0;
  let count = 0;
  const flush = () => {
    const all = Buffer.concat(parts);
    for (let at = 0; at < all.length; ) at += writeSync(file, all, at);
    parts = [];
    bytes = 0;
  };
  for (const packet of frames) {
    const record = Buffer.alloc(RECORD_HEADER);
    record.writeUInt32LE(packet.length, 8);
    record.writeUInt32LE(packet.length, 12);
    parts.push(record, packet);
    bytes += packet.length;
    count++;
    if (bytes > 1 << 22) flush();
  }
  flush();
  closeSync(file);
  return count;
}
