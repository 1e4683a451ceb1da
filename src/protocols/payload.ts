/** The first bytes of what is carried for somebody else (a workload, a file's data), where they are asked for. */
import { isUtf8 } from 'node:buffer';
import type { Json } from '../records/record.js';
import { hex, text } from './text.js';

/** Payload bytes that are logged, whatever was asked for. */
export const PayloadLimit = 1024 * 1024;

/** Bytes that a UTF-8 character begun at the end of bytes[0, end) lacks its rest for; 0: none. */
function cutCharacter(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back];
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/** Puts the first bytes of a payload: as text if they are UTF-8 (a character may be cut), else as hex. */
export function putPayload(
  fields: { [key: string]: Json | undefined },
  bytes: Uint8Array,
  complete: boolean,
): void {
  const end = complete ? bytes.length : bytes.length - cutCharacter(bytes, bytes.length);
  if (isUtf8(bytes.subarray(0, end))) fields.payload = text(bytes, 0, end);
  else fields.payload_hex = hex(bytes, 0, bytes.length);
}
