/** Bounds on what is buffered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter } from '../../src/records/counters.js';
import { checked, newStream, ToClient, ToServer } from './harness.js';

test('the first gap of a direction is skipped when too many bytes are queued', () => {
  const stream = newStream({ queuedBytes: 1000 });
  stream.handshake(1000, 5000);
  for (let i = 0; i < 10; i++) stream.send(ToServer, { seq: 1101 + i * 100, data: 'x'.repeat(100), ack: 1 });
  assert.equal(stream.buffered(), 1000);
  stream.send(ToServer, { seq: 2101, data: 'y', ack: 1 });
  assert.deepEqual(stream.flows[0].of(ToServer), [
    { missing: 100, reason: 'limit', skipping: false },
    `${'x'.repeat(1000)}y`,
  ]);
  assert.equal(stream.buffered(), 0);
});

test('the first gap of a direction is skipped when too many segments are queued', () => {
  const stream = newStream({ queuedSegments: 5 });
  stream.handshake(1000, 5000);
  for (let i = 0; i < 6; i++) stream.send(ToServer, { seq: 1101 + i * 10, data: 'x', ack: 1 });
  assert.deepEqual(stream.flows[0].of(ToServer), [{ missing: 100, reason: 'limit', skipping: false }, 'x']);
  assert.equal(stream.buffered(), 5);
});

test('segments truncated to nothing count as queued segments', () => {
  const stream = newStream({ queuedSegments: 5 });
  stream.handshake(1000, 5000);
  for (let i = 0; i < 100; i++) stream.send(ToServer, { seq: 1101 + i * 100, wire: 10, ack: 1 });
  assert.equal(stream.flows[0].flow.halves[ToServer].queuedSegments, 5);
});

test('over the memory cap, the least recently used connections deliver what they buffer', () => {
  const stream = newStream({ totalBytes: 1000 });
  for (let i = 0; i < 12; i++) {
    const clientPort = 40000 + i;
    stream.handshake(1000, 5000, { clientPort });
    stream.send(ToServer, { clientPort, seq: 1101, data: 'x'.repeat(100) });
    assert.ok(stream.buffered() <= 1000);
  }
  const dropped = stream.flows.map((flow) => flow.of(ToServer).length > 0);
  // The eleventh makes it 1100; four are dropped, which leaves 700; then comes the twelfth.
  assert.deepEqual(dropped, [...new Array(4).fill(true), ...new Array(8).fill(false)]);
  assert.deepEqual(stream.flows[0].of(ToServer), [
    { missing: 100, reason: 'limit', skipping: false },
    'x'.repeat(100),
  ]);
  assert.equal(stream.buffered(), 800);
  assert.equal(stream.counters[Counter.streams_gaps], 4);
});

test('the cost of a queued segment counts toward the memory cap', () => {
  const stream = newStream({ totalBytes: 10000, segmentCost: 320 });
  for (let i = 0; i < 10; i++) {
    const clientPort = 40000 + i;
    stream.handshake(1000, 5000, { clientPort });
    for (let j = 0; j < 10; j++) stream.send(ToServer, { clientPort, seq: 1101 + 10 * j, data: 'x' });
  }
  // The fourth exceeds 10000: buffers are dropped until three quarters are in use, each time.
  const queueing = stream.flows.filter(({ flow }) => flow.halves[ToServer].queuedSegments > 0).length;
  assert.ok(queueing >= 2 && queueing <= 3, `${queueing} connections`);
  assert.ok(stream.counters[Counter.streams_gaps] >= 7);
});

test('unconsumed bytes count toward the memory cap', () => {
  const stream = newStream({ totalBytes: 1000, unconsumedBytes: 500 }, (_flow, events) =>
    checked({
      data: (_dir, _buf, start) => start,
      gap: (dir, missing, reason, skipping) => events.push({ kind: 'gap', dir, missing, reason, skipping }),
      close() {},
    }),
  );
  for (let i = 0; i < 30; i++) {
    stream.send(ToServer, { clientPort: 40000 + i, seq: 1, data: 'x'.repeat(90) });
    assert.ok(stream.buffered() <= 1000);
  }
  assert.deepEqual(stream.flows[0].of(ToServer), [{ missing: 90, reason: 'limit', skipping: false }]);
  assert.deepEqual(stream.flows[29].of(ToServer), []);
});

test('ignored connections buffer nothing', () => {
  const stream = newStream({ totalBytes: 1000 }, (flow) => ({
    data(dir, _buf, start, end) {
      if (dir === ToClient) flow.ignored = true;
      return dir === ToClient ? end : start;
    },
    gap() {},
    close() {},
  }));
  for (let i = 0; i < 20; i++) {
    const clientPort = 40000 + i;
    stream.handshake(1000, 5000, { clientPort });
    stream.send(ToServer, { clientPort, seq: 1001, data: 'x'.repeat(100) });
    stream.send(ToServer, { clientPort, seq: 1201, data: 'x'.repeat(100) });
    stream.send(ToClient, { clientPort, seq: 5001, data: 'no' });
    assert.equal(stream.buffered(), 0);
  }
  assert.equal(stream.counters[Counter.streams_gaps], 0);
});
