/**
 * Reads a struct from a message. compile.ts generates the functions that read the fields; this file has their cursor
 * and their three results: complete, incomplete, malformed.
 */
import type { Json } from '../../../records/record.js';
import type { Fields } from '../describer.js';

/** The position of a reader: one object, overwritten for each message. */
export interface Cursor {
  bytes: Uint8Array;
  /** The offset of the next byte. */
  at: number;
  /** Behind the last available byte. */
  end: number;
  /** The end of the record: at or behind `end`. */
  recordEnd: number;
  /** Why the message is malformed; empty: it is well-formed. */
  reason: string;
  /** What was read of an incomplete struct. */
  partial: Fields | undefined;
}

/** Reads a struct at the cursor, and leaves the cursor behind it. May throw: only for readStruct() and other readers. */
export type ReadFields = (cursor: Cursor) => Fields;

/** The two forms of a struct's reader: see emit-struct.ts. */
export interface StructReader {
  readonly complete: ReadFields;
  readonly partial: ReadFields;
}

export const StructState = { complete: 0, incomplete: 1, malformed: 2 } as const;
export type StructState = (typeof StructState)[keyof typeof StructState];

/** The result of readStruct(): one object, overwritten by each call. */
export interface StructResult {
  fields: Fields;
  /** Behind the struct, if it is complete. */
  position: number;
  state: StructState;
  /** Why it is malformed. */
  reason: string;
}

/** Thrown by readers and caught below, nowhere else. A single object: creating a stack would cost more than reading. */
const NOT_COMPLETE = { message: 'the struct is not complete' };

/** The available bytes end before the offset `needed`, within this field. */
export function lack(cursor: Cursor, needed: number, field: string): never {
  if (needed > cursor.recordEnd) cursor.reason = `the record ends within ${field}`;
  throw NOT_COMPLETE;
}

/** A value is invalid. */
export function failMalformed(cursor: Cursor, reason: string): never {
  cursor.reason = reason;
  throw NOT_COMPLETE;
}

const cursor: Cursor = {
  bytes: new Uint8Array(0),
  at: 0,
  end: 0,
  recordEnd: 0,
  reason: '',
  partial: undefined,
};
const result: StructResult = { fields: {}, position: 0, state: StructState.complete, reason: '' };

function tryRead(read: ReadFields, bytes: Uint8Array, start: number, end: number): boolean {
  cursor.bytes = bytes;
  cursor.at = start;
  cursor.end = end;
  cursor.reason = '';
  try {
    result.fields = read(cursor);
    return true;
  } catch (error) {
    if (error !== NOT_COMPLETE) throw error;
    return false;
  }
}

/** Drops an empty last value of a truncated struct: it may not be empty in the message. */
function dropEmptyEnd(fields: Fields | Json[]): void {
  const keys = Object.keys(fields);
  const last = keys.at(-1);
  if (last === undefined) return;
  const value = (fields as Fields)[last];
  if (typeof value !== 'object') return;
  dropEmptyEnd(value as Fields | Json[]);
  if (Object.keys(value).length > 0) return;
  if (Array.isArray(fields)) fields.pop();
  else delete fields[last];
}

/**
 * Reads a struct from bytes[start, end). If it is not complete, `fields` holds what precedes the offset at which it
 * ends: `incomplete` if the record goes on behind `end`, `malformed` if it does not, or if a value is invalid.
 */
export function readStruct(
  reader: StructReader,
  bytes: Uint8Array,
  start: number,
  end: number,
  recordEnd: number,
): StructResult {
  cursor.recordEnd = recordEnd;
  cursor.partial = undefined;
  result.reason = '';
  if (tryRead(reader.complete, bytes, start, end)) {
    result.state = StructState.complete;
    result.position = cursor.at;
    return result;
  }
  // Rare, so a second pass is affordable: field by field, keeping the fields read so far.
  tryRead(reader.partial, bytes, start, end);
  result.fields = cursor.partial ?? {};
  dropEmptyEnd(result.fields);
  result.state = cursor.reason === '' ? StructState.incomplete : StructState.malformed;
  result.reason = cursor.reason;
  cursor.partial = undefined;
  return result;
}
