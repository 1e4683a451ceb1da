/**
 * The type of a decoded struct, derived from its table: what a reader of compile.ts returns. Every field may be absent,
 * since a message may be cut or not captured whole, and a summary leaves fields out.
 */
import type { Json } from '../../../records/record.js';
import type {
  XdrArray,
  XdrChain,
  XdrDict,
  XdrDouble,
  XdrFields,
  XdrGfxDict,
  XdrHyper,
  XdrInt,
  XdrSince,
  XdrStruct,
  XdrType,
} from './types.js';

/** The value of a field of this type; a dictionary's keys and values are the wire's. */
export type DecodedValue<T extends XdrType> = T extends XdrInt | XdrDouble
  ? number
  : T extends XdrHyper<infer Id>
    ? Id extends true
      ? string
      : number | bigint
    : T extends XdrDict | XdrGfxDict
      ? Json
      : T extends XdrStruct<infer F>
        ? DecodedFields<F>
        : T extends XdrArray<infer Item> | XdrChain<infer Item>
          ? readonly DecodedValue<Item>[]
          : T extends XdrSince<infer Later>
            ? DecodedValue<Later>
            : string;

/** Where a text is not UTF-8, its raw bytes are beside it: `name_hex`. */
type RawTexts<F extends XdrFields> = {
  [K in keyof F & string]: F[K]['kind'] extends 'string' ? `${K}_hex` : never;
}[keyof F & string];

export type DecodedFields<F extends XdrFields> = {
  readonly [K in keyof F | RawTexts<F>]?: (K extends keyof F ? DecodedValue<F[K]> : string) | undefined;
};

export type Decoded<S extends XdrStruct> = DecodedFields<S['fields']>;
