/**
 * A record of several fragments (RFC 5531, section 11), put together. Gluster writes each record as one;
 * others may not, and a record of many is read like one.
 */
import { LastFragment } from './header.js';

/** Bytes of a record that are kept; what is longer is a file's data, or nothing that anybody sends. */
const KeptBytes = 3 << 20;

export interface Fragments {
  /** The record's bytes so far, up to a limit. */
  bytes: Uint8Array;
  kept: number;
  /** All of its bytes so far. */
  total: number;
  /** Of the fragment at hand. */
  left: number;
  last: boolean;
}

export function newFragments(): Fragments {
  return { bytes: new Uint8Array(1024), kept: 0, total: 0, left: 0, last: false };
}

export function beginFragment(record: Fragments, mark: number): void {
  record.left = mark % LastFragment;
  record.last = mark >= LastFragment;
}

/** Takes what bytes[start, end) hold of the fragment. Returns the position behind it. */
export function takeFragment(record: Fragments, bytes: Uint8Array, start: number, end: number): number {
  const taken = Math.min(record.left, end - start);
  const kept = Math.min(taken, KeptBytes - record.kept);
  if (record.bytes.length < record.kept + kept) {
    const grown = new Uint8Array(Math.max(record.kept + kept, record.bytes.length * 2));
    grown.set(record.bytes.subarray(0, record.kept));
    record.bytes = grown;
  }
  record.bytes.set(bytes.subarray(start, start + kept), record.kept);
  record.kept += kept;
  record.total += taken;
  record.left -= taken;
  return start + taken;
}
