/** The queue before an output, with a sink that takes a batch when the test says so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutputEvent, SinkEvents } from '../../src/output/line-sink.js';
import { newOutput } from '../../src/output/output-queue.js';

const LIMIT = 1000;
const BATCH = { bytes: new Uint8Array(400), lines: 4 };

test('an output that is too slow for a while is said so once, and that it is over, once, with all that it missed', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const said: OutputEvent[] = [];
  let sink: SinkEvents | undefined;
  const output = newOutput(
    (events) => {
      sink = events;
      return { name: 'slow', write() {}, isUp: () => true, close: () => Promise.resolve() };
    },
    { limit: LIMIT, patient: false, event: (event) => said.push(event), dead() {} },
  );
  const give = () => output.write(BATCH, () => {}, false);
  const take = () => sink?.acknowledged(0);
  const actions = () => said.map(({ action }) => action);

  // Half of what comes is taken, for a minute: now and then there is room, and soon there is none.
  for (let i = 0; i < 600; i++) {
    give();
    if (i % 2 === 0) take();
    t.mock.timers.tick(100);
  }
  assert.deepEqual(actions(), ['output_dropping']);
  while (output.waiting() > 0) take();
  t.mock.timers.tick(700);
  assert.deepEqual(actions(), ['output_dropping']);
  t.mock.timers.tick(400);
  assert.deepEqual(actions(), ['output_dropping', 'output_recovered']);
  const { written, dropped, waiting } = output.counts();
  assert.equal(said[1].dropped, dropped);
  assert.ok(dropped > 1000);
  assert.deepEqual([written + dropped, waiting], [600 * BATCH.lines, 0]);
});

/** An output whose sink does nothing, and what was asked of it. */
function held() {
  const said: OutputEvent[] = [];
  const asked: string[] = [];
  let sink: SinkEvents | undefined;
  const output = newOutput(
    (events) => {
      sink = events;
      return {
        name: 'held',
        write: () => asked.push('write'),
        reopen: () => asked.push('reopen'),
        isUp: () => true,
        close: async () => void asked.push('end'),
      };
    },
    { limit: LIMIT, patient: false, event: (event) => said.push(event), dead: () => asked.push('dead') },
  );
  return { output, sink: sink as unknown as SinkEvents, said, asked };
}

test('after its end nothing is asked of a sink, and what it still says is nobody’s business', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { output, sink, said, asked } = held();
  for (let i = 0; i < 4; i++) output.write(BATCH, () => {}, false);
  assert.deepEqual(
    said.map(({ action }) => action),
    ['output_dropping'],
  );
  await output.end();
  output.reopen();
  sink.acknowledged(0);
  sink.failed(new Error('too late'));
  t.mock.timers.tick(5000);
  sink.dead(new Error('too late'));
  assert.equal(
    output.write(BATCH, () => {}, true),
    false,
  );
  assert.deepEqual(asked, ['write', 'end']);
  assert.equal(said.length, 1);
});

test('it has recovered when something was written, not when it gave up a batch', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { output, sink, said } = held();
  const give = (lost: number) => {
    output.write(BATCH, () => {}, false);
    sink.acknowledged(lost);
    t.mock.timers.tick(5000);
    return said.map(({ action }) => action);
  };
  sink.failed(new Error('it does not work'));
  assert.deepEqual(give(BATCH.lines), ['output_failed']);
  assert.deepEqual(give(BATCH.lines), ['output_failed']);
  assert.deepEqual(give(1), ['output_failed', 'output_recovered']);
});
