/** What waits out of order is bounded. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Counter } from '../../src/records/counters.js';
import { checked, newStream, ToClient, ToServer } from './harness.js';

describe('the bounds on what waits out of order', () => {
  it('bytes: the oldest hole goes when they are exceeded', () => {
    const stream = newStream({ queuedBytes: 1000 });
    stream.handshake(1000, 5000);
    for (let i = 0; i < 10; i++)
      stream.send(ToServer, { seq: 1101 + i * 100, data: 'x'.repeat(100), ack: 1 });
    assert.equal(stream.waiting(), 1000);
    stream.send(ToServer, { seq: 2101, data: 'y', ack: 1 });
    assert.deepEqual(stream.flows[0].of(ToServer), [
      { missing: 100, reason: 'limit', skipping: false },
      `${'x'.repeat(1000)}y`,
    ]);
    assert.equal(stream.waiting(), 0);
  });

  it('segments: the same', () => {
    const stream = newStream({ queuedSegments: 5 });
    stream.handshake(1000, 5000);
    for (let i = 0; i < 6; i++) stream.send(ToServer, { seq: 1101 + i * 10, data: 'x', ack: 1 });
    assert.deepEqual(stream.flows[0].of(ToServer), [{ missing: 100, reason: 'limit', skipping: false }, 'x']);
    assert.equal(stream.waiting(), 5);
  });

  it('segments cut to nothing count too', () => {
    const stream = newStream({ queuedSegments: 5 });
    stream.handshake(1000, 5000);
    for (let i = 0; i < 100; i++) stream.send(ToServer, { seq: 1101 + i * 100, wire: 10, ack: 1 });
    assert.equal(stream.flows[0].flow.halves[ToServer].queuedSegments, 5);
  });

  it('of all connections together: those that were silent for longest let go first', () => {
    const stream = newStream({ totalBytes: 1000 });
    for (let i = 0; i < 12; i++) {
      const clientPort = 40000 + i;
      stream.handshake(1000, 5000, { clientPort });
      stream.send(ToServer, { clientPort, seq: 1101, data: 'x'.repeat(100) });
      assert.ok(stream.waiting() <= 1000);
    }
    const given = stream.flows.map((flow) => flow.of(ToServer).length > 0);
    // The eleventh made it 1100: the oldest four went, which leaves 700; then the twelfth came.
    assert.deepEqual(given, [...new Array(4).fill(true), ...new Array(8).fill(false)]);
    assert.deepEqual(stream.flows[0].of(ToServer), [
      { missing: 100, reason: 'limit', skipping: false },
      'x'.repeat(100),
    ]);
    assert.equal(stream.waiting(), 800);
    assert.equal(stream.counters[Counter.streams_gaps], 4);
  });

  it('of all connections together: what it costs to keep a segment counts, however few bytes it has', () => {
    const stream = newStream({ totalBytes: 10000, segmentCost: 320 });
    for (let i = 0; i < 10; i++) {
      const clientPort = 40000 + i;
      stream.handshake(1000, 5000, { clientPort });
      for (let j = 0; j < 10; j++) stream.send(ToServer, { clientPort, seq: 1101 + 10 * j, data: 'x' });
    }
    // The fourth made it more than 10000: as many went as leave three quarters of it, again and again.
    const waits = stream.flows.filter(({ flow }) => flow.halves[ToServer].queuedSegments > 0).length;
    assert.ok(waits >= 2 && waits <= 3, `${waits} connections`);
    assert.ok(stream.counters[Counter.streams_gaps] >= 7);
  });

  it('of all connections together: what decoders hold back counts', () => {
    const stream = newStream({ totalBytes: 1000, unconsumedBytes: 500 }, (_flow, events) =>
      checked({
        data: (_dir, _buf, start) => start,
        gap: (dir, missing, reason, skipping) => events.push({ kind: 'gap', dir, missing, reason, skipping }),
        close() {},
      }),
    );
    for (let i = 0; i < 30; i++) {
      stream.send(ToServer, { clientPort: 40000 + i, seq: 1, data: 'x'.repeat(90) });
      assert.ok(stream.waiting() <= 1000);
    }
    assert.deepEqual(stream.flows[0].of(ToServer), [{ missing: 90, reason: 'limit', skipping: false }]);
    assert.deepEqual(stream.flows[29].of(ToServer), []);
  });

  it('are not used up by connections that are ignored', () => {
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
      assert.equal(stream.waiting(), 0);
    }
    assert.equal(stream.counters[Counter.streams_gaps], 0);
  });
});
