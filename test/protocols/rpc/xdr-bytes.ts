/** Random messages of any table: their bytes, and the fields that a reader must give. */
import { Buffer } from 'node:buffer';
import { gfx_iattx, gfx_mdata_iatt } from '../../../src/protocols/gluster/programs/structs.js';
import type { Fields } from '../../../src/protocols/rpc/describer.js';
import type { XdrStruct, XdrType } from '../../../src/protocols/rpc/xdr/types.js';
import type { Json } from '../../../src/records/record.js';
import type { Random } from '../../helpers/random.js';
import { doubleOf, hexOf, set, setPair, setText, untypedOf, uuidOf, withoutNul } from './xdr-values.js';

export const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

export const long = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value));
  return bytes;
};

export const real = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
};

/** A length, the bytes, and zeros up to a word. */
export const counted = (content: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(content as Uint8Array);
  return Buffer.concat([word(bytes.length), bytes, Buffer.alloc(-bytes.length & 3)]);
};

/** A pair of a gfx_dict: key with its NUL, type, value. */
export const gfxPair = (key: Uint8Array | string, type: number, value: Uint8Array): Buffer =>
  Buffer.concat([counted(Buffer.concat([Buffer.from(key as Uint8Array), Buffer.of(0)])), word(type), value]);

export const gfxDict = (pairs: readonly Uint8Array[]): Buffer =>
  Buffer.concat([word(0), word(pairs.length), word(pairs.length), ...pairs]);

/** The output of dict_serialize(). */
export const image = (pairs: readonly (readonly [Uint8Array | string, Uint8Array | string])[]): Buffer => {
  const parts: Buffer[] = [word(pairs.length)];
  for (const [key, value] of pairs) {
    const [name, content] = [Buffer.from(key as Uint8Array), Buffer.from(value as Uint8Array)];
    parts.push(word(name.length), word(content.length), name, Buffer.of(0), content);
  }
  return Buffer.concat(parts);
};

const EDGES = [
  0n,
  1n,
  -1n,
  2n ** 53n - 1n,
  2n ** 53n,
  -(2n ** 53n),
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 64n - 1n,
];
const DOUBLES = [0, 1.5, -2e300, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const WORDS = ['', 'a', '/dir/name', 'é€😀', 'tab\tand\n', 'nul\0in', '42', '-7', 'end\0'];
const KEYS = ['a', 'a', 'a_hex', 'volname', '__proto__', '12', 'gfid-req', 'trusted.afr.v-client-0', '', 'é'];

export interface Message {
  readonly bytes: Buffer;
  readonly fields: Fields;
}

const integer = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;

class RandomWriter {
  readonly parts: Uint8Array[] = [];
  private readonly random: Random;
  private readonly since: boolean;

  constructor(random: Random, since: boolean) {
    this.random = random;
    this.since = since;
  }

  private content(): Buffer {
    return this.random.chance(0.6)
      ? Buffer.from(this.random.pick(WORDS))
      : Buffer.from(this.random.bytes(this.random.below(12)));
  }
  private key(): Buffer {
    return this.random.chance(0.8) ? Buffer.from(this.random.pick(KEYS)) : Buffer.from(this.random.bytes(2));
  }
  private number(): number {
    return this.random.chance(0.5) ? this.random.below(40) : this.random.below(2 ** 32);
  }

  private hyper(signed: boolean): bigint {
    const any = this.random.chance(0.6)
      ? this.random.pick(EDGES)
      : Buffer.from(this.random.bytes(8)).readBigUInt64BE();
    this.parts.push(long(any));
    return signed ? BigInt.asIntN(64, any) : BigInt.asUintN(64, any);
  }
  private double(): number | string {
    const value = this.random.pick(DOUBLES);
    this.parts.push(real(value));
    return doubleOf(value);
  }
  private raw(length: number): Uint8Array {
    const bytes = this.random.bytes(length);
    this.parts.push(bytes, new Uint8Array(-length & 3));
    return bytes;
  }
  private opaque(): Buffer {
    const bytes = this.content();
    this.parts.push(counted(bytes));
    return bytes;
  }
  structOf(struct: XdrStruct): Fields {
    const fields: Fields = {};
    for (const [name, type] of Object.entries(struct.fields)) this.field(fields, name, type);
    return fields;
  }

  private gfxDictInto(owner: Fields, name: string): void {
    if (this.random.chance(0.15)) {
      this.parts.push(word(this.number()), word(-1), word(0));
      return;
    }
    const pairs = this.random.below(6);
    this.parts.push(word(this.number()), word(pairs), word(pairs));
    const dict: Fields = {};
    for (let i = 0; i < pairs; i++) this.gfxPairInto(dict);
    owner[name] = dict;
  }
  private gfxPairInto(dict: Fields): void {
    const name = withoutNul(this.key());
    const type = this.random.between(1, 9);
    this.parts.push(counted(Buffer.concat([name, Buffer.of(0)])), word(type));
    if (type === 5) {
      const words = withoutNul(this.opaque());
      const holder: Fields = {};
      setText(holder, 't', words);
      setPair(dict, name, holder.t as string, holder.t_hex as string | undefined);
    } else setPair(dict, name, this.gfxValue(name, type));
  }
  private gfxValue(name: Uint8Array, type: number): Json {
    if (type === 2 || type === 3) return integer(this.hyper(type === 2));
    if (type === 4) return this.double();
    if (type === 7) return uuidOf(this.raw(16));
    if (type === 8) return this.structOf(gfx_iattx);
    return type === 9 ? this.structOf(gfx_mdata_iatt) : untypedOf(name, this.opaque());
  }

  private dictInto(owner: Fields, name: string): void {
    const form = this.random.below(6);
    const pairs = Array.from({ length: this.random.below(5) }, () => [this.key(), this.content()] as const);
    let bytes: Buffer = form === 0 ? Buffer.alloc(0) : image(pairs);
    if (form === 1) bytes = Buffer.concat([bytes, Buffer.of(7)]);
    this.parts.push(counted(bytes));
    const dict: Fields = {};
    for (const [name, value] of pairs) setPair(dict, name, untypedOf(name, value));
    if (form !== 0) owner[name] = form === 1 ? hexOf(bytes) : dict;
  }

  private listOf(type: XdrType, length: number, before: () => void): Json[] {
    return Array.from({ length }, () => {
      before();
      const owner: Fields = {};
      this.field(owner, 'item', type);
      return owner.item ?? '';
    });
  }

  private field(owner: Fields, name: string, type: XdrType): void {
    switch (type.kind) {
      case 'int':
      case 'unsigned int': {
        const value = type.kind === 'int' ? this.number() | 0 : this.number();
        this.parts.push(word(value));
        owner[name] = value;
        if (type.names) owner[`${name}_${type.names.suffix}`] = type.names.of(value);
        return;
      }
      case 'hyper':
      case 'unsigned hyper': {
        const value = this.hyper(type.kind === 'hyper');
        owner[name] = type.id ? String(value) : integer(value);
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
        const bytes = this.raw(64);
        owner[name] = uuidOf(bytes.filter((_, i) => i % 4 === 3));
        return;
      }
      case 'array': {
        const length = type.length ?? this.random.below(4);
        if (type.length === undefined) this.parts.push(word(length));
        owner[name] = this.listOf(type.of, length, () => {});
        return;
      }
      case 'chain':
        owner[name] = this.listOf(type.of, this.random.below(4), () => this.parts.push(word(1)));
        this.parts.push(word(0));
        return;
      case 'gfx_dict':
        this.gfxDictInto(owner, name);
        return;
      case 'dict':
        this.dictInto(owner, name);
        return;
      case 'since':
        if (this.since) this.field(owner, name, type.of);
        return;
      case 'struct':
        set(owner, name, this.structOf(type));
    }
  }
}

/** A message of this struct; `since`: with the fields that older senders lack. */
export function randomMessage(random: Random, root: XdrStruct, since: boolean): Message {
  const writer = new RandomWriter(random, since);
  const fields = writer.structOf(root);
  return { bytes: Buffer.concat(writer.parts), fields };
}
