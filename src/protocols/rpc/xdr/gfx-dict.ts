/**
 * GlusterFS's typed dictionary since version 4: gfx_dict of rpc/xdr/src/glusterfs4-xdr.x, written by dict_to_xdr() of
 * glusterfs3.h. Three words (size, pairs or -1 for no dictionary, pairs again), then for each pair the key, whose
 * length counts its NUL, the type, and the value.
 */
import type { Json } from '../../../records/record.js';
import { rawHex, text } from '../../text.js';
import type { Fields } from '../describer.js';
import { interpretUntyped, newPairs, type Pairs, putPair, putRawHex, type ValueInterpreter } from './dict.js';
import { double, hyper, int, padded, unsigned, unsignedHyper, uuid } from './primitives.js';
import { type Cursor, failMalformed, lack } from './reader.js';
import type { DictRedaction } from './redaction.js';

/** gf_dict_data_type_t of libglusterfs/src/glusterfs/glusterfs-fops.h. */
const Type = { strOld: 1, int: 2, uint: 3, double: 4, str: 5, ptr: 6, uuid: 7, iatt: 8, mdata: 9 } as const;

/** In the reason of a malformed message: the key may be any text of the wire. */
const VALUE = 'a dictionary value';

/** Bytes of the smallest pair: an empty key, the type, an empty string. */
const MIN_PAIR_BYTES = 12;

export interface GfxDictOptions {
  readonly interpretValue: ValueInterpreter;
  /** undefined: everything is shown. */
  readonly redaction: DictRedaction | undefined;
  /** Readers of the structs that a value may be. */
  readonly iatt: (cursor: Cursor) => Fields;
  readonly mdata: (cursor: Cursor) => Fields;
}

const IATT_BYTES = 148;
const MDATA_BYTES = 36;

function requireBytes(cursor: Cursor, bytes: number, field: string): void {
  if (cursor.at + bytes > cursor.end) lack(cursor, cursor.at + bytes, field);
}

/** Reads the length of an opaque, and leaves the cursor at its first byte. All of its bytes are available. */
function opaqueLength(cursor: Cursor, field: string): number {
  requireBytes(cursor, 4, field);
  const length = unsigned(cursor.bytes, cursor.at);
  cursor.at += 4;
  requireBytes(cursor, padded(length), field);
  return length;
}

function readType(cursor: Cursor): number {
  requireBytes(cursor, 4, VALUE);
  const type = int(cursor.bytes, cursor.at);
  cursor.at += 4;
  return type;
}

/** The number of pairs; undefined: there is no dictionary. */
function pairCount(cursor: Cursor): number | undefined {
  requireBytes(cursor, 12, 'a dictionary');
  const count = int(cursor.bytes, cursor.at + 4);
  const pairs = unsigned(cursor.bytes, cursor.at + 8);
  cursor.at += 12;
  requireBytes(cursor, pairs * MIN_PAIR_BYTES, 'a dictionary');
  return count < 0 && pairs === 0 ? undefined : pairs;
}

function isOpaque(type: number): boolean {
  return type === Type.str || type === Type.ptr || type === Type.strOld;
}

/** Bytes of the value at the cursor, with its padding. The cursor is moved behind the length of an opaque. */
function valueBytes(cursor: Cursor, type: number): number {
  switch (type) {
    case Type.int:
    case Type.uint:
    case Type.double:
      return 8;
    case Type.uuid:
      return 16;
    case Type.iatt:
      return IATT_BYTES;
    case Type.mdata:
      return MDATA_BYTES;
    case Type.str:
    case Type.ptr:
    case Type.strOld:
      return padded(opaqueLength(cursor, VALUE));
    default:
      // xdr_gfx_value() fails for these: they have no length, so that nothing behind them can be read.
      return failMalformed(cursor, `a dictionary value of the unknown type ${type}`);
  }
}

export function skipGfxDict(cursor: Cursor): void {
  const pairs = pairCount(cursor) ?? 0;
  for (let i = 0; i < pairs; i++) {
    const key = opaqueLength(cursor, 'a dictionary key');
    cursor.at += padded(key);
    const type = readType(cursor);
    const size = valueBytes(cursor, type);
    requireBytes(cursor, size, VALUE);
    cursor.at += size;
  }
}

/** The length of text and of keys counts a NUL that is not part of them. */
function withoutNul(bytes: Uint8Array, start: number, end: number): number {
  return end > start && bytes[end - 1] === 0 ? end - 1 : end;
}

export class GfxDictReader {
  private readonly options: GfxDictOptions;
  /** The raw bytes of the last text value if it is not UTF-8: they follow it in the record. */
  private rawText: string | undefined = undefined;

  constructor(options: GfxDictOptions) {
    this.options = options;
  }

  /**
   * Reads the dictionary at the cursor; undefined: there is none. `owner`: the object that gets the dictionary before
   * it is filled, so that part of it is kept.
   */
  read(cursor: Cursor, owner: Fields | undefined, name: string): Fields | undefined {
    const count = pairCount(cursor);
    if (count === undefined) return undefined;
    const pairs = newPairs();
    if (owner !== undefined) owner[name] = pairs.fields;
    for (let i = 0; i < count; i++) this.readPair(cursor, pairs);
    return pairs.fields;
  }

  private readPair(cursor: Cursor, pairs: Pairs): void {
    const { redaction } = this.options;
    const length = opaqueLength(cursor, 'a dictionary key');
    const start = cursor.at;
    cursor.at = start + padded(length);
    const type = readType(cursor);
    const stop = withoutNul(cursor.bytes, start, start + length);
    const key = text(cursor.bytes, start, stop);
    if (redaction !== undefined) {
      putPair(pairs, redaction.key(key), this.readRedacted(redaction, cursor, key, type));
      return;
    }
    const name = putPair(pairs, key, this.readValue(cursor, key, type));
    putRawHex(pairs, `${name}_hex`, this.rawText);
    putRawHex(pairs, `${name}_key_hex`, rawHex(key, cursor.bytes, start, stop));
  }

  /** Reads the value at the cursor, and leaves the cursor behind it. */
  private readValue(cursor: Cursor, key: string, type: number): Json {
    this.rawText = undefined;
    if (isOpaque(type)) return this.readOpaque(cursor, key, type);
    requireBytes(cursor, valueBytes(cursor, type), VALUE);
    const { bytes, at } = cursor;
    if (type === Type.iatt) return this.options.iatt(cursor);
    if (type === Type.mdata) return this.options.mdata(cursor);
    cursor.at += type === Type.uuid ? 16 : 8;
    if (type === Type.uuid) return uuid(bytes, at);
    if (type === Type.int) return hyper(bytes, at);
    return type === Type.uint ? unsignedHyper(bytes, at) : double(bytes, at);
  }

  /** An opaque, whose type says whether it is text. */
  private readOpaque(cursor: Cursor, key: string, type: number): Json {
    const { bytes } = cursor;
    const length = opaqueLength(cursor, VALUE);
    const start = cursor.at;
    cursor.at = start + padded(length);
    if (type !== Type.str) {
      return interpretUntyped(this.options.interpretValue, key, bytes, start, start + length);
    }
    const stop = withoutNul(bytes, start, start + length);
    const decoded = text(bytes, start, stop);
    this.rawText = rawHex(decoded, bytes, start, stop);
    return decoded;
  }

  private readRedacted(redaction: DictRedaction, cursor: Cursor, key: string, type: number): Json {
    const { at } = cursor;
    const value = this.readValue(cursor, key, type);
    if (!isOpaque(type)) return value;
    // The value's own length precedes its bytes.
    return redaction.value(key, value, cursor.bytes, at + 4, at + 4 + unsigned(cursor.bytes, at));
  }
}
