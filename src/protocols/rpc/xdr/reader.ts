/**
 * Reading a struct out of a message: where the reader stands, and the three ways in which it can end.
 * The readers themselves are made by compile.ts.
 */

import type { Json } from '../../../records/record.js';
import type { Fields } from '../describer.js';

/** Where a reader stands: one object, used again for each message. */
export interface Cursor {
  bytes: Uint8Array;
  /** The next byte. */
  at: number;
  /** Behind the bytes at hand. */
  end: number;
  /** Where the record ends, or would if all of it were there: at or behind `end`. */
  recordEnd: number;
  /** Why the message is malformed; empty: it isn't. */
  reason: string;
  /** What was read of a struct that is not whole. */
  partial: Fields | undefined;
}

/** Reads a struct at the cursor, which it leaves behind it. For readBody() and other readers: it may throw. */
export type ReadFields = (cursor: Cursor) => Fields;

/** The two forms of a struct's reader: see codegen.ts. */
export interface Read {
  readonly whole: ReadFields;
  readonly parts: ReadFields;
}

export const BodyState = { whole: 0, short: 1, malformed: 2 } as const;
export type BodyState = (typeof BodyState)[keyof typeof BodyState];

/** What readBody() gives: one object, filled again by each call. */
export interface Body {
  fields: Fields;
  /** Behind the struct, where it is whole. */
  position: number;
  state: BodyState;
  /** Why it is malformed. */
  reason: string;
}

/** Thrown by readers and caught below, nowhere else; one object, since a stack would cost more than the rest. */
const NOT_WHOLE = { message: 'the struct is not whole' };

/** The bytes at hand end before `needed`, within this field. */
export function lack(cursor: Cursor, needed: number, field: string): never {
  if (needed > cursor.recordEnd) cursor.reason = `the record ends within ${field}`;
  throw NOT_WHOLE;
}

/** A value that can't be. */
export function bad(cursor: Cursor, reason: string): never {
  cursor.reason = reason;
  throw NOT_WHOLE;
}

const cursor: Cursor = {
  bytes: new Uint8Array(0),
  at: 0,
  end: 0,
  recordEnd: 0,
  reason: '',
  partial: undefined,
};
const body: Body = { fields: {}, position: 0, state: BodyState.whole, reason: '' };

function attempt(read: ReadFields, bytes: Uint8Array, start: number, end: number): boolean {
  cursor.bytes = bytes;
  cursor.at = start;
  cursor.end = end;
  cursor.reason = '';
  try {
    body.fields = read(cursor);
    return true;
  } catch (error) {
    if (error !== NOT_WHOLE) throw error;
    return false;
  }
}

/** Drops what had begun when the bytes ended and has nothing in it: it would seem to be empty. */
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
 * Reads a struct from bytes[start, end). Where it is not whole, `fields` holds what comes before the place
 * at which it ends: `short` if the record goes on behind `end`, `malformed` if it does not, or if what is
 * there can't be.
 */
export function readBody(read: Read, bytes: Uint8Array, start: number, end: number, recordEnd: number): Body {
  cursor.recordEnd = recordEnd;
  cursor.partial = undefined;
  body.reason = '';
  if (attempt(read.whole, bytes, start, end)) {
    body.state = BodyState.whole;
    body.position = cursor.at;
    return body;
  }
  // Rare, so that it may cost a second reading: field by field this time, keeping what was read.
  attempt(read.parts, bytes, start, end);
  body.fields = cursor.partial ?? {};
  dropEmptyEnd(body.fields);
  body.state = cursor.reason === '' ? BodyState.short : BodyState.malformed;
  body.reason = cursor.reason;
  cursor.partial = undefined;
  return body;
}
