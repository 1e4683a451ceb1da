/** The values of a message as a record shows them, computed plainly and slowly: for the tests of xdr/. */
import { interpretKnownKey } from '../../../src/protocols/gluster/projection/known-keys.js';
import type { Fields } from '../../../src/protocols/rpc/describer.js';
import type { Json } from '../../../src/records/record.js';

export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function uuidOf(bytes: Uint8Array): string {
  return hexOf(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

export function doubleOf(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

export function withoutNul(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes;
}

/** Sets a field, whatever its name. */
export function set(fields: Fields, name: string, value: Json): void {
  Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
}

export function setText(fields: Fields, name: string, bytes: Uint8Array): void {
  set(fields, name, textOf(bytes));
  if (!isText(bytes)) set(fields, `${name}_hex`, hexOf(bytes));
}

function free(dict: Fields, name: string): string {
  let chosen = name;
  for (let again = 2; Object.hasOwn(dict, chosen); again++) chosen = `${name}#${again}`;
  return chosen;
}

/** Adds a pair; `raw`: the value as hex, which follows it. */
export function setPair(dict: Fields, key: Uint8Array, value: Json, raw?: string): void {
  const name = free(dict, textOf(key));
  set(dict, name, value);
  if (raw !== undefined) set(dict, free(dict, `${name}_hex`), raw);
  if (!isText(key)) set(dict, free(dict, `${name}_key_hex`), hexOf(key));
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return (code < 32 && !'\t\n\r'.includes(character)) || (code >= 127 && code < 160);
}

/** A value without a type, of at most 65536 bytes. */
export function untypedOf(key: Uint8Array, bytes: Uint8Array): Fields {
  const words = withoutNul(bytes);
  const printable = isText(words) && ![...textOf(words)].some(isControl);
  return {
    hex: hexOf(bytes),
    ...(printable ? { text: textOf(words) } : {}),
    ...interpretKnownKey(textOf(key), bytes, 0, bytes.length),
  };
}

/** A value as its line shows it: in its order, without undefined fields, and with numbers for safe integers. */
export function shown(value: Json | undefined): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'bigint') return inner;
    return Number.isSafeInteger(Number(inner)) ? Number(inner) : `${inner}n`;
  });
}

/** A value without undefined fields, with numbers as in shown(). */
export function plain(value: Json | undefined): Json | undefined {
  return value === undefined ? undefined : (JSON.parse(shown(value)) as Json);
}

/** Whether `part` is contained in `whole`: lists may end early, fields may be missing. */
export function isPart(part: Json | undefined, whole: Json | undefined): boolean {
  if (part === undefined || part === whole) return true;
  if (typeof part !== 'object' || typeof whole !== 'object') return Object.is(part, whole);
  if (Array.isArray(part) !== Array.isArray(whole)) return false;
  const of = whole as Fields;
  return Object.entries(part).every(
    ([name, value]) => value === undefined || (Object.hasOwn(of, name) && isPart(value, of[name])),
  );
}
