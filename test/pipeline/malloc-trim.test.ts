import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadMallocTrim } from '../../src/pipeline/threads/malloc-trim.js';

const MIB = 1 << 20;
const PIECES = 10_000;

test('freed memory between allocations in use is returned to the system', async (t) => {
  const trim = await loadMallocTrim();
  if (trim === undefined) {
    t.skip('this C library has no malloc_trim()');
    return;
  }
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let pieces: Buffer[] = Array.from({ length: PIECES }, (_, i) => Buffer.allocUnsafeSlow(8000).fill(i));
  pieces = pieces.filter((_, i) => i % 10 === 0);
  collect();
  // Another thread frees what a collection has released.
  for (let tries = 0; process.memoryUsage().arrayBuffers > 20 * MIB && tries < 100; tries++) {
    await new Promise((done) => setTimeout(done, 10));
  }
  const before = process.memoryUsage().rss;
  trim();
  const freed = before - process.memoryUsage().rss;
  assert.ok(freed > 40 * MIB, `${Math.round(freed / MIB)} MiB went back`);
  assert.equal(pieces[10][0], 100);
});
