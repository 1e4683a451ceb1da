/** Builds packets byte by byte, for the tests of this folder. Every function returns the bytes. */
import type { Headers, Outcome } from '../../src/packet/headers.js';
import { PacketParser } from '../../src/packet/packet-parser.js';

export type Bytes = readonly number[];

export const u16 = (value: number): Bytes => [(value >>> 8) & 0xff, value & 0xff];

/** Bytes from hex digits; blanks are ignored. */
export const hex = (text: string): Bytes => [...Buffer.from(text.replace(/\s/g, ''), 'hex')];

export const PAYLOAD: Bytes = [...Buffer.from('\0REQ\0\0\0\x10\0\0\0\x04ping', 'latin1')];

/** TCP 40000 -> 4730, seq 0xfedcba98, ack 0x01020304, PSH and ACK, window 0x0200. */
export function tcp(payload: Bytes = PAYLOAD, options: Bytes = []): Bytes {
  const offset = (20 + options.length) / 4;
  return [
    ...hex('9c40 127a fedcba98 01020304'),
    ...[offset << 4, 0x18],
    ...hex('0200 0000 0000'),
    ...options,
    ...payload,
  ];
}

export interface Ipv4 {
  protocol?: number;
  options?: Bytes;
  /** Total length; by default the right one. */
  length?: number;
  /** Flags and fragment offset. */
  fragment?: number;
}

/** IPv4 10.1.2.3 -> 192.168.254.255. */
export function ipv4(
  body: Bytes,
  { protocol = 6, options = [], length, fragment = 0x4000 }: Ipv4 = {},
): Bytes {
  const headerLength = 20 + options.length;
  return [
    0x40 | (headerLength / 4),
    0,
    ...u16(length ?? headerLength + body.length),
    ...hex('1234'),
    ...u16(fragment),
    ...[64, protocol],
    ...hex('0000 0a010203 c0a8feff'),
    ...options,
    ...body,
  ];
}

/** One extension header: its protocol number and its bytes after the next-header byte. */
export type Extension = readonly [protocol: number, rest: Bytes];

/** IPv6 2001:db8::1 -> fe80::ff:fe00:80, with extension headers, then `protocol`. */
export function ipv6(
  body: Bytes,
  extensions: readonly Extension[] = [],
  protocol = 6,
  length?: number,
): Bytes {
  const chain = extensions.flatMap(([, rest], i) => [extensions[i + 1]?.[0] ?? protocol, ...rest]);
  return [
    ...hex('60000000'),
    ...u16(length ?? chain.length + body.length),
    ...[extensions[0]?.[0] ?? protocol, 64],
    ...hex('20010db8000000000000000000000001 fe800000000000000000 00fffe000080'),
    ...chain,
    ...body,
  ];
}

/** An Ethernet frame of the given type field and body. */
export function ethernet(type: Bytes, body: Bytes): Bytes {
  return [...hex('020000000001 020000000002'), ...type, ...body];
}

export const ethernet4 = (body: Bytes): Bytes => ethernet(hex('0800'), body);
export const ethernet6 = (body: Bytes): Bytes => ethernet(hex('86dd'), body);

export interface Parsed {
  outcome: Outcome;
  headers: Headers;
  /** The captured payload bytes. */
  payload: Bytes;
}

/** Parses a packet at START of a larger buffer, as in a ring segment. */
export function parse(packet: Bytes, linkType = 1, captured = packet.length, wire = packet.length): Parsed {
  const buf = new Uint8Array(START + captured + 9).fill(0xa5);
  buf.set(packet.slice(0, captured), START);
  const parser = new PacketParser();
  const { headers } = parser;
  const outcome = parser.parse(buf, START, captured, wire, linkType);
  return { outcome, headers, payload: [...buf.slice(headers.payloadStart, headers.payloadEnd)] };
}

export const START = 23;

/** A sequence of pseudo-random 32-bit integers, the same in every run (mulberry32). */
export function randomiser(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}
