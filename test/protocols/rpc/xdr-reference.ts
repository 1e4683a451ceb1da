/** A reader that interprets a table field by field: slow, plain, and independent of the compiler. */
import { gfx_iattx, gfx_mdata_iatt } from '../../../src/protocols/gluster/programs/structs.js';
import type { Fields } from '../../../src/protocols/rpc/describer.js';
import type { XdrStruct, XdrType } from '../../../src/protocols/rpc/xdr/types.js';
import type { Json } from '../../../src/records/record.js';
import {
  doubleOf,
  hexOf,
  isText,
  setPair,
  setText,
  textOf,
  untypedOf,
  uuidOf,
  withoutNul,
} from './xdr-values.js';

export interface Reading {
  readonly state: 'complete' | 'incomplete' | 'malformed';
  /** Those of the root that are complete. */
  readonly fields: Fields;
  readonly position: number;
}

class Ended extends Error {
  readonly state: 'incomplete' | 'malformed';
  constructor(state: 'incomplete' | 'malformed') {
    super(state);
    this.state = state;
  }
}

/** The pairs of an old dictionary; undefined: the opaque is not exactly a dictionary. */
function imageOf(opaque: Uint8Array): Fields | undefined {
  const view = new DataView(opaque.buffer, opaque.byteOffset, opaque.byteLength);
  const dict: Fields = {};
  let at = 4;
  if (opaque.length < 4) return undefined;
  for (let left = view.getUint32(0); left > 0; left--) {
    if (at + 8 > opaque.length) return undefined;
    const keyEnd = at + 8 + view.getUint32(at);
    const end = keyEnd + 1 + view.getUint32(at + 4);
    if (end > opaque.length || opaque[keyEnd] !== 0) return undefined;
    const key = opaque.subarray(at + 8, keyEnd);
    setPair(dict, key, untypedOf(key, opaque.subarray(keyEnd + 1, end)));
    at = end;
  }
  return at === opaque.length ? dict : undefined;
}

/** Reads bytes[0, end) of a record that goes on up to `recordEnd`. */
export function readPlainly(root: XdrStruct, bytes: Uint8Array, end: number, recordEnd: number): Reading {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;

  const take = (length: number): number => {
    const start = at;
    if (start + length > end) throw new Ended(start + length > recordEnd ? 'malformed' : 'incomplete');
    at += length;
    return start;
  };
  const word = (): number => view.getUint32(take(4));
  const raw = (length: number): Uint8Array => {
    const start = take(Math.ceil(length / 4) * 4);
    return bytes.subarray(start, start + length);
  };
  const opaque = (): Uint8Array => raw(word());
  const hyper = (signed: boolean): bigint =>
    signed ? view.getBigInt64(take(8)) : view.getBigUint64(take(8));
  const double = (): number | string => doubleOf(view.getFloat64(take(8)));
  const structOf = (struct: XdrStruct, into: Fields): Fields => {
    for (const [name, type] of Object.entries(struct.fields)) field(into, name, type);
    return into;
  };

  const gfxDict = (): Fields | undefined => {
    const [, count, pairs] = [word(), word() | 0, word()];
    const dict: Fields = {};
    for (let i = 0; i < pairs; i++) {
      const key = withoutNul(opaque());
      const type = word();
      if (type === 5) {
        const words = withoutNul(opaque());
        setPair(dict, key, textOf(words), isText(words) ? undefined : hexOf(words));
      } else setPair(dict, key, gfxValue(key, type));
    }
    return count < 0 && pairs === 0 ? undefined : dict;
  };
  const gfxValue = (key: Uint8Array, type: number): Json => {
    switch (type) {
      case 1:
      case 6:
        return untypedOf(key, opaque());
      case 2:
      case 3:
        return hyper(type === 2);
      case 4:
        return double();
      case 7:
        return uuidOf(raw(16));
      case 8:
        return structOf(gfx_iattx, {});
      case 9:
        return structOf(gfx_mdata_iatt, {});
      default:
        throw new Ended('malformed');
    }
  };

  const item = (type: XdrType): Json => {
    const owner: Fields = {};
    field(owner, 'item', type);
    return owner.item ?? '';
  };

  const field = (owner: Fields, name: string, type: XdrType): void => {
    switch (type.kind) {
      case 'int':
      case 'unsigned int': {
        const value = type.kind === 'int' ? word() | 0 : word();
        owner[name] = value;
        if (type.names) owner[`${name}_${type.names.suffix}`] = type.names.of(value);
        return;
      }
      case 'hyper':
      case 'unsigned hyper': {
        const value = hyper(type.kind === 'hyper');
        owner[name] = type.id ? String(value) : value;
        return;
      }
      case 'double':
        owner[name] = double();
        return;
      case 'opaque':
        owner[name] = type.uuid ? uuidOf(raw(type.length)) : hexOf(raw(type.length));
        return;
      case 'bytes':
        owner[name] = hexOf(opaque());
        return;
      case 'string':
        setText(owner, name, opaque());
        return;
      case 'uuid words': {
        owner[name] = uuidOf(Uint8Array.from({ length: 16 }, () => word()));
        return;
      }
      case 'array': {
        const items: Json[] = [];
        for (let left = type.length ?? word(); left > 0; left--) items.push(item(type.of));
        owner[name] = items;
        return;
      }
      case 'chain': {
        const items: Json[] = [];
        while (word() !== 0) items.push(item(type.of));
        owner[name] = items;
        return;
      }
      case 'gfx_dict':
        owner[name] = gfxDict();
        return;
      case 'dict': {
        const content = opaque();
        if (content.length > 0) owner[name] = imageOf(content) ?? hexOf(content);
        return;
      }
      case 'since':
        if (at < recordEnd) field(owner, name, type.of);
        return;
      case 'struct':
        owner[name] = structOf(type, {});
    }
  };

  const fields: Fields = {};
  try {
    structOf(root, fields);
    return { state: 'complete', fields, position: at };
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return { state: error.state, fields, position: at };
  }
}
