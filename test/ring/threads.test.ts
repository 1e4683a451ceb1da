/** One writer and three readers, each in its own thread. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createRing, RingWord, slotsInUse } from '../../src/ring/ring.js';
import type { RingWorkerData, RingWorkerResult } from '../helpers/ring-worker.js';

const script = new URL('../helpers/ring-worker.js', import.meta.url);

async function run(workerData: RingWorkerData): Promise<RingWorkerResult> {
  const worker = new Worker(script, { workerData });
  const [[result]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  return result as RingWorkerResult;
}

const READERS = [0, 1, 2];

for (const [name, slots, totalBytes, longest, records] of [
  ['a ring of many small segments', 16, 16 * 4096, 600, 20000],
  ['a ring of the fewest segments', 2, 2 * 4096, 300, 10000],
  ['a ring of segments that hold one long record', 4, 4 * 8192, 8000, 3000],
] as const) {
  for (const slow of [false, true]) {
    test(`${name}: every reader sees every record once, in order${slow ? ', slow readers too' : ''}`, async () => {
      const memory = createRing(totalBytes, slots, READERS.length);
      const common = { memory, records, longest };
      const results = await Promise.all([
        ...READERS.map((reader) =>
          run({ ...common, role: 'reader', reader, seed: reader, slow: slow && reader === 1 }),
        ),
        run({ ...common, role: 'writer', reader: 0, seed: 99 }),
      ]);
      const marks = Math.floor(records / 100);
      for (const result of results.slice(0, -1)) {
        assert.deepEqual(result, { first: 1, last: records, count: records, marks });
      }
      const control = new Int32Array(memory.control);
      assert.ok(
        control[RingWord.head] > 20 * slots,
        `it wrapped around ${control[RingWord.head] / slots} times`,
      );
      assert.ok(control[RingWord.peak] <= slots, `${control[RingWord.peak]} of ${slots} slots in use`);
      assert.equal(slotsInUse(memory, control), 1);
    });
  }
}

test("a reader's replacement continues after its last record", async () => {
  const records = 8000;
  const memory = createRing(4 * 4096, 4, READERS.length);
  const common = { memory, records, longest: 200 };
  const readWithReplacements = async (): Promise<RingWorkerResult[]> => {
    const parts: RingWorkerResult[] = [];
    for (const diesAt of [1, 2, 999, 1000, 4321, undefined]) {
      const dies = diesAt === undefined ? {} : { diesAt };
      parts.push(await run({ ...common, role: 'reader', reader: 1, seed: 1, ...dies }));
    }
    return parts;
  };
  const [parts, ...others] = await Promise.all([
    readWithReplacements(),
    run({ ...common, role: 'reader', reader: 0, seed: 0 }),
    run({ ...common, role: 'reader', reader: 2, seed: 2 }),
    run({ ...common, role: 'writer', reader: 0, seed: 7 }),
  ]);
  assert.deepEqual(
    parts.map(({ first, last, fault }) => ({ first, last, fault })),
    [
      [1, 1],
      [2, 2],
      [3, 999],
      [1000, 1000],
      [1001, 4321],
      [4322, records],
    ].map(([first, last]) => ({ first, last, fault: undefined })),
  );
  assert.equal(
    parts.reduce((sum, part) => sum + part.count, 0),
    records,
  );
  for (const result of others) assert.deepEqual([result.last, result.fault], [records, undefined]);
});
