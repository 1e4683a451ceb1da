/** A thread that tidies its heap anew, over and over, as if each time the run were long enough under way for the first time. */
import { parentPort } from 'node:worker_threads';
import { newHeapCompaction } from '../../src/pipeline/threads/gc.js';

const TIMES = 40;

let passed = 0;
performance.now = () => passed;
for (let n = 0; n < TIMES; n++) {
  const tidy = newHeapCompaction();
  passed += 3600_000;
  tidy();
}
parentPort?.postMessage(TIMES);
