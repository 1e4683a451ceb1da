/**
 * Lines as bytes, each written where it is handed over from. A line of some forty strings, joined and then encoded, took
 * two and a half times as long, and left the garbage collector as much again to do.
 *
 * What is written beyond the end of the memory only moves the place, by no more than it needs: LineBuffer.endLine() sees it,
 * gives more memory, and the line is written again. Nothing here throws, and nothing is allocated for a line of ASCII.
 */
import { Buffer } from 'node:buffer';

/** Memory, and the place in it at which the next byte goes. */
export interface LineBytes {
  buffer: Buffer;
  at: number;
}

export interface LineBuffer extends LineBytes {
  /**
   * The line that was begun at `start` ends here. false: it had no room, and is to be written again, from the place that
   * is `at` now.
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

/** A text of ASCII that needs no escaping. */
export function putAscii(out: LineBytes, text: string): void {
  const { buffer, at } = out;
  out.at = at + text.length;
  if (out.at > buffer.length) return;
  for (let i = 0; i < text.length; i++) buffer[at + i] = text.charCodeAt(i);
}

/** A finished text with whatever characters. */
export function putText(out: LineBytes, text: string): void {
  const room = out.buffer.length - out.at;
  // Three bytes at most for each unit of UTF-16: mostly there is room for so many, and nobody has to count.
  const size = text.length * 3 <= room ? 0 : Buffer.byteLength(text);
  out.at += size <= room ? out.buffer.write(text, out.at) : size;
}

const DIGIT = 0x30;
const MINUS = 0x2d;
const WORD = 0x100000000;

/** Digits of a number below 2^32. */
function digitsOf(value: number): number {
  if (value < 100000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : value < 10000 ? 4 : 5;
  return value < 10000000 ? (value < 1000000 ? 6 : 7) : value < 100000000 ? 8 : value < 1000000000 ? 9 : 10;
}

/** So many last digits of a whole number below 2^32. */
export function putDigits(out: LineBytes, value: number, digits: number): void {
  const { buffer, at } = out;
  out.at = at + digits;
  if (out.at > buffer.length) return;
  // By >>> 0 it is a division of integers, not of doubles.
  let rest = value >>> 0;
  for (let place = out.at - 1; place >= at; place--) {
    const tens = (rest / 10) >>> 0;
    buffer[place] = DIGIT + rest - tens * 10;
    rest = tens;
  }
}

/** As JSON has it. */
export function putNumber(out: LineBytes, value: number): void {
  if (value >= 0 && value < WORD && value === Math.floor(value)) putDigits(out, value, digitsOf(value));
  else if (value < 0 && value > -WORD && value === Math.floor(value)) {
    putByte(out, MINUS);
    putDigits(out, -value, digitsOf(-value));
  } else putAscii(out, Number.isFinite(value) ? `${value}` : 'null');
}
