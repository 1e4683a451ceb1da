/**
 * A cache of decoded credentials: a client sends the same few with all of its calls. Equal credentials give the same
 * object, which is decoded and serialised once (records/preserialised.ts). Callers must not change it.
 */
import { markPreserialisable } from '../../records/preserialised.js';
import { readAuth, varyingBytes } from './auth.js';
import type { Fields } from './describer.js';
import type { Compiler, Detail } from './xdr/compile.js';

/** Reads the credential in bytes[start, end). */
export type ReadCredential = (flavor: number, bytes: Uint8Array, start: number, end: number) => Fields;

interface CachedCredential {
  readonly flavor: number;
  readonly bytes: Uint8Array;
  readonly fields: Fields;
}

/** A power of two. The cache is direct-mapped: of two credentials with the same slot the later one stays. */
const SLOTS = 256;

/** @param clientName the internal client of GlusterFS with this pid */
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
  // With the ctime, full credentials are hardly ever the same.
  return detail === 'full' ? read : cached(read);
}

function cached(read: ReadCredential): ReadCredential {
  const slots: (CachedCredential | undefined)[] = new Array(SLOTS).fill(undefined);
  let last: CachedCredential | undefined;
  return (flavor, bytes, start, end) => {
    const varying = varyingBytes(flavor);
    const isSame = (entry: CachedCredential | undefined): entry is CachedCredential =>
      entry?.flavor === flavor && isEqual(entry.bytes, bytes, start, end, varying.start, varying.end);
    if (isSame(last)) return last.fields;
    const slot = hash(bytes, start, end, varying.start, varying.end) & (SLOTS - 1);
    let entry = slots[slot];
    if (!isSame(entry)) {
      const fields = read(flavor, bytes, start, end);
      // Undecodable credentials are shown with all bytes, including the varying ones.
      if (fields.raw !== undefined) return fields;
      markPreserialisable(fields);
      entry = { flavor, bytes: new Uint8Array(bytes.subarray(start, end)), fields };
      slots[slot] = entry;
    }
    last = entry;
    return entry.fields;
  };
}

/** FNV-1a of bytes[start, end), without the bytes [from, to) relative to `start`. */
function hash(bytes: Uint8Array, start: number, end: number, from: number, to: number): number {
  let sum = 0x811c9dc5;
  for (let at = start; at < end; at++) {
    if (at === start + from) at += to - from;
    if (at < end) sum = Math.imul(sum ^ bytes[at], 0x01000193);
  }
  return sum ^ (sum >>> 15);
}

/** Whether bytes[start, end) equal `known`, apart from the bytes [from, to) relative to `start`. */
function isEqual(
  known: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
  from: number,
  to: number,
): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) {
    if (known[i] !== bytes[start + i] && (i < from || i >= to)) return false;
  }
  return true;
}
