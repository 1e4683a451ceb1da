/**
 * The header of a TLS record (RFC 8446, section 5.1; RFC 5246, section 6.2.1): content type, version, length. Other
 * protocols reject bytes that may be one.
 */

export const HEADER_BYTES = 5;

export const Content = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

/** 2^14 and what compression and encryption may add in TLS 1.2, the most of all versions. */
const LONGEST_FRAGMENT = 16384 + 2048;

export function fragmentLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + 3] << 8) | bytes[at + 4];
}

/** Whether a record may start at `at`, by the bytes of its header that [at, end) has. SSL 3.0 to TLS 1.3: major version 3. */
export function isPlausibleRecord(bytes: Uint8Array, at: number, end: number): boolean {
  if (at < end && (bytes[at] < Content.changeCipherSpec || bytes[at] > Content.applicationData)) return false;
  if (at + 1 < end && bytes[at + 1] !== 3) return false;
  // TLS 1.3 writes 1.2 here, and a first hello 1.0 or 1.2.
  if (at + 2 < end && bytes[at + 2] > 4) return false;
  if (at + HEADER_BYTES > end) return true;
  const length = fragmentLength(bytes, at);
  return length > 0 && length <= LONGEST_FRAGMENT;
}
