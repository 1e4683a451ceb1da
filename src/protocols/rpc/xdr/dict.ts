/**
 * Dictionaries of the old form: dict_serialize() of libglusterfs/src/dict.c writes them into an opaque. A count, then
 * for each pair the length of the key, the length of the value, the key, a NUL, and the value: no padding, and no type.
 */
import type { Json } from '../../../records/record.js';
import { hex, rawHex, text } from '../../text.js';
import type { Fields } from '../describer.js';
import { unsigned } from './primitives.js';
import { type DictRedaction, REDACTED } from './redaction.js';

/** Interprets an untyped value by its key; undefined: the key is unknown. */
export type ValueInterpreter = (
  key: string,
  bytes: Uint8Array,
  start: number,
  end: number,
) => Fields | undefined;

/** The most bytes of a value that are shown: an extended attribute has no more (XATTR_SIZE_MAX of Linux). */
const VALUE_LIMIT = 65536;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it matches
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/** An untyped value: as hex, as text if it is printable, and interpreted by its key. */
export function interpretUntyped(
  interpretValue: ValueInterpreter,
  key: string,
  bytes: Uint8Array,
  start: number,
  end: number,
): Fields {
  const shownEnd = Math.min(end, start + VALUE_LIMIT);
  const value: Fields = { hex: hex(bytes, start, shownEnd) };
  if (shownEnd < end) value.bytes = end - start;
  const stop = shownEnd === end && end > start && bytes[end - 1] === 0 ? end - 1 : shownEnd;
  const decoded = text(bytes, start, stop);
  if (!UNPRINTABLE.test(decoded) && rawHex(decoded, bytes, start, stop) === undefined) value.text = decoded;
  const interpreted = interpretValue(key, bytes, start, end);
  return interpreted === undefined ? value : { ...value, ...interpreted };
}

/** A dictionary while it is filled. Its keys come from the wire: any text, possibly repeated. */
export interface Pairs {
  readonly fields: Fields;
  /** Counts of repeated keys. Searching for a free name each time would be quadratic. */
  repeats: Map<string, number> | undefined;
}

export function newPairs(): Pairs {
  return { fields: {}, repeats: undefined };
}

/** The key, or `key#2`, `key#3`, ... if it is taken. */
function freeName(pairs: Pairs, key: string): string {
  if (!Object.hasOwn(pairs.fields, key)) return key;
  pairs.repeats ??= new Map();
  let again = pairs.repeats.get(key) ?? 1;
  do again++;
  while (Object.hasOwn(pairs.fields, `${key}#${again}`));
  pairs.repeats.set(key, again);
  return `${key}#${again}`;
}

/** Adds a pair. Returns its name in the record. */
export function putPair(pairs: Pairs, key: string, value: Json): string {
  const name = freeName(pairs, key);
  if (name !== '__proto__') pairs.fields[name] = value;
  else {
    const property = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(pairs.fields, name, property);
  }
  return name;
}

/** Adds the raw bytes of a text that is not UTF-8. */
export function putRawHex(pairs: Pairs, name: string, raw: string | undefined): void {
  if (raw !== undefined) putPair(pairs, name, raw);
}

/** The most bytes of a key or value: their lengths are signed in GlusterFS. */
const LENGTH_LIMIT = 0x7fffffff;

/** Bytes of the smallest pair: two lengths and the NUL of the key. */
const MIN_PAIR_BYTES = 9;

/** Whether bytes[start, end) are exactly a serialised dictionary. */
function isSerialisedDict(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 4) return false;
  const count = unsigned(bytes, start);
  if (count * MIN_PAIR_BYTES > end - start - 4) return false;
  let at = start + 4;
  for (let i = 0; i < count; i++) {
    if (end - at < MIN_PAIR_BYTES) return false;
    const key = unsigned(bytes, at);
    const value = unsigned(bytes, at + 4);
    at += 8;
    if (key > LENGTH_LIMIT || value > LENGTH_LIMIT) return false;
    if (key + 1 + value > end - at || bytes[at + key] !== 0) return false;
    at += key + 1 + value;
  }
  return at === end;
}

/** Whether the value of a key is read. */
export type KeyFilter = (key: string) => boolean;

/** The longest key that a filter may accept: glusterd's own keys are shorter. */
const FILTERED_KEY_LIMIT = 64;

/**
 * Reads the opaque bytes[start, end): undefined if it is empty, hex if it does not hold a dictionary.
 *
 * @param filter which values are read; others are passed over. undefined: all are read
 * @param redaction undefined: nothing is hidden
 */
export function readDict(
  interpretValue: ValueInterpreter,
  bytes: Uint8Array,
  start: number,
  end: number,
  filter?: KeyFilter,
  redaction?: DictRedaction,
): Fields | string | undefined {
  if (start === end) return undefined;
  if (!isSerialisedDict(bytes, start, end))
    return redaction === undefined ? hex(bytes, start, end) : REDACTED;
  const pairs = newPairs();
  let at = start + 4;
  while (at < end) {
    const keyStart = at + 8;
    const valueStart = keyStart + unsigned(bytes, at) + 1;
    const stop = valueStart + unsigned(bytes, at + 4);
    at = stop;
    if (filter !== undefined && valueStart - keyStart > FILTERED_KEY_LIMIT) continue;
    const key = text(bytes, keyStart, valueStart - 1);
    if (filter !== undefined && !filter(key)) continue;
    const value = interpretUntyped(interpretValue, key, bytes, valueStart, stop);
    if (redaction !== undefined) {
      putPair(pairs, redaction.key(key), redaction.value(key, value, bytes, valueStart, stop));
      continue;
    }
    const name = putPair(pairs, key, value);
    putRawHex(pairs, `${name}_key_hex`, rawHex(key, bytes, keyStart, valueStart - 1));
  }
  return pairs.fields;
}
