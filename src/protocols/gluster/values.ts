/** Checked access to decoded values and dictionaries: a value may be absent, or not of the type that it should have. */
import type { Json, JsonObject } from '../../records/record.js';

export type Integer = number | bigint;

/** A non-empty string. */
export function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function integer(value: Json | undefined): Integer | undefined {
  return typeof value === 'number' || typeof value === 'bigint' ? value : undefined;
}

export function object(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The text under a key of a dictionary, typed or of the old form. Keys come from the wire, so only own members count. */
export function entry(dict: Json | undefined, key: string): string | undefined {
  const values = object(dict);
  if (values === undefined || !Object.hasOwn(values, key)) return undefined;
  const value = values[key];
  return text(value) ?? text(object(value)?.text);
}

export const NULL_GFID = '00000000-0000-0000-0000-000000000000';
export const ROOT_GFID = '00000000-0000-0000-0000-000000000001';

const UUID_FORM = 'hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh';

/** Canonical form, in lower case. On the hot path: a regular expression takes twice the time. */
function isUuid(text: string): boolean {
  if (text.length !== UUID_FORM.length) return false;
  for (let i = 0; i < UUID_FORM.length; i++) {
    const code = text.charCodeAt(i);
    const isDigit = (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66);
    if (UUID_FORM.charCodeAt(i) === 0x2d ? code !== 0x2d : !isDigit) return false;
  }
  return true;
}

/** The latest two valid gfids: the description and the path observation of a call check the same file and directory. */
let latest = ROOT_GFID;
let previous = ROOT_GFID;

/** A valid gfid other than the null gfid; some messages carry it as text, which may be anything. */
export function gfid(value: Json | undefined): string | undefined {
  if (value === latest) return latest;
  if (value === previous) return previous;
  const id = text(value);
  if (id === undefined || id === NULL_GFID || !isUuid(id)) return undefined;
  previous = latest;
  latest = id;
  return id;
}

/** Puts a value into a field, unless it is undefined. */
export function put<Out extends { [name: string]: Json | undefined }>(
  out: Out,
  name: keyof Out & string,
  value: Json | undefined,
): void {
  if (value !== undefined) (out as { [name: string]: Json | undefined })[name] = value;
}

/** The number under a key of a dictionary; the old form has it as decimal text. */
export function numberEntry(dict: Json | undefined, key: string): number | undefined {
  const digits = entry(dict, key);
  if (digits !== undefined) return /^-?\d{1,9}$/.test(digits) ? Number(digits) : undefined;
  const values = object(dict);
  const number = values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
  return typeof number === 'number' ? number : undefined;
}

/** The UUID under a key of a dictionary, as text or as its 16 bytes; not the null UUID. */
export function uuidEntry(dict: Json | undefined, key: string): string | undefined {
  const values = object(dict);
  if (values === undefined || !Object.hasOwn(values, key)) return undefined;
  return gfid(object(values[key])?.uuid) ?? gfid(entry(dict, key));
}
