/** Writes JSON values into a line as JSON.stringify does, and bigints, which it refuses, as exact integers. */
import { Buffer } from 'node:buffer';
import type { Json, JsonObject } from '../records/record.js';
import { escapeUnsafe } from './escape.js';
import { type LineBytes, putAscii, putByte, putBytes, putNumber, putText } from './line-bytes.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** 1 for each ASCII code that a JSON string holds unescaped (RFC 8259, section 7) and that is safe (escape.ts). */
const PLAIN = new Uint8Array(128);
for (let code = 0x20; code < 0x7f; code++) PLAIN[code] = code === QUOTE || code === BACKSLASH ? 0 : 1;

/** Writes a quoted string of plain characters. Returns false, with nothing written, if it has any other. */
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
    if (code >= 0x7f || PLAIN[code] === 0) return false;
    buffer[at + 1 + i] = code;
  }
  buffer[end - 1] = QUOTE;
  out.at = end;
  return true;
}

export function putString(out: LineBytes, text: string): void {
  if (!putPlain(out, text)) putText(out, escapeUnsafe(JSON.stringify(text)));
}

/** Writes a string that may have been cut within a character: many readers refuse a lone surrogate. */
export function putSentence(out: LineBytes, text: string): void {
  if (!putPlain(out, text)) putText(out, quoteSentence(text));
}

export function quoteSentence(text: string): string {
  return escapeUnsafe(JSON.stringify(text.toWellFormed()));
}

/** A serialised member name, and the one that followed it last, which usually follows it again. */
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

/** Limits the cache: dictionary keys come from the wire. Only `firstKey` and the map keep keys alive. */
const MAX_KEYS = 1024;
const keys = new Map<string, Key>();
let firstKey = newKey('');

function keyAfter(before: Key, name: string): Key {
  const { next } = before;
  if (next !== undefined && next.name === name) return next;
  let key = keys.get(name);
  if (key === undefined) {
    if (keys.size >= MAX_KEYS) {
      keys.clear();
      firstKey = newKey('');
    }
    key = newKey(name);
    keys.set(name, key);
  }
  before.next = key;
  return key;
}

function putArray(out: LineBytes, items: readonly Json[]): void {
  putByte(out, OPENING_BRACKET);
  for (let i = 0; i < items.length; i++) {
    if (i > 0) putByte(out, COMMA);
    putJson(out, items[i]);
  }
  putByte(out, CLOSING_BRACKET);
}

export function putObject(out: LineBytes, members: JsonObject): void {
  const { at } = out;
  const first = firstKey;
  let key: Key = first;
  for (const name in members) {
    const value = members[name];
    if (value === undefined) continue;
    key = keyAfter(key, name);
    putBytes(out, key.bytes);
    putJson(out, value);
  }
  // The brace replaces the comma of the first member.
  if (key === first) putByte(out, OPENING_BRACE);
  else if (at < out.buffer.length) out.buffer[at] = OPENING_BRACE;
  putByte(out, CLOSING_BRACE);
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
