/**
 * Big-endian integers (network order, RFC 791, appendix B). No DataView: every buffer would need one, and V8 inlines
 * these to the same few machine instructions. The caller has checked that the bytes are there.
 */
export function u16(buf: Uint8Array, at: number): number {
  return (buf[at] << 8) | buf[at + 1];
}

/** A signed 32-bit integer; `>>> 0` makes it unsigned. */
export function i32(buf: Uint8Array, at: number): number {
  return (buf[at] << 24) | (buf[at + 1] << 16) | (buf[at + 2] << 8) | buf[at + 3];
}
