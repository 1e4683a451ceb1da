/** The header of a packet: its magic, and the search for one in a stream (docs: PROTOCOL of gearmand, Binary Packet). */
import { LAST_TYPE } from './packet-types.js';

export const HEADER_BYTES = 12;

/**
 * The largest plausible size of a packet's data. The field has 32 bits, and a gearmand keeps every payload in memory,
 * so that real ones have megabytes at most. A corrupt or misplaced header has a random size, and 15 of 16 of those
 * exceed this limit.
 */
export const SIZE_LIMIT = 256 * 1024 * 1024;

/** `incomplete`: the bytes end within the magic. */
export const Magic = { none: 0, request: 1, response: 2, incomplete: 3 } as const;
export type Magic = (typeof Magic)[keyof typeof Magic];

/** The magic at `at`: "\0REQ" or "\0RES". */
export function magicAt(bytes: Uint8Array, at: number, end: number): Magic {
  if (at < end && bytes[at] !== 0x00) return Magic.none;
  if (at + 1 < end && bytes[at + 1] !== 0x52) return Magic.none;
  if (at + 2 < end && bytes[at + 2] !== 0x45) return Magic.none;
  if (at + 3 >= end) return Magic.incomplete;
  if (bytes[at + 3] === 0x51) return Magic.request;
  return bytes[at + 3] === 0x53 ? Magic.response : Magic.none;
}

export function uint32(bytes: Uint8Array, at: number): number {
  return bytes[at] * 0x1000000 + ((bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]);
}

/** Whether bytes[at, end) may begin a packet, as far as they go. */
export function isPlausibleHeader(bytes: Uint8Array, at: number, end: number): boolean {
  const magic = magicAt(bytes, at, end);
  if (magic === Magic.none) return false;
  if (at + 8 <= end) {
    const type = uint32(bytes, at + 4);
    if (type < 1 || type > LAST_TYPE) return false;
  }
  return at + HEADER_BYTES > end || uint32(bytes, at + 8) <= SIZE_LIMIT;
}

/** The first position in bytes[start, end) at which a packet may begin; `end` if there is none. */
export function findHeader(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    // Most NULs begin no packet: checking the next byte is cheaper than a call.
    if (bytes[at] !== 0 || (at + 1 < end && bytes[at + 1] !== 0x52)) continue;
    if (isPlausibleHeader(bytes, at, end)) return at;
  }
  return end;
}
