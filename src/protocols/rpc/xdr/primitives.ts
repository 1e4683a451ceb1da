/** Reads the primitive values of XDR (RFC 4506). Callers have checked that the bytes are available. */
import { Buffer } from 'node:buffer';

export function int(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}

export function unsigned(bytes: Uint8Array, at: number): number {
  return int(bytes, at) >>> 0;
}

const TWO_32 = 0x100000000;
/** High words of the 64-bit numbers that a double holds exactly. */
const SAFE_HIGH = 0x200000;

/** A signed 64-bit number: a JavaScript number if that is exact. */
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

/** A double; infinities and NaN, which JSON lacks, as text. */
export function double(bytes: Uint8Array, at: number): number | string {
  for (let i = 0; i < 8; i++) scratch.setUint8(i, bytes[at + i]);
  const value = scratch.getFloat64(0);
  return Number.isFinite(value) ? value : String(value);
}

const DIGITS = Buffer.from('0123456789abcdef');
/** The offset of each byte's two digits in the text of a UUID. */
const DIGIT_OFFSETS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
/** Overwritten for each UUID: this takes nearly half the time of joining strings. */
const uuidText = Buffer.alloc(36, '-');

/** Sixteen bytes, `step` apart, as the canonical text of a UUID. */
function uuidOf(bytes: Uint8Array, at: number, step: number): string {
  for (let i = 0; i < 16; i++) {
    const byte = bytes[at + i * step];
    uuidText[DIGIT_OFFSETS[i]] = DIGITS[byte >> 4];
    uuidText[DIGIT_OFFSETS[i] + 1] = DIGITS[byte & 15];
  }
  return uuidText.toString('latin1');
}

/** A direct-mapped cache of UUID texts: calls, replies and listings repeat the same files. */
const CACHED = 4096;
const cachedWords = new Int32Array(CACHED * 4);
const cachedTexts: string[] = new Array<string>(CACHED).fill('00000000-0000-0000-0000-000000000000');

export function uuid(bytes: Uint8Array, at: number): string {
  const w0 = int(bytes, at);
  const w1 = int(bytes, at + 4);
  const w2 = int(bytes, at + 8);
  const w3 = int(bytes, at + 12);
  const slot = (w0 ^ w1 ^ w2 ^ w3 ^ (w3 >>> 16)) & (CACHED - 1);
  const word = slot * 4;
  if (
    cachedWords[word + 3] !== w3 ||
    cachedWords[word] !== w0 ||
    cachedWords[word + 1] !== w1 ||
    cachedWords[word + 2] !== w2
  ) {
    cachedWords[word] = w0;
    cachedWords[word + 1] = w1;
    cachedWords[word + 2] = w2;
    cachedWords[word + 3] = w3;
    cachedTexts[slot] = uuidOf(bytes, at, 1);
  }
  return cachedTexts[slot];
}

/** `unsigned char uuid[16]`: a word for each byte, of which xdr_u_char() takes the low one. */
export function uuidWords(bytes: Uint8Array, at: number): string {
  return uuidOf(bytes, at + 3, 4);
}

/** Bytes of an opaque or a string with its padding (RFC 4506, section 4.10). */
export function padded(length: number): number {
  return length + ((4 - (length & 3)) & 3);
}
