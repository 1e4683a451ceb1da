/** Values as JSON into a line: as JSON.stringify writes them, and integers beyond a double, which it refuses, as they are. */
import { Buffer } from 'node:buffer';
import type { Json, JsonObject } from '../records/record.js';
import { escapeUnsafe } from './escape.js';
import { type LineBytes, putAscii, putByte, putBytes, putNumber, putText } from './line-bytes.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;

/** Codes of the characters that stand in a JSON string as they are (RFC 8259, section 7) and that nobody acts upon (escape.ts). */
const Plain = new Uint8Array(128);
for (let code = 0x20; code < 0x7f; code++) Plain[code] = code === QUOTE || code === BACKSLASH ? 0 : 1;

/** Writes a string of plain characters with its quotes. false: it is none, and nothing was written. */
function putPlain(out: LineBytes, text: string): boolean {
  const { buffer, at } = out;
  const end = at + text.length + 2;
  if (end > buffer.length) {
    out.at = end;
    return true;
  }
  buffer[at] = QUOTE;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x7f || Plain[code] === 0) return false;
    buffer[at + 1 + i] = code;
  }
  buffer[end - 1] = QUOTE;
  out.at = end;
  return true;
}

export function putString(out: LineBytes, text: string): void {
  if (!putPlain(out, text)) putText(out, escapeUnsafe(JSON.stringify(text)));
}

/** A sentence may be cut somewhere, perhaps within a character, of which many readers refuse a half. */
export function putSentence(out: LineBytes, text: string): void {
  if (!putPlain(out, text)) putText(out, quoteSentence(text));
}

export function quoteSentence(text: string): string {
  return escapeUnsafe(JSON.stringify(text.toWellFormed()));
}

/** A member's name as it stands in an object, and the one that came behind it last: mostly it does so again. */
interface Key {
  readonly name: string;
  /** `,"name":` */
  readonly bytes: Uint8Array;
  next: Key | undefined;
}

const newKey = (name: string): Key => ({
  name,
  bytes: Buffer.from(escapeUnsafe(`,${JSON.stringify(name)}:`)),
  next: undefined,
});

/** Keys that are kept; those of dictionaries may be any. What is kept is what `start` and the map lead to. */
const KEPT = 1024;
const keys = new Map<string, Key>();
let start = newKey('');

function keyAfter(before: Key, name: string): Key {
  const { next } = before;
  if (next !== undefined && next.name === name) return next;
  let key = keys.get(name);
  if (key === undefined) {
    if (keys.size >= KEPT) {
      keys.clear();
      start = newKey('');
    }
    key = newKey(name);
    keys.set(name, key);
  }
  before.next = key;
  return key;
}

function putArray(out: LineBytes, items: readonly Json[]): void {
  putByte(out, 0x5b);
  for (let i = 0; i < items.length; i++) {
    if (i > 0) putByte(out, COMMA);
    putJson(out, items[i]);
  }
  putByte(out, 0x5d);
}

export function putObject(out: LineBytes, members: JsonObject): void {
  const { at } = out;
  const first = start;
  let key: Key = first;
  for (const name in members) {
    const value = members[name];
    if (value === undefined) continue;
    key = keyAfter(key, name);
    putBytes(out, key.bytes);
    putJson(out, value);
  }
  // In the place of the first member's comma.
  if (key === first) putByte(out, BRACE);
  else if (at < out.buffer.length) out.buffer[at] = BRACE;
  putByte(out, 0x7d);
}

export function putJson(out: LineBytes, value: Json): void {
  switch (typeof value) {
    case 'string':
      putString(out, value);
      return;
    case 'number':
      putNumber(out, value);
      return;
    case 'object':
      if (Array.isArray(value)) putArray(out, value);
      else putObject(out, value as JsonObject);
      return;
    default:
      putAscii(out, `${value}`);
  }
}
