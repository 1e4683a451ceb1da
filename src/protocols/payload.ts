/** The first bytes of a payload (a job's workload, a file's data), for --payload-bytes. */
import { isUtf8 } from 'node:buffer';
import type { Json } from '../records/record.js';
import { hex, text } from './text.js';

/** The upper limit of --payload-bytes. */
export const PAYLOAD_LIMIT = 1024 * 1024;

/** The number of bytes at the end of bytes[0, end) that are part of an incomplete UTF-8 character. */
function incompleteCharacter(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back];
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/**
 * Adds the bytes as `payload` if they are UTF-8, else as `payload_hex`.
 * @param complete false: the last character may be incomplete
 */
export function putPayload(
  fields: { [key: string]: Json | undefined },
  bytes: Uint8Array,
  complete: boolean,
): void {
  const end = complete ? bytes.length : bytes.length - incompleteCharacter(bytes, bytes.length);
  if (isUtf8(bytes.subarray(0, end))) fields.payload = text(bytes, 0, end);
  else fields.payload_hex = hex(bytes, 0, bytes.length);
}
