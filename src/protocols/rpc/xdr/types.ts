/**
 * XDR (RFC 4506) as tables that read like GlusterFS's .x files.
 *
 *     export const gfx_open_req = struct('gfx_open_req', {
 *       gfid: uuid,
 *       flags: named(unsigned_int, openFlags),
 *       xdata: gfx_dict,
 *     });
 *
 * A table is data. compile.ts turns it into a reader, once; decoded.ts derives the type of what that reader returns.
 */

/** Names of a number's values, shown beside it: `flags: 2` gets `flags_names: ["O_RDWR"]`. */
export interface Names {
  /** Of the added field: `${field}_name` for one name, `${field}_names` for a list of bits. */
  readonly suffix: 'name' | 'names';
  /** undefined: the number has no name, and no field is added. */
  readonly of: (value: number) => string | readonly string[] | undefined;
}

/** A 32-bit number; `names` where its values have names. */
export interface XdrInt {
  readonly kind: 'int' | 'unsigned int';
  readonly names?: Names;
}

/** A 64-bit number: a JSON integer; decimal text where it is an opaque id. */
export interface XdrHyper<Id extends boolean = boolean> {
  readonly kind: 'hyper' | 'unsigned hyper';
  readonly id: Id;
}

export interface XdrDouble {
  readonly kind: 'double';
}

/** opaque name[length]: hex, or the canonical text of a UUID. */
export interface XdrOpaque {
  readonly kind: 'opaque';
  readonly length: number;
  readonly uuid: boolean;
}

/** opaque name<>: hex. */
export interface XdrBytes {
  readonly kind: 'bytes';
}

/** string name<>: text, with the raw bytes beside it (`name_hex`) where they are not UTF-8. */
export interface XdrString {
  readonly kind: 'string';
}

/** unsigned char name[16]: a UUID with each byte in its own XDR word, 64 bytes on the wire. */
export interface XdrWords {
  readonly kind: 'uuid words';
}

/** type name<> or type name[length]. */
export interface XdrArray<T extends XdrType = XdrType> {
  readonly kind: 'array';
  readonly of: T;
  /** Of a fixed length; undefined: a count precedes the items. */
  readonly length: number | undefined;
}

/** A linked list, read as an array: a 1 precedes each entry, a 0 follows the last. */
export interface XdrChain<S extends XdrStruct = XdrStruct> {
  readonly kind: 'chain';
  readonly of: S;
}

/** GlusterFS's typed dictionary since version 4 (glusterfs4-xdr.x, gfx_dict). */
export interface XdrGfxDict {
  readonly kind: 'gfx_dict';
}

/** opaque name<> with the output of dict_serialize() of libglusterfs/src/dict.c. */
export interface XdrDict {
  readonly kind: 'dict';
}

/** A field that older senders lack: absent where the record ends before it. */
export interface XdrSince<T extends XdrType = XdrType> {
  readonly kind: 'since';
  readonly of: T;
}

export interface XdrFields {
  readonly [name: string]: XdrType;
}

export interface XdrStruct<F extends XdrFields = XdrFields> {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: F;
}

export type XdrType =
  | XdrInt
  | XdrHyper
  | XdrDouble
  | XdrOpaque
  | XdrBytes
  | XdrString
  | XdrWords
  | XdrArray
  | XdrChain
  | XdrGfxDict
  | XdrDict
  | XdrSince
  | XdrStruct;

export const int: XdrInt = { kind: 'int' };
export const unsigned_int: XdrInt = { kind: 'unsigned int' };
export const hyper: XdrHyper<false> = { kind: 'hyper', id: false };
export const unsigned_hyper: XdrHyper<false> = { kind: 'unsigned hyper', id: false };
/** Opaque 64-bit ids (file descriptors, inodes, devices, directory cookies): decimal text. */
export const id: XdrHyper<true> = { kind: 'hyper', id: true };
export const unsigned_id: XdrHyper<true> = { kind: 'unsigned hyper', id: true };
export const double: XdrDouble = { kind: 'double' };
/** opaque name[16] with a UUID or gfid. */
export const uuid: XdrOpaque = { kind: 'opaque', length: 16, uuid: true };
export const opaque = (length: number): XdrOpaque => ({ kind: 'opaque', length, uuid: false });
export const bytes: XdrBytes = { kind: 'bytes' };
export const string: XdrString = { kind: 'string' };
export const uuid_words: XdrWords = { kind: 'uuid words' };
export const array = <T extends XdrType>(of: T, length?: number): XdrArray<T> => ({
  kind: 'array',
  of,
  length,
});
export const chain = <S extends XdrStruct>(of: S): XdrChain<S> => ({ kind: 'chain', of });
export const gfx_dict: XdrGfxDict = { kind: 'gfx_dict' };
export const dict: XdrDict = { kind: 'dict' };
export const since = <T extends XdrType>(of: T): XdrSince<T> => ({ kind: 'since', of });
export const named = (type: XdrInt, names: Names): XdrInt => ({ ...type, names });
export const struct = <F extends XdrFields>(name: string, fields: F): XdrStruct<F> => ({
  kind: 'struct',
  name,
  fields,
});
