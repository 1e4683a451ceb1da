/** Bytes as text and as hex. The memory may be shared between threads, as that of packets is. */
import { Buffer, isUtf8 } from 'node:buffer';

let cachedBytes: Uint8Array | undefined;
let cachedView: Buffer | undefined;

/** The same memory as a Buffer, cached: successive calls mostly pass the same array. */
function asBuffer(bytes: Uint8Array): Buffer {
  if (cachedView === undefined || cachedBytes !== bytes) {
    cachedBytes = bytes;
    cachedView = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  return cachedView;
}

export function hex(bytes: Uint8Array, start: number, end: number): string {
  return asBuffer(bytes).toString('hex', start, end);
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] >= 0x80) return false;
  return true;
}

/** Only for bytes known to be ASCII (commands, codes). */
export function ascii(bytes: Uint8Array, start: number, end: number): string {
  return asBuffer(bytes).toString('latin1', start, end);
}

/** UTF-8; each maximal ill-formed part becomes U+FFFD. */
export function text(bytes: Uint8Array, start: number, end: number): string {
  return asBuffer(bytes).toString(isAscii(bytes, start, end) ? 'latin1' : 'utf8', start, end);
}

/** The bytes as hex if they are not UTF-8; undefined if they are. @param decoded their text() */
export function rawHex(decoded: string, bytes: Uint8Array, start: number, end: number): string | undefined {
  if (!decoded.includes('\ufffd') || isUtf8(bytes.subarray(start, end))) return undefined;
  return hex(bytes, start, end);
}
