/** Bytes as text and as hex, from memory of any kind: packets lie in memory that threads share. */
import { Buffer, isUtf8 } from 'node:buffer';

let lastBytes: Uint8Array | undefined;
let lastView: Buffer | undefined;

/** The same memory as a Buffer: calls come in runs for one array. */
function view(bytes: Uint8Array): Buffer {
  if (lastView === undefined || lastBytes !== bytes) {
    lastBytes = bytes;
    lastView = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  return lastView;
}

export function hex(bytes: Uint8Array, start: number, end: number): string {
  return view(bytes).toString('hex', start, end);
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] >= 0x80) return false;
  return true;
}

/** ASCII as text; for what is ASCII by its nature (commands, codes) and for nothing else. */
export function ascii(bytes: Uint8Array, start: number, end: number): string {
  return view(bytes).toString('latin1', start, end);
}

/** As UTF-8, each maximal part that is ill-formed replaced by U+FFFD. */
export function text(bytes: Uint8Array, start: number, end: number): string {
  return view(bytes).toString(isAscii(bytes, start, end) ? 'latin1' : 'utf8', start, end);
}

/** The bytes as hex where `shown`, their text, is not all of them; undefined where they are UTF-8. */
export function rawHex(shown: string, bytes: Uint8Array, start: number, end: number): string | undefined {
  if (!shown.includes('\ufffd') || isUtf8(bytes.subarray(start, end))) return undefined;
  return hex(bytes, start, end);
}
