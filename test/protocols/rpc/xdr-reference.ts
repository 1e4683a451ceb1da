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

class PlainReader {
  at = 0;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly end: number;
  private readonly recordEnd: number;

  constructor(bytes: Uint8Array, end: number, recordEnd: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = end;
    this.recordEnd = recordEnd;
  }

  private take(length: number): number {
    const start = this.at;
    if (start + length > this.end)
      throw new Ended(start + length > this.recordEnd ? 'malformed' : 'incomplete');
    this.at += length;
    return start;
  }
  private word(): number {
    return this.view.getUint32(this.take(4));
  }
  private raw(length: number): Uint8Array {
    const start = this.take(Math.ceil(length / 4) * 4);
    return this.bytes.subarray(start, start + length);
  }
  private opaque(): Uint8Array {
    return this.raw(this.word());
  }
  private hyper(signed: boolean): bigint {
    return signed ? this.view.getBigInt64(this.take(8)) : this.view.getBigUint64(this.take(8));
  }
  private double(): number | string {
    return doubleOf(this.view.getFloat64(this.take(8)));
  }
  structOf(struct: XdrStruct, into: Fields): Fields {
    for (const [name, type] of Object.entries(struct.fields)) this.field(into, name, type);
    return into;
  }

  private gfxDict(): Fields | undefined {
    const [, count, pairs] = [this.word(), this.word() | 0, this.word()];
    const dict: Fields = {};
    for (let i = 0; i < pairs; i++) {
      const key = withoutNul(this.opaque());
      const type = this.word();
      if (type === 5) {
        const words = withoutNul(this.opaque());
        setPair(dict, key, textOf(words), isText(words) ? undefined : hexOf(words));
      } else setPair(dict, key, this.gfxValue(key, type));
    }
    return count < 0 && pairs === 0 ? undefined : dict;
  }
  private gfxValue(key: Uint8Array, type: number): Json {
    switch (type) {
      case 1:
      case 6:
        return untypedOf(key, this.opaque());
      case 2:
      case 3:
        return this.hyper(type === 2);
      case 4:
        return this.double();
      case 7:
        return uuidOf(this.raw(16));
      case 8:
        return this.structOf(gfx_iattx, {});
      case 9:
        return this.structOf(gfx_mdata_iatt, {});
      default:
        throw new Ended('malformed');
    }
  }

  private item(type: XdrType): Json {
    const owner: Fields = {};
    this.field(owner, 'item', type);
    return owner.item ?? '';
  }

  private field(owner: Fields, name: string, type: XdrType): void {
    switch (type.kind) {
      case 'int':
      case 'unsigned int': {
        const value = type.kind === 'int' ? this.word() | 0 : this.word();
        owner[name] = value;
        if (type.names) owner[`${name}_${type.names.suffix}`] = type.names.of(value);
        return;
      }
      case 'hyper':
      case 'unsigned hyper': {
        const value = this.hyper(type.kind === 'hyper');
        owner[name] = type.id ? String(value) : value;
        return;
      }
      case 'double':
        owner[name] = this.double();
        return;
      case 'opaque':
        owner[name] = type.uuid ? uuidOf(this.raw(type.length)) : hexOf(this.raw(type.length));
        return;
      case 'bytes':
        owner[name] = hexOf(this.opaque());
        return;
      case 'string':
        setText(owner, name, this.opaque());
        return;
      case 'uuid words': {
        owner[name] = uuidOf(Uint8Array.from({ length: 16 }, () => this.word()));
        return;
      }
      case 'array': {
        const items: Json[] = [];
        for (let left = type.length ?? this.word(); left > 0; left--) items.push(this.item(type.of));
        owner[name] = items;
        return;
      }
      case 'chain': {
        const items: Json[] = [];
        while (this.word() !== 0) items.push(this.item(type.of));
        owner[name] = items;
        return;
      }
      case 'gfx_dict':
        owner[name] = this.gfxDict();
        return;
      case 'dict': {
        const content = this.opaque();
        if (content.length > 0) owner[name] = imageOf(content) ?? hexOf(content);
        return;
      }
      case 'since':
        if (this.at < this.recordEnd) this.field(owner, name, type.of);
        return;
      case 'struct':
        owner[name] = this.structOf(type, {});
    }
  }
}

/** Reads bytes[0, end) of a record that goes on up to `recordEnd`. */
export function readPlainly(root: XdrStruct, bytes: Uint8Array, end: number, recordEnd: number): Reading {
  const reader = new PlainReader(bytes, end, recordEnd);
  const fields: Fields = {};
  try {
    reader.structOf(root, fields);
    return { state: 'complete', fields, position: reader.at };
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return { state: error.state, fields, position: reader.at };
  }
}
