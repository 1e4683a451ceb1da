/** Reassembles records of several fragments (RFC 5531, section 11). GlusterFS writes each record as a single fragment. */
import { LAST_FRAGMENT } from './header.js';

/** The most bytes of a record that are kept: longer records carry file data. */
const KEPT_LIMIT = 3 << 20;

export interface Fragments {
  /** The bytes of the record so far, up to a limit. */
  bytes: Uint8Array;
  kept: number;
  /** The length of the record so far. */
  total: number;
  /** Bytes of the current fragment that are still to come. */
  remaining: number;
  /** The current fragment is the last one. */
  last: boolean;
}

export function newFragments(): Fragments {
  return { bytes: new Uint8Array(1024), kept: 0, total: 0, remaining: 0, last: false };
}

export function beginFragment(record: Fragments, mark: number): void {
  record.remaining = mark % LAST_FRAGMENT;
  record.last = mark >= LAST_FRAGMENT;
}

/** Takes the bytes of the current fragment in bytes[start, end). Returns the position behind them. */
export function takeFragment(record: Fragments, bytes: Uint8Array, start: number, end: number): number {
  const taken = Math.min(record.remaining, end - start);
  const kept = Math.min(taken, KEPT_LIMIT - record.kept);
  if (record.bytes.length < record.kept + kept) {
    const grown = new Uint8Array(Math.max(record.kept + kept, record.bytes.length * 2));
    grown.set(record.bytes.subarray(0, record.kept));
    record.bytes = grown;
  }
  record.bytes.set(bytes.subarray(start, start + kept), record.kept);
  record.kept += kept;
  record.total += taken;
  record.remaining -= taken;
  return start + taken;
}
