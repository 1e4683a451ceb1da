/** GC scheduling sets V8 flags, which belong to the whole process, from several threads. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

const THREADS = 4;
const worker = new URL('../helpers/gc-worker.js', import.meta.url);

test('several threads may collect for the first time at once', async () => {
  const threads = Array.from({ length: THREADS }, () => new Worker(worker));
  // Rejects if a thread throws.
  const messages = await Promise.all(threads.map((thread) => once(thread, 'message')));
  assert.deepEqual(messages, Array(THREADS).fill([40]));
});
