/**
 * GlusterFS's typed dictionary since version 4: gfx_dict of rpc/xdr/src/glusterfs4-xdr.x, written by
 * dict_to_xdr() of glusterfs3.h. Three words (bytes, pairs or -1 for no dictionary, pairs again), then each
 * pair: the key, whose length counts its NUL, the type, the value.
 */
import type { Json } from '../../../records/record.js';
import { rawHex, text } from '../../text.js';
import type { Fields } from '../describer.js';
import { newPairs, putPair, putRaw, untyped, type ValueInterpreter } from './dict.js';
import { double, hyper, int, padded, unsigned, unsignedHyper, uuid } from './primitives.js';
import { bad, type Cursor, lack } from './reader.js';
import type { DictRedaction } from './redaction.js';

/** gf_dict_data_type_t of libglusterfs/src/glusterfs/glusterfs-fops.h. */
const Type = { strOld: 1, int: 2, uint: 3, double: 4, str: 5, ptr: 6, uuid: 7, iatt: 8, mdata: 9 } as const;

/** What a reason calls it: a key is the wire's word. */
const VALUE = 'a dictionary value';

/** Bytes of the smallest pair: an empty key, the type, an empty string. */
const LeastPair = 12;

export interface GfxDictOptions {
  readonly meaning: ValueInterpreter;
  /** What of the pairs is shown; undefined: all. */
  readonly hiding: DictRedaction | undefined;
  /** Readers of the structs that a value may be, and their bytes. */
  readonly iatt: (cursor: Cursor) => Fields;
  readonly mdata: (cursor: Cursor) => Fields;
}

const IattBytes = 148;
const MdataBytes = 36;

function need(cursor: Cursor, bytes: number, field: string): void {
  if (cursor.at + bytes > cursor.end) lack(cursor, cursor.at + bytes, field);
}

/** Passes the length of an opaque; leaves the cursor at its first byte, all of them being there. */
function opaque(cursor: Cursor, field: string): number {
  need(cursor, 4, field);
  const length = unsigned(cursor.bytes, cursor.at);
  cursor.at += 4;
  need(cursor, padded(length), field);
  return length;
}

/** The dictionary's pairs; undefined: there is none. */
function begin(cursor: Cursor): number | undefined {
  need(cursor, 12, 'a dictionary');
  const count = int(cursor.bytes, cursor.at + 4);
  const pairs = unsigned(cursor.bytes, cursor.at + 8);
  cursor.at += 12;
  need(cursor, pairs * LeastPair, 'a dictionary');
  return count < 0 && pairs === 0 ? undefined : pairs;
}

/** Bytes of a value of this type, its padding included, the cursor being at its beginning. */
function valueBytes(cursor: Cursor, type: number): number {
  switch (type) {
    case Type.int:
    case Type.uint:
    case Type.double:
      return 8;
    case Type.uuid:
      return 16;
    case Type.iatt:
      return IattBytes;
    case Type.mdata:
      return MdataBytes;
    case Type.str:
    case Type.ptr:
    case Type.strOld:
      return padded(opaque(cursor, VALUE));
    default:
      // xdr_gfx_value() fails at these: they have no length, so that nothing behind them can be read.
      return bad(cursor, `a dictionary value of the unknown type ${type}`);
  }
}

export function skipGfxDict(cursor: Cursor): void {
  const pairs = begin(cursor) ?? 0;
  for (let i = 0; i < pairs; i++) {
    const key = opaque(cursor, 'a dictionary key');
    cursor.at += padded(key);
    need(cursor, 4, VALUE);
    const type = int(cursor.bytes, cursor.at);
    cursor.at += 4;
    const size = valueBytes(cursor, type);
    need(cursor, size, VALUE);
    cursor.at += size;
  }
}

export type ReadGfxDict = (cursor: Cursor, owner: Fields | undefined, name: string) => Fields | undefined;

/** Of text, and of keys, the length counts a NUL, which is not a part of it. */
function withoutNul(bytes: Uint8Array, start: number, end: number): number {
  return end > start && bytes[end - 1] === 0 ? end - 1 : end;
}

export function newGfxDict(options: GfxDictOptions): ReadGfxDict {
  /** The raw bytes of the last text, where they are no UTF-8: they stand behind it. */
  let raw: string | undefined;

  /** A value that is an opaque, whose type says whether it is text. */
  const opaqueValue = (cursor: Cursor, key: string, type: number): Json => {
    const { bytes } = cursor;
    const length = opaque(cursor, VALUE);
    const start = cursor.at;
    cursor.at = start + padded(length);
    if (type !== Type.str) return untyped(options.meaning, key, bytes, start, start + length);
    const stop = withoutNul(bytes, start, start + length);
    const words = text(bytes, start, stop);
    raw = rawHex(words, bytes, start, stop);
    return words;
  };

  /** A value at the cursor, which is left behind it. */
  const value = (cursor: Cursor, key: string, type: number): Json => {
    raw = undefined;
    if (type === Type.str || type === Type.ptr || type === Type.strOld) return opaqueValue(cursor, key, type);
    need(cursor, valueBytes(cursor, type), VALUE);
    const { bytes, at } = cursor;
    if (type === Type.iatt) return options.iatt(cursor);
    if (type === Type.mdata) return options.mdata(cursor);
    cursor.at += type === Type.uuid ? 16 : 8;
    if (type === Type.uuid) return uuid(bytes, at);
    if (type === Type.int) return hyper(bytes, at);
    return type === Type.uint ? unsignedHyper(bytes, at) : double(bytes, at);
  };

  /** The same as it is shown: a value of a length of its own has that length before it. */
  const shown = (hiding: DictRedaction, cursor: Cursor, key: string, type: number): Json => {
    const { at } = cursor;
    const read = value(cursor, key, type);
    const isOpaque = type === Type.str || type === Type.ptr || type === Type.strOld;
    if (!isOpaque) return read;
    return hiding.value(key, read, cursor.bytes, at + 4, at + 4 + unsigned(cursor.bytes, at));
  };

  /** `owner`: where the dictionary is put before it is filled, so that a part of it is kept. */
  return (cursor, owner, name) => {
    const count = begin(cursor);
    if (count === undefined) return undefined;
    const pairs = newPairs();
    if (owner !== undefined) owner[name] = pairs.fields;
    for (let i = 0; i < count; i++) {
      const length = opaque(cursor, 'a dictionary key');
      const start = cursor.at;
      cursor.at = start + padded(length);
      need(cursor, 4, VALUE);
      const type = int(cursor.bytes, cursor.at);
      cursor.at += 4;
      const stop = withoutNul(cursor.bytes, start, start + length);
      const key = text(cursor.bytes, start, stop);
      if (options.hiding !== undefined) {
        putPair(pairs, options.hiding.key(key), shown(options.hiding, cursor, key, type));
        continue;
      }
      const given = putPair(pairs, key, value(cursor, key, type));
      putRaw(pairs, `${given}_hex`, raw);
      putRaw(pairs, `${given}_key_hex`, rawHex(key, cursor.bytes, start, stop));
    }
    return pairs.fields;
  };
}
