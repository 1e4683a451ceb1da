/** Writers of small capture files, and a sink that collects packets. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { readCapture } from '../../../src/capture/file/read-capture.js';
import type { ReadOptions, ReadResult } from '../../../src/capture/file/read-loop.js';
import type { PacketSink } from '../../../src/capture/sink.js';
import { RECORD_HEADER } from '../../../src/ring/layout.js';

export interface Packet {
  link: number;
  seconds: number;
  nanoseconds: number;
  wire: number;
  data: string;
}

/** Packets of many sizes, including odd and empty ones, with times that use every digit. */
export function somePackets(count: number, ticks = 1e9, link = 1): Packet[] {
  return Array.from({ length: count }, (_, index) => ({
    link,
    seconds: 1_700_000_000 + index * 17,
    nanoseconds: ((index * 123_456_789 + 987_654_321) % ticks) * (1e9 / ticks),
    wire: ((index * 7) % 61) + (index % 3) * 1000,
    data: Buffer.alloc((index * 7) % 61, index + 1).toString('hex'),
  }));
}

export interface Order {
  little: boolean;
}

export function u16(value: number, { little }: Order): Buffer {
  const bytes = Buffer.alloc(2);
  if (little) bytes.writeUInt16LE(value);
  else bytes.writeUInt16BE(value);
  return bytes;
}

export function u32(value: number, { little }: Order): Buffer {
  const bytes = Buffer.alloc(4);
  if (little) bytes.writeUInt32LE(value >>> 0);
  else bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

export interface PcapShape extends Order {
  magic: number;
  ticks: number;
  minor?: number;
  /** Bytes after each record header (Kuznetzov). */
  extra?: number;
  link?: number;
}

export function pcapHeader(shape: PcapShape): Buffer {
  const { magic, minor = 4, link = 1 } = shape;
  const words = [u32(0, shape), u32(0, shape), u32(65535, shape), u32(link, shape)];
  return Buffer.concat([u32(magic, shape), u16(2, shape), u16(minor, shape), ...words]);
}

export function pcapRecord(packet: Packet, shape: PcapShape): Buffer {
  const data = Buffer.from(packet.data, 'hex');
  const fraction = packet.nanoseconds / (1e9 / shape.ticks);
  const lengths = [u32(data.length, shape), u32(packet.wire, shape)];
  if ((shape.minor ?? 4) < 3) lengths.reverse();
  const times = [u32(packet.seconds, shape), u32(fraction, shape)];
  return Buffer.concat([...times, ...lengths, Buffer.alloc(shape.extra ?? 0, 0xee), data]);
}

export function pcapFile(packets: Packet[], shape: PcapShape): Buffer {
  return Buffer.concat([pcapHeader(shape), ...packets.map((packet) => pcapRecord(packet, shape))]);
}

export const LE_NS: PcapShape = { little: true, magic: 0xa1b23c4d, ticks: 1e9 };

export function block(type: number, body: Buffer, order: Order, total?: number): Buffer {
  const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
  const length = u32(total ?? padded.length + 12, order);
  return Buffer.concat([u32(type, order), length, padded, length]);
}

export function option(code: number, value: Buffer, order: Order): Buffer {
  return Buffer.concat([u16(code, order), u16(value.length, order), value, Buffer.alloc(-value.length & 3)]);
}

export function sectionHeader(order: Order, minor = 0, major = 1): Buffer {
  const body = [u32(0x1a2b3c4d, order), u16(major, order), u16(minor, order), Buffer.alloc(8, 0xff)];
  return block(0x0a0d0d0a, Buffer.concat(body), order);
}

export interface InterfaceShape {
  link?: number;
  snapLength?: number;
  name?: string;
  resolution?: number;
  offset?: bigint;
}

export function interfaceBlock(shape: InterfaceShape, order: Order): Buffer {
  const parts = [u16(shape.link ?? 1, order), u16(0, order), u32(shape.snapLength ?? 0, order)];
  if (shape.name !== undefined) parts.push(option(2, Buffer.from(shape.name), order));
  if (shape.resolution !== undefined) parts.push(option(9, Buffer.from([shape.resolution]), order));
  if (shape.offset !== undefined) {
    const value = Buffer.alloc(8);
    if (order.little) value.writeBigInt64LE(shape.offset);
    else value.writeBigInt64BE(shape.offset);
    parts.push(option(14, value, order));
  }
  if (parts.length > 3) parts.push(option(0, Buffer.alloc(0), order));
  return block(1, Buffer.concat(parts), order);
}

/** Type 6: enhanced; 2: obsolete. `count` is the time in the interface's units. */
export function packetBlock(
  packet: Packet,
  index: number,
  count: bigint,
  order: Order,
  type: 2 | 6 = 6,
  options: Buffer = Buffer.alloc(0),
): Buffer {
  const data = Buffer.from(packet.data, 'hex');
  const from = type === 6 ? u32(index, order) : Buffer.concat([u16(index, order), u16(0xffff, order)]);
  const time = [u32(Number(count >> 32n), order), u32(Number(count & 0xffffffffn), order)];
  const lengths = [u32(data.length, order), u32(packet.wire, order)];
  const parts = [from, ...time, ...lengths, data, Buffer.alloc(-data.length & 3), options];
  return block(type, Buffer.concat(parts), order);
}

export function nanosecondsOf(packet: Packet): bigint {
  return BigInt(packet.seconds) * 1_000_000_000n + BigInt(packet.nanoseconds);
}

/** One section with one interface, with timestamps in nanoseconds. */
export function pcapngFile(packets: Packet[], order: Order): Buffer {
  const blocks = packets.map((packet) => packetBlock(packet, 0, nanosecondsOf(packet), order));
  const head = interfaceBlock({ link: packets[0]?.link ?? 1, resolution: 9, name: 'eth0' }, order);
  return Buffer.concat([sectionHeader(order), head, ...blocks]);
}

export interface Collected extends PacketSink {
  packets: Packet[];
  /** The names of the calls, with the link types. */
  calls: string[];
}

export function collector(stopped: () => boolean = () => false): Collected {
  let link = -1;
  const packets: Packet[] = [];
  const calls: string[] = [];
  return {
    packets,
    calls,
    link(linkType) {
      link = linkType;
      calls.push(`link ${linkType}`);
    },
    file(index) {
      calls.push(`file ${index}`);
    },
    records(bytes, start, end, count) {
      calls.push('records');
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const before = packets.length;
      let at = start;
      while (at < end) {
        const captured = view.readUInt32LE(at + 8);
        packets.push({
          link,
          seconds: view.readUInt32LE(at),
          nanoseconds: view.readUInt32LE(at + 4),
          wire: view.readUInt32LE(at + 12),
          data: view.toString('hex', at + RECORD_HEADER, at + RECORD_HEADER + captured),
        });
        at += RECORD_HEADER + captured;
      }
      if (at !== end || packets.length - before !== count) throw new Error('expected a run of whole records');
    },
    stopped,
  };
}

const directory = mkdtempSync(join(tmpdir(), 'wiretail-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));
let files = 0;

export function temporaryPath(): string {
  files++;
  return join(directory, `${files}`);
}

export function temporaryFile(content: Uint8Array): string {
  const path = temporaryPath();
  writeFileSync(path, content);
  return path;
}

/** Reads these bytes as a file. */
export async function readBytes(
  content: Uint8Array,
  options: ReadOptions = {},
): Promise<{ packets: Packet[]; calls: string[]; result: ReadResult }> {
  const sink = collector();
  const path = temporaryFile(content);
  const result = await readCapture(path, sink, options);
  rmSync(path);
  return { packets: sink.packets, calls: sink.calls, result };
}

/** A seeded generator of random numbers below `limit` (mulberry32). */
export function randomness(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}
