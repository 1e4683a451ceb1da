/**
 * Dictionaries of the old form: what dict_serialize() of libglusterfs/src/dict.c writes into an opaque.
 * A count, then for each pair the key's length, the value's length, the key, a NUL, the value; no padding,
 * and nothing that tells a value's type.
 */
import type { Json } from '../../../records/record.js';
import { hex, rawHex, text } from '../../text.js';
import type { Fields } from '../describer.js';
import { unsigned } from './primitives.js';
import { type DictRedaction, REDACTED } from './redaction.js';

/** What the key says of a value in untyped form; undefined: nothing. */
export type ValueInterpreter = (
  key: string,
  bytes: Uint8Array,
  start: number,
  end: number,
) => Fields | undefined;

/** Bytes of a value that are shown: the most that an extended attribute can have (XATTR_SIZE_MAX of Linux). */
const ValueLimit = 65536;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const Unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/** Bytes that nothing tells the type of: as hex, as text where they are that, and what the key says of them. */
export function untyped(
  meaning: ValueInterpreter,
  key: string,
  bytes: Uint8Array,
  start: number,
  end: number,
): Fields {
  const shown = Math.min(end, start + ValueLimit);
  const value: Fields = { hex: hex(bytes, start, shown) };
  if (shown < end) value.bytes = end - start;
  const stop = shown === end && end > start && bytes[end - 1] === 0 ? end - 1 : shown;
  const words = text(bytes, start, stop);
  if (!Unprintable.test(words) && rawHex(words, bytes, start, stop) === undefined) value.text = words;
  const known = meaning(key, bytes, start, end);
  return known === undefined ? value : { ...value, ...known };
}

/** A dictionary while it is filled. Its keys are the wire's: any text, and perhaps the same more than once. */
export interface Pairs {
  readonly fields: Fields;
  /** Of the keys that came again: how often. Kept, since looking for a free name each time would be quadratic. */
  repeats: Map<string, number> | undefined;
}

export function newPairs(): Pairs {
  return { fields: {}, repeats: undefined };
}

/** The key, or `key#2`, `key#3`, ... where it was there before. */
function freeName(pairs: Pairs, key: string): string {
  if (!Object.hasOwn(pairs.fields, key)) return key;
  pairs.repeats ??= new Map();
  let again = pairs.repeats.get(key) ?? 1;
  do again++;
  while (Object.hasOwn(pairs.fields, `${key}#${again}`));
  pairs.repeats.set(key, again);
  return `${key}#${again}`;
}

/** Puts a pair. Returns the name that it got. */
export function putPair(pairs: Pairs, key: string, value: Json): string {
  const name = freeName(pairs, key);
  if (name !== '__proto__') pairs.fields[name] = value;
  else {
    const property = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(pairs.fields, name, property);
  }
  return name;
}

/** Puts the raw bytes of a text that is no UTF-8 beside it. */
export function putRaw(pairs: Pairs, name: string, raw: string | undefined): void {
  if (raw !== undefined) putPair(pairs, name, raw);
}

const LONGEST = 0x7fffffff;

/** Bytes of the smallest pair: two lengths and the key's NUL. */
const LeastPair = 9;

function isImage(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 4) return false;
  const count = unsigned(bytes, start);
  if (count * LeastPair > end - start - 4) return false;
  let at = start + 4;
  for (let i = 0; i < count; i++) {
    if (end - at < LeastPair) return false;
    const key = unsigned(bytes, at);
    const value = unsigned(bytes, at + 4);
    at += 8;
    if (key > LONGEST || value > LONGEST || key + 1 + value > end - at || bytes[at + key] !== 0) return false;
    at += key + 1 + value;
  }
  return at === end;
}

/** Whether a dictionary's value is read, by its key. */
export type KeyFilter = (key: string) => boolean;

/** Bytes of a key that may be picked: glusterd's own are shorter. */
const PickedKeyLimit = 64;

/**
 * The opaque bytes[start, end): undefined where it is empty, hex where it holds something else.
 *
 * @param picked which values are read; others are passed over. undefined: all are
 * @param hiding what of them is shown; undefined: all
 */
export function readDict(
  meaning: ValueInterpreter,
  bytes: Uint8Array,
  start: number,
  end: number,
  picked?: KeyFilter,
  hiding?: DictRedaction,
): Fields | string | undefined {
  if (start === end) return undefined;
  if (!isImage(bytes, start, end)) return hiding === undefined ? hex(bytes, start, end) : REDACTED;
  const pairs = newPairs();
  let at = start + 4;
  while (at < end) {
    const key = at + 8;
    const value = key + unsigned(bytes, at) + 1;
    const stop = value + unsigned(bytes, at + 4);
    at = stop;
    if (picked !== undefined && value - key > PickedKeyLimit) continue;
    const name = text(bytes, key, value - 1);
    if (picked !== undefined && !picked(name)) continue;
    const read = untyped(meaning, name, bytes, value, stop);
    if (hiding !== undefined) {
      putPair(pairs, hiding.key(name), hiding.value(name, read, bytes, value, stop));
      continue;
    }
    const given = putPair(pairs, name, read);
    putRaw(pairs, `${given}_key_hex`, rawHex(name, bytes, key, value - 1));
  }
  return pairs.fields;
}
