/** Sizes in messages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSize } from '../../src/records/phrases.js';

test('a size is in the largest unit that divides it', () => {
  const sizes: [number | bigint, string][] = [
    [0, '0 bytes'],
    [0n, '0 bytes'],
    [1, '1 byte'],
    [1n, '1 byte'],
    [1023, '1023 bytes'],
    [131072, '128 KiB'],
    [1536, '1536 bytes'],
    [1048576, '1 MiB'],
    [2n ** 63n, '8 EiB'],
    [2n ** 64n - 1n, '18446744073709551615 bytes'],
    [-1, '-1 bytes'],
  ];
  for (const [bytes, text] of sizes) assert.equal(formatSize(bytes), text);
});
