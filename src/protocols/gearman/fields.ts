/** Arguments as fields of a record: bytes to text and exact numbers. */
import type { Json } from '../../records/record.js';
import { ascii, rawHex, text } from '../text.js';

/** A section of a record. */
export type Fields = { [key: string]: Json | undefined };

/** Logged bytes of an argument. The record of a longer one has its length, too. */
export const TEXT_LIMIT = 1024;
/** Bytes needed to log a longer argument: a character may straddle the limit. */
export const TEXT_ENOUGH = TEXT_LIMIT + 4;

/** The last position at or before `cut` that is not within a character. */
function characterBoundary(bytes: Uint8Array, start: number, cut: number): number {
  let i = cut;
  while (i > start && cut - i < 3 && (bytes[i] & 0xc0) === 0x80) i--;
  // Four continuation bytes in a row are no character.
  return (bytes[i] & 0xc0) === 0x80 ? cut : i;
}

/**
 * Adds a text, with its raw bytes (`_hex`) if they are not UTF-8, and its length (`_bytes`) if it is cut.
 * @param total its full length, of which bytes[start, end) has at least TEXT_ENOUGH
 */
export function putText(
  fields: Fields,
  name: string,
  bytes: Uint8Array,
  start: number,
  end: number,
  total: number,
): void {
  let stop = end;
  if (total > TEXT_LIMIT) {
    stop = characterBoundary(bytes, start, start + TEXT_LIMIT);
    fields[`${name}_bytes`] = total;
  }
  const shown = text(bytes, start, stop);
  fields[name] = shown;
  const raw = rawHex(shown, bytes, start, stop);
  if (raw !== undefined) fields[`${name}_hex`] = raw;
}

/** More digits than any number that a Gearman server uses. */
const DIGITS_LIMIT = 40;

/** A canonical decimal integer of any size; undefined for anything else. */
export function integer(bytes: Uint8Array, start: number, end: number): number | bigint | undefined {
  const first = bytes[start] === 0x2d ? start + 1 : start;
  const digits = end - first;
  if (digits < 1 || digits > DIGITS_LIMIT) return undefined;
  if (bytes[first] === 0x30 && (digits > 1 || first > start)) return undefined;
  let value = 0;
  for (let i = first; i < end; i++) {
    const digit = bytes[i] - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  if (digits > 15) {
    const exact = BigInt(ascii(bytes, start, end));
    const near = Number(exact);
    return Number.isSafeInteger(near) ? near : exact;
  }
  return first > start ? -value : value;
}

/** Adds a count: an integer if it is a canonical one, else the text as sent. */
export function putCount(
  fields: Fields,
  name: string,
  bytes: Uint8Array,
  start: number,
  end: number,
  total: number,
): void {
  const value = integer(bytes, start, end);
  if (value === undefined) putText(fields, name, bytes, start, end, total);
  else fields[name] = value;
}
