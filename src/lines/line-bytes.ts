/**
 * Writes text and numbers of a line as bytes, straight into the memory that leaves the thread. Joining some forty strings
 * and encoding the result took 2.5 times as long and doubled the garbage.
 *
 * A write past the end of the memory stores nothing and only advances the position, by no more than it needs.
 * LineBuffer.endLine() notices, allocates more, and the caller writes the line again. Nothing here throws, and a line of
 * ASCII allocates nothing.
 */
import { Buffer } from 'node:buffer';

/** Memory, and the position of the next byte. */
export interface LineBytes {
  buffer: Buffer;
  at: number;
}

export interface LineBuffer extends LineBytes {
  /**
   * Ends the line that began at `start`. Returns false if it did not fit: the caller writes it again from the position
   * that is `at` now.
   */
  endLine(start: number): boolean;
}

export function putByte(out: LineBytes, byte: number): void {
  if (out.at < out.buffer.length) out.buffer[out.at] = byte;
  out.at++;
}

export function putBytes(out: LineBytes, bytes: Uint8Array): void {
  const end = out.at + bytes.length;
  if (end <= out.buffer.length) out.buffer.set(bytes, out.at);
  out.at = end;
}

/** Writes ASCII text as it is. */
export function putAscii(out: LineBytes, text: string): void {
  const { buffer, at } = out;
  out.at = at + text.length;
  if (out.at > buffer.length) return;
  for (let i = 0; i < text.length; i++) buffer[at + i] = text.charCodeAt(i);
}

/** Writes any text as it is, in UTF-8. */
export function putText(out: LineBytes, text: string): void {
  const room = out.buffer.length - out.at;
  // A UTF-16 unit takes at most three bytes: where that many fit, as is usual, nothing has to be measured.
  const size = text.length * 3 <= room ? 0 : Buffer.byteLength(text);
  out.at += size <= room ? out.buffer.write(text, out.at) : size;
}

const ZERO = 0x30;
const MINUS = 0x2d;
const UINT32_END = 0x100000000;

/** The number of decimal digits of an integer below 2^32. */
function digitsOf(value: number): number {
  if (value < 100000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : value < 10000 ? 4 : 5;
  return value < 10000000 ? (value < 1000000 ? 6 : 7) : value < 100000000 ? 8 : value < 1000000000 ? 9 : 10;
}

/** Writes the last `digits` digits of an integer below 2^32. */
export function putDigits(out: LineBytes, value: number, digits: number): void {
  const { buffer, at } = out;
  out.at = at + digits;
  if (out.at > buffer.length) return;
  // `>>> 0` makes these integer divisions, not divisions of doubles.
  let remaining = value >>> 0;
  for (let pos = out.at - 1; pos >= at; pos--) {
    const tens = (remaining / 10) >>> 0;
    buffer[pos] = ZERO + remaining - tens * 10;
    remaining = tens;
  }
}

/** Writes a number as JSON.stringify does. */
export function putNumber(out: LineBytes, value: number): void {
  if (value >= 0 && value < UINT32_END && value === Math.floor(value)) putDigits(out, value, digitsOf(value));
  else if (value < 0 && value > -UINT32_END && value === Math.floor(value)) {
    putByte(out, MINUS);
    putDigits(out, -value, digitsOf(-value));
  } else putAscii(out, Number.isFinite(value) ? `${value}` : 'null');
}

/** Writes a serialised key and its number, if there is one. */
export function putMember(out: LineBytes, key: Uint8Array, value: number | undefined): void {
  if (value === undefined) return;
  putBytes(out, key);
  putNumber(out, value);
}
