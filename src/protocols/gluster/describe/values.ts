/** Values out of the fields of a struct, which may be absent or other than they should be: all of it is the wire's. */
import type { Json, JsonObject } from '../../../records/record.js';
import type { Fields } from '../../rpc/describer.js';

export type Integer = number | bigint;

/** A string that is not empty. */
export function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function integer(value: Json | undefined): Integer | undefined {
  return typeof value === 'number' || typeof value === 'bigint' ? value : undefined;
}

export function object(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The text under a key of a dictionary, of the typed form or of the old one; as an object's own member only. */
export function entry(dict: Json | undefined, key: string): string | undefined {
  const values = object(dict);
  if (values === undefined || !Object.hasOwn(values, key)) return undefined;
  const value = values[key];
  return text(value) ?? text(object(value)?.text);
}

export const NullGfid = '00000000-0000-0000-0000-000000000000';
export const RootGfid = '00000000-0000-0000-0000-000000000001';

const Form = 'hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh';

/** In the canonical form, in lower case. A regular expression took twice the time, of which there is much. */
function isUuid(text: string): boolean {
  if (text.length !== Form.length) return false;
  for (let at = 0; at < Form.length; at++) {
    const code = text.charCodeAt(at);
    const isDigit = (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66);
    if (Form.charCodeAt(at) === 0x2d ? code !== 0x2d : !isDigit) return false;
  }
  return true;
}

/** The last two that were looked at, a file and its directory: what describes a call and what learns from it ask again. */
let last = RootGfid;
let lastButOne = RootGfid;

/** A gfid that names something. Some messages have it as text, which may be any. */
export function gfid(value: Json | undefined): string | undefined {
  if (value === last) return last;
  if (value === lastButOne) return lastButOne;
  const id = text(value);
  if (id === undefined || id === NullGfid || !isUuid(id)) return undefined;
  lastButOne = last;
  last = id;
  return id;
}

/** Puts a value where there is one. */
export function put(out: Fields, name: string, value: Json | undefined): void {
  if (value !== undefined) out[name] = value;
}

/** A number under a key of a dictionary, which the old form has as decimal text. */
export function numberEntry(dict: Json | undefined, key: string): number | undefined {
  const words = entry(dict, key);
  if (words !== undefined) return /^-?\d{1,9}$/.test(words) ? Number(words) : undefined;
  const value = object(dict);
  const number = value !== undefined && Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof number === 'number' ? number : undefined;
}

/** A UUID under a key of a dictionary, as text or as its 16 bytes; not that of nothing. */
export function uuidEntry(dict: Json | undefined, key: string): string | undefined {
  const values = object(dict);
  if (values === undefined || !Object.hasOwn(values, key)) return undefined;
  return gfid(object(values[key])?.uuid) ?? gfid(entry(dict, key));
}
