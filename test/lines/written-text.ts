/** What a function writes into a line, as text. With too little room, the position has to show it. */
import assert from 'node:assert/strict';
import type { LineBytes } from '../../src/lines/line-bytes.js';

export function written(put: (out: LineBytes) => void): string {
  const out = { buffer: Buffer.alloc(1 << 16), at: 3 };
  put(out);
  const size = out.at - 3;
  assert.ok(size < 1 << 15);
  for (const room of [0, size >> 1, size - 1]) {
    const small = { buffer: Buffer.alloc(room), at: 0 };
    put(small);
    assert.ok(small.at > room, `${size} bytes in ${room}`);
  }
  return out.buffer.toString('utf8', 3, out.at);
}
