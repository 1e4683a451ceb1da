/** The values of XDR (RFC 4506) that compiled readers take from bytes whose presence they have checked. */
import { hex } from '../text.js';

export function int(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}

export function unsigned(bytes: Uint8Array, at: number): number {
  return int(bytes, at) >>> 0;
}

const TWO_32 = 0x100000000;
/** High words of the 64-bit numbers that a double holds exactly. */
const SAFE_HIGH = 0x200000;

/** A signed 64-bit number: as a number where that is exact. */
export function hyper(bytes: Uint8Array, at: number): number | bigint {
  const high = int(bytes, at);
  const low = unsigned(bytes, at + 4);
  if (high >= -SAFE_HIGH + 1 && high < SAFE_HIGH) return high * TWO_32 + low;
  return (BigInt(high) << 32n) | BigInt(low);
}

export function unsignedHyper(bytes: Uint8Array, at: number): number | bigint {
  const high = unsigned(bytes, at);
  const low = unsigned(bytes, at + 4);
  if (high < SAFE_HIGH) return high * TWO_32 + low;
  return (BigInt(high) << 32n) | BigInt(low);
}

export function hyperText(bytes: Uint8Array, at: number): string {
  return String(hyper(bytes, at));
}

export function unsignedHyperText(bytes: Uint8Array, at: number): string {
  return String(unsignedHyper(bytes, at));
}

const scratch = new DataView(new ArrayBuffer(8));

/** A double; what JSON has no number for, as text. */
export function double(bytes: Uint8Array, at: number): number | string {
  for (let i = 0; i < 8; i++) scratch.setUint8(i, bytes[at + i]);
  const value = scratch.getFloat64(0);
  return Number.isFinite(value) ? value : String(value);
}

/** The canonical text of a UUID. */
export function uuid(bytes: Uint8Array, at: number): string {
  return dashed(hex(bytes, at, at + 16));
}

function dashed(digits: string): string {
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}

/** `unsigned char uuid[16]`: a word for each byte, of which xdr_u_char() takes the low one. */
export function uuidWords(bytes: Uint8Array, at: number): string {
  let digits = '';
  for (let i = 0; i < 16; i++) digits += bytes[at + 4 * i + 3].toString(16).padStart(2, '0');
  return dashed(digits);
}

/** Bytes of an opaque or a string with its padding (RFC 4506, section 4.10). */
export function padded(length: number): number {
  return length + ((4 - (length & 3)) & 3);
}
