/**
 * Credentials as they are read, the same object again where one was read before: a client sends the same few with all of
 * its calls. So they are read once, and written as JSON once (records/preserialised.ts). Nobody may change what they are given.
 */
import { markPreserialisable } from '../../records/preserialised.js';
import { readAuth, timeOf } from './auth.js';
import type { Fields } from './describer.js';
import type { Compiler, Detail } from './xdr/compile.js';

/** Reads the credential in bytes[start, end). */
export type ReadCredential = (flavor: number, bytes: Uint8Array, start: number, end: number) => Fields;

interface Kept {
  readonly flavor: number;
  /** As it came. */
  readonly bytes: Uint8Array;
  readonly fields: Fields;
}

/** A power of two. Of two that fall on one place the later one stays. */
const PLACES = 256;

/**
 * @param clientName the name of a client of GlusterFS's own that sends this pid
 */
export function newCredentials(
  compile: Compiler,
  detail: Detail,
  clientName: (pid: number) => string | undefined,
): ReadCredential {
  const read: ReadCredential = (flavor, bytes, start, end) => {
    const fields = readAuth(compile, detail, flavor, bytes, start, end);
    const { pid } = fields;
    const name = typeof pid === 'number' && pid < 0 ? clientName(pid) : undefined;
    if (name !== undefined) fields.pid_name = name;
    return fields;
  };
  // The time that is shown in full is hardly ever the same.
  if (detail === 'full') return read;
  const places: (Kept | undefined)[] = new Array(PLACES).fill(undefined);
  let last: Kept | undefined;
  return (flavor, bytes, start, end) => {
    const time = timeOf(flavor);
    const isSame = (kept: Kept | undefined): kept is Kept =>
      kept?.flavor === flavor && same(kept.bytes, bytes, start, end, time.start, time.end);
    if (isSame(last)) return last.fields;
    const place = hash(bytes, start, end, time.start, time.end) & (PLACES - 1);
    let kept = places[place];
    if (!isSame(kept)) {
      const fields = read(flavor, bytes, start, end);
      // What can't be decoded is shown with all of its bytes, the time among them.
      if (fields.raw !== undefined) return fields;
      markPreserialisable(fields);
      kept = { flavor, bytes: new Uint8Array(bytes.subarray(start, end)), fields };
      places[place] = kept;
    }
    last = kept;
    return kept.fields;
  };
}

/** FNV-1a of bytes[start, end) without those from `from` to `to` of them. */
function hash(bytes: Uint8Array, start: number, end: number, from: number, to: number): number {
  let sum = 0x811c9dc5;
  for (let at = start; at < end; at++) {
    if (at === start + from) at += to - from;
    if (at < end) sum = Math.imul(sum ^ bytes[at], 0x01000193);
  }
  return sum ^ (sum >>> 15);
}

/** Whether bytes[start, end) are those of `before`, without those from `from` to `to` of them. */
function same(
  before: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
  from: number,
  to: number,
): boolean {
  if (before.length !== end - start) return false;
  for (let i = 0; i < before.length; i++) {
    if (before[i] !== bytes[start + i] && (i < from || i >= to)) return false;
  }
  return true;
}
