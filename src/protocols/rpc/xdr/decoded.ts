/**
 * The type of a decoded struct, derived from its table: the result of a reader (compile.ts). Any field may be absent,
 * since messages may be truncated, and summaries leave fields out.
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

/** The value of a field of this type. The keys and values of a dictionary come from the wire. */
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

/** The raw bytes of a text that is not UTF-8: `name_hex`. */
type RawTexts<F extends XdrFields> = {
  [K in keyof F & string]: F[K]['kind'] extends 'string' ? `${K}_hex` : never;
}[keyof F & string];

export type DecodedFields<F extends XdrFields> = {
  readonly [K in keyof F | RawTexts<F>]?: (K extends keyof F ? DecodedValue<F[K]> : string) | undefined;
};

export type Decoded<S extends XdrStruct> = DecodedFields<S['fields']>;
