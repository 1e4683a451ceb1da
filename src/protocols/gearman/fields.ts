/** Arguments as fields of a record: bytes into text and numbers, exactly or not at all. */
import { Buffer, isUtf8 } from 'node:buffer';
import type { Json } from '../../records/record.js';

/** A section of a record while it is being filled. */
export type Fields = { [key: string]: Json | undefined };

/** Bytes of one argument that are logged; a longer one is cut and says how long it is. */
export const TextLimit = 1024;
/** Bytes of an argument that are enough to log it: a character may straddle the limit. */
export const TextEnough = TextLimit + 4;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

let lastBytes: Uint8Array | undefined;
let lastView: Buffer | undefined;

/** The same memory as a Buffer: calls come in runs for one array. */
function view(bytes: Uint8Array): Buffer {
  if (lastView === undefined || lastBytes !== bytes) {
    lastBytes = bytes;
    lastView = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  return lastView;
}

export function hex(bytes: Uint8Array, start: number, end: number): string {
  return view(bytes).toString('hex', start, end);
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] >= 0x80) return false;
  return true;
}

/** ASCII as text; for what is ASCII by its nature (commands, codes) and for nothing else. */
export function ascii(bytes: Uint8Array, start: number, end: number): string {
  return view(bytes).toString('latin1', start, end);
}

/** As UTF-8, invalid bytes replaced. */
export function text(bytes: Uint8Array, start: number, end: number): string {
  if (isAscii(bytes, start, end)) return ascii(bytes, start, end);
  return utf8.decode(bytes.subarray(start, end));
}

/** The last place at or before `cut` that isn't within a character. */
function characterBoundary(bytes: Uint8Array, start: number, cut: number): number {
  let i = cut;
  while (i > start && cut - i < 3 && (bytes[i] & 0xc0) === 0x80) i--;
  // Four continuation bytes in a row are no character: cut where it was asked.
  return (bytes[i] & 0xc0) === 0x80 ? cut : i;
}

/**
 * Puts a name into the section: as text, its raw bytes beside it where they are not UTF-8, and its
 * length where it is cut. `total` is its full length, of which at least `TextEnough` bytes are shown.
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
  if (total > TextLimit) {
    stop = characterBoundary(bytes, start, start + TextLimit);
    fields[`${name}_bytes`] = total;
  }
  if (isAscii(bytes, start, stop)) {
    fields[name] = ascii(bytes, start, stop);
    return;
  }
  const shown = bytes.subarray(start, stop);
  fields[name] = utf8.decode(shown);
  if (!isUtf8(shown)) fields[`${name}_hex`] = hex(bytes, start, stop);
}

/** Longer than any number that a Gearman server has a use for. */
const DigitsLimit = 40;

/** A decimal integer as it would be printed again, however large; undefined for anything else. */
export function integer(bytes: Uint8Array, start: number, end: number): number | bigint | undefined {
  const first = bytes[start] === 0x2d ? start + 1 : start;
  const digits = end - first;
  if (digits < 1 || digits > DigitsLimit) return undefined;
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

/** Puts a count into the section: an integer where it is a plain one, else the text as sent. */
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

/** Bytes that a UTF-8 character begun at the end of bytes[0, end) lacks its rest for; 0: none. */
function cutCharacter(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back];
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/** Puts the first bytes of a payload: as text if they are UTF-8 (a character may be cut), else as hex. */
export function putPayload(fields: Fields, bytes: Uint8Array, complete: boolean): void {
  const end = complete ? bytes.length : bytes.length - cutCharacter(bytes, bytes.length);
  const whole = bytes.subarray(0, end);
  if (isUtf8(whole)) fields.payload = utf8.decode(whole);
  else fields.payload_hex = hex(bytes, 0, bytes.length);
}
