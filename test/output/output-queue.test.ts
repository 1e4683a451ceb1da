/** The queue of an output, with a sink that the test controls. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutputEvent, SinkEvents } from '../../src/output/line-sink.js';
import { OutputQueue } from '../../src/output/output-queue.js';

const LIMIT = 1000;
const BATCH = { bytes: new Uint8Array(400), lines: 4 };

/** An output whose sink does nothing by itself, and the calls of that sink. */
function newTestQueue() {
  const events: OutputEvent[] = [];
  const calls: string[] = [];
  let sinkEvents: SinkEvents | undefined;
  const queue = new OutputQueue(
    (events) => {
      sinkEvents = events;
      return {
        name: 'test',
        write: () => calls.push('write'),
        reopen: () => calls.push('reopen'),
        isUp: () => true,
        close: async () => void calls.push('close'),
      };
    },
    {
      limit: LIMIT,
      backpressure: false,
      onEvent: (event) => events.push(event),
      onDead: () => calls.push('dead'),
    },
  );
  const actions = () => events.map(({ action }) => action);
  const write = () => queue.write(BATCH, () => {}, false);
  return { queue, sink: sinkEvents as unknown as SinkEvents, write, events, actions, calls };
}

test('a slow output reports once that it drops lines, and once that it recovered, with their number', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { queue, sink, write, events, actions } = newTestQueue();
  // The sink takes every second batch for a minute: there is room at times, but not for long.
  for (let i = 0; i < 600; i++) {
    write();
    if (i % 2 === 0) sink.acknowledged(0);
    t.mock.timers.tick(100);
  }
  assert.deepEqual(actions(), ['output_dropping']);
  while (queue.pendingBatches() > 0) sink.acknowledged(0);
  t.mock.timers.tick(700);
  assert.deepEqual(actions(), ['output_dropping']);
  t.mock.timers.tick(400);
  assert.deepEqual(actions(), ['output_dropping', 'output_recovered']);
  const { written, dropped, waiting } = queue.counts();
  assert.equal(events[1].dropped, dropped);
  assert.ok(dropped > 1000);
  assert.deepEqual([written + dropped, waiting], [600 * BATCH.lines, 0]);
});

test('after close() the sink gets no more calls, and its events are ignored', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { queue, sink, write, actions, calls } = newTestQueue();
  for (let i = 0; i < 4; i++) write();
  assert.deepEqual(actions(), ['output_dropping']);
  await queue.close();
  queue.reopen();
  sink.acknowledged(0);
  sink.failed(new Error('too late'));
  t.mock.timers.tick(5000);
  sink.dead(new Error('too late'));
  assert.equal(
    queue.write(BATCH, () => {}, true),
    false,
  );
  assert.deepEqual(calls, ['write', 'close']);
  assert.deepEqual(actions(), ['output_dropping']);
});

test('a written line is a recovery, a batch that is lost as a whole is not', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { sink, write, actions } = newTestQueue();
  const acknowledgeNext = (lost: number) => {
    write();
    sink.acknowledged(lost);
    t.mock.timers.tick(5000);
    return actions();
  };
  sink.failed(new Error('out of order'));
  assert.deepEqual(acknowledgeNext(BATCH.lines), ['output_failed']);
  assert.deepEqual(acknowledgeNext(BATCH.lines), ['output_failed']);
  assert.deepEqual(acknowledgeNext(1), ['output_failed', 'output_recovered']);
});
