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

const Edges = [
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
const Doubles = [0, 1.5, -2e300, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const Words = ['', 'a', '/dir/name', 'é€😀', 'tab\tand\n', 'nul\0in', '42', '-7', 'end\0'];
const Keys = ['a', 'a', 'a_hex', 'volname', '__proto__', '12', 'gfid-req', 'trusted.afr.v-client-0', '', 'é'];

export interface Message {
  readonly bytes: Buffer;
  readonly fields: Fields;
}

/** A message of this struct; `since`: with the fields that older senders lack. */
export function randomMessage(random: Random, root: XdrStruct, since: boolean): Message {
  const parts: Uint8Array[] = [];

  const content = (): Buffer =>
    random.chance(0.6) ? Buffer.from(random.pick(Words)) : Buffer.from(random.bytes(random.below(12)));
  const key = (): Buffer =>
    random.chance(0.8) ? Buffer.from(random.pick(Keys)) : Buffer.from(random.bytes(2));
  const number = (): number => (random.chance(0.5) ? random.below(40) : random.below(2 ** 32));
  const integer = (value: bigint): number | bigint =>
    Number.isSafeInteger(Number(value)) ? Number(value) : value;

  const hyper = (signed: boolean): bigint => {
    const any = random.chance(0.6) ? random.pick(Edges) : Buffer.from(random.bytes(8)).readBigUInt64BE();
    parts.push(long(any));
    return signed ? BigInt.asIntN(64, any) : BigInt.asUintN(64, any);
  };
  const double = (): number | string => {
    const value = random.pick(Doubles);
    parts.push(real(value));
    return doubleOf(value);
  };
  const raw = (length: number): Uint8Array => {
    const bytes = random.bytes(length);
    parts.push(bytes, new Uint8Array(-length & 3));
    return bytes;
  };
  const opaque = (): Buffer => {
    const bytes = content();
    parts.push(counted(bytes));
    return bytes;
  };
  const structOf = (struct: XdrStruct): Fields => {
    const fields: Fields = {};
    for (const [name, type] of Object.entries(struct.fields)) field(fields, name, type);
    return fields;
  };

  const gfxDictInto = (owner: Fields, name: string): void => {
    if (random.chance(0.15)) {
      parts.push(word(number()), word(-1), word(0));
      return;
    }
    const pairs = random.below(6);
    parts.push(word(number()), word(pairs), word(pairs));
    const dict: Fields = {};
    for (let i = 0; i < pairs; i++) gfxPairInto(dict);
    owner[name] = dict;
  };
  const gfxPairInto = (dict: Fields): void => {
    const name = withoutNul(key());
    const type = random.between(1, 9);
    parts.push(counted(Buffer.concat([name, Buffer.of(0)])), word(type));
    if (type === 5) {
      const words = withoutNul(opaque());
      const holder: Fields = {};
      setText(holder, 't', words);
      setPair(dict, name, holder.t as string, holder.t_hex as string | undefined);
    } else setPair(dict, name, gfxValue(name, type));
  };
  const gfxValue = (name: Uint8Array, type: number): Json => {
    if (type === 2 || type === 3) return integer(hyper(type === 2));
    if (type === 4) return double();
    if (type === 7) return uuidOf(raw(16));
    if (type === 8) return structOf(gfx_iattx);
    return type === 9 ? structOf(gfx_mdata_iatt) : untypedOf(name, opaque());
  };

  const dictInto = (owner: Fields, name: string): void => {
    const form = random.below(6);
    const pairs = Array.from({ length: random.below(5) }, () => [key(), content()] as const);
    let bytes: Buffer = form === 0 ? Buffer.alloc(0) : image(pairs);
    if (form === 1) bytes = Buffer.concat([bytes, Buffer.of(7)]);
    parts.push(counted(bytes));
    const dict: Fields = {};
    for (const [name, value] of pairs) setPair(dict, name, untypedOf(name, value));
    if (form !== 0) owner[name] = form === 1 ? hexOf(bytes) : dict;
  };

  const listOf = (type: XdrType, length: number, before: () => void): Json[] =>
    Array.from({ length }, () => {
      before();
      const owner: Fields = {};
      field(owner, 'item', type);
      return owner.item ?? '';
    });

  const field = (owner: Fields, name: string, type: XdrType): void => {
    switch (type.kind) {
      case 'int':
      case 'unsigned int': {
        const value = type.kind === 'int' ? number() | 0 : number();
        parts.push(word(value));
        owner[name] = value;
        if (type.names) owner[`${name}_${type.names.suffix}`] = type.names.of(value);
        return;
      }
      case 'hyper':
      case 'unsigned hyper': {
        const value = hyper(type.kind === 'hyper');
        owner[name] = type.id ? String(value) : integer(value);
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
        const bytes = raw(64);
        owner[name] = uuidOf(bytes.filter((_, i) => i % 4 === 3));
        return;
      }
      case 'array': {
        const length = type.length ?? random.below(4);
        if (type.length === undefined) parts.push(word(length));
        owner[name] = listOf(type.of, length, () => {});
        return;
      }
      case 'chain':
        owner[name] = listOf(type.of, random.below(4), () => parts.push(word(1)));
        parts.push(word(0));
        return;
      case 'gfx_dict':
        gfxDictInto(owner, name);
        return;
      case 'dict':
        dictInto(owner, name);
        return;
      case 'since':
        if (since) field(owner, name, type.of);
        return;
      case 'struct':
        set(owner, name, structOf(type));
    }
  };

  const fields = structOf(root);
  return { bytes: Buffer.concat(parts), fields };
}
