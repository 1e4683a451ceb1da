/** A thread that compacts its heap repeatedly, each time as in a new run. */
import { parentPort } from 'node:worker_threads';
import { newHeapCompaction } from '../../src/pipeline/threads/gc.js';

const TIMES = 40;

let passed = 0;
performance.now = () => passed;
for (let n = 0; n < TIMES; n++) {
  const compact = newHeapCompaction();
  passed += 3600_000;
  compact();
}
parentPort?.postMessage(TIMES);
