/**
 * The header of a TLS record (RFC 8446, section 5.1; RFC 5246, section 6.2.1): content type, version, length. The
 * detection of other protocols uses it to reject TLS.
 */

export const HEADER_BYTES = 5;

export const ContentType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

/** 2^14, plus the expansion that TLS 1.2 allows, the largest of all versions. */
const LONGEST_FRAGMENT = 16384 + 2048;

export function fragmentLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + 3] << 8) | bytes[at + 4];
}

/** Whether bytes[at, end), as far as they go, may begin a record. SSL 3.0 to TLS 1.3 have major version 3. */
export function isPlausibleRecord(bytes: Uint8Array, at: number, end: number): boolean {
  if (at < end && (bytes[at] < ContentType.changeCipherSpec || bytes[at] > ContentType.applicationData))
    return false;
  if (at + 1 < end && bytes[at + 1] !== 3) return false;
  // Records of TLS 1.3 have version 1.2, those of a first hello 1.0 or 1.2.
  if (at + 2 < end && bytes[at + 2] > 4) return false;
  if (at + HEADER_BYTES > end) return true;
  const length = fragmentLength(bytes, at);
  return length > 0 && length <= LONGEST_FRAGMENT;
}
