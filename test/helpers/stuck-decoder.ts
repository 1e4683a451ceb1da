/**
 * The real decoder thread, which hangs before its first packet until the run is stopped. It reports its last progress
 * as some seconds ago, so that the test does not wait for the hang to be detected.
 */
import { workerData } from 'node:worker_threads';
import { counterRow } from '../../src/observe/counters.js';
import { monotonic, SILENCE_LIMIT_MS } from '../../src/observe/health.js';
import { ControlWord, type DecoderData } from '../../src/pipeline/threads/messages.js';
import { Counter } from '../../src/records/counters.js';

const data = workerData as DecoderData;
const control = new Int32Array(data.control);
if (data.decoder === 1) {
  counterRow(data.counters, data.counterRow)[Counter.heartbeat] = monotonic() - SILENCE_LIMIT_MS + 200;
  while (Atomics.load(control, ControlWord.stop) === 0) Atomics.wait(control, ControlWord.stop, 0, 20);
}
await import('../../src/pipeline/threads/decoder-thread.js');
