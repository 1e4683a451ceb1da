/**
 * XDR (RFC 4506) as tables: the words in which a struct reads as it does in GlusterFS's .x files.
 *
 *     export const gfx_open_req = struct('gfx_open_req', {
 *       gfid: uuid,
 *       flags: named(unsigned_int, openFlags),
 *       xdata: gfx_dict,
 *     });
 *
 * A table only says what is there. compile.ts turns it into a reader, once; nothing else interprets it.
 */

/** What a number means, told beside it: `flags: 2` gets `flags_names: ["O_RDWR"]`. */
export interface Names {
  /** Of the field that is added: `${field}_name` for one name, `${field}_names` for a list of bits. */
  readonly suffix: 'name' | 'names';
  /** undefined: nothing is known of this number, and nothing is added. */
  readonly of: (value: number) => string | readonly string[] | undefined;
}

/** A 32-bit number; `names` where its values have names. */
export interface XdrInt {
  readonly kind: 'int' | 'unsigned int';
  readonly names?: Names;
}

/** A 64-bit number: a JSON integer, or, where it is an opaque id, decimal text. */
export interface XdrHyper {
  readonly kind: 'hyper' | 'unsigned hyper';
  readonly id: boolean;
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

/** string name<>: text, the raw bytes beside it (`name_hex`) where they are no UTF-8. */
export interface XdrString {
  readonly kind: 'string';
}

/** unsigned char name[16]: each byte in an XDR word of its own, so 64 bytes on the wire. A UUID. */
export interface XdrWords {
  readonly kind: 'uuid words';
}

/** type name<> or type name[length]. */
export interface XdrArray {
  readonly kind: 'array';
  readonly of: XdrType;
  /** Of a fixed length; undefined: a count goes before. */
  readonly length: number | undefined;
}

/** A linked list: a 1 before each entry, a 0 after the last. An array; the pointer itself is not shown. */
export interface XdrChain {
  readonly kind: 'chain';
  readonly of: XdrStruct;
}

/** GlusterFS's typed dictionary since version 4 (glusterfs4-xdr.x, gfx_dict). */
export interface XdrGfxDict {
  readonly kind: 'gfx_dict';
}

/** opaque name<> that holds what dict_serialize() of libglusterfs/src/dict.c wrote. */
export interface XdrDict {
  readonly kind: 'dict';
}

/** A field that older senders did not have yet: absent where the record ends before it. */
export interface XdrSince {
  readonly kind: 'since';
  readonly of: XdrType;
}

export interface XdrStruct {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: Readonly<Record<string, XdrType>>;
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
export const hyper: XdrHyper = { kind: 'hyper', id: false };
export const unsigned_hyper: XdrHyper = { kind: 'unsigned hyper', id: false };
/** Opaque 64-bit ids (file descriptors, inodes, devices, directory cookies): decimal text. */
export const id: XdrHyper = { kind: 'hyper', id: true };
export const unsigned_id: XdrHyper = { kind: 'unsigned hyper', id: true };
export const double: XdrDouble = { kind: 'double' };
/** opaque name[16] that holds a UUID or gfid. */
export const uuid: XdrOpaque = { kind: 'opaque', length: 16, uuid: true };
export const opaque = (length: number): XdrOpaque => ({ kind: 'opaque', length, uuid: false });
export const bytes: XdrBytes = { kind: 'bytes' };
export const string: XdrString = { kind: 'string' };
export const uuid_words: XdrWords = { kind: 'uuid words' };
export const array = (of: XdrType, length?: number): XdrArray => ({ kind: 'array', of, length });
export const chain = (of: XdrStruct): XdrChain => ({ kind: 'chain', of });
export const gfx_dict: XdrGfxDict = { kind: 'gfx_dict' };
export const dict: XdrDict = { kind: 'dict' };
export const since = (of: XdrType): XdrSince => ({ kind: 'since', of });
export const named = (type: XdrInt, names: Names): XdrInt => ({ ...type, names });
export const struct = (name: string, fields: Readonly<Record<string, XdrType>>): XdrStruct => ({
  kind: 'struct',
  name,
  fields,
});
