/** Connections of which one direction is never seen. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Counter } from '../../src/records/counters.js';
import { ACK, FIN, newStream, RST, type Stream, SYN, ToClient, ToServer } from './harness.js';

const told = (stream: Stream, flow = 0) =>
  stream.flows[flow].events.flatMap((event) => (event.kind === 'one-sided' ? [event.missing] : []));

/** A client whose packets alone are seen; the server answers each with ten bytes. */
function client(stream: Stream, packets: number, isn = 1000): void {
  stream.send(ToServer, { seq: isn, flags: SYN });
  stream.send(ToServer, { seq: isn + 1, ack: 5001 });
  for (let i = 0; i < packets; i++) {
    stream.send(ToServer, { seq: isn + 1 + i, data: 'x', ack: 5001 + 10 * i });
  }
}

describe('a connection of which one direction is never seen', () => {
  it('is told once, after some packets, and what was missed is told again and again', () => {
    const stream = newStream();
    client(stream, 61);
    assert.deepEqual(told(stream), []);
    stream.send(ToServer, { seq: 1062, data: 'x', ack: 5611 });
    assert.deepEqual(told(stream), [610]);
    assert.equal(stream.flows[0].data(ToServer).length, 62);
    assert.deepEqual(stream.flows[0].of(ToClient), [{ missing: 610, reason: 'lost', skipping: false }]);
    for (let i = 0; i < 64; i++) stream.send(ToServer, { seq: 1063 + i, data: 'x', ack: 5621 + i });
    assert.deepEqual(told(stream), [610]);
    assert.deepEqual(stream.flows[0].of(ToClient)[1], { missing: 73, reason: 'lost', skipping: false });
    assert.deepEqual(
      [stream.counters[Counter.flows_asymmetric], stream.counters[Counter.streams_gap_bytes]],
      [1, 683],
    );
    // No line for each of them besides.
    assert.ok(!stream.flows[0].events.some((event) => event.kind === 'watched'));
  });

  it('goes on where the other direction comes late: from where it is', () => {
    const stream = newStream();
    client(stream, 62);
    stream.send(ToClient, { seq: 5601, data: 'ten bytes.', ack: 1063 });
    stream.send(ToClient, { seq: 5611, data: 'fresh', ack: 1063 });
    assert.deepEqual(stream.flows[0].of(ToClient).slice(1), ['fresh']);
  });

  it('whose client is never seen, or whose start is not', () => {
    const stream = newStream();
    for (let i = 0; i < 64; i++) stream.send(ToClient, { seq: 5001 + i, data: 'x', ack: 1000 + 2 * i });
    assert.deepEqual(told(stream), [126]);
    assert.deepEqual(stream.flows[0].of(ToServer), [{ missing: 126, reason: 'lost', skipping: false }]);
  });

  it('is told at its end, if that comes sooner', () => {
    for (const [flags, packets, expected] of [
      [RST, 4, [30]],
      [RST | ACK, 1, [0]],
      [undefined, 4, [30]],
    ] as const) {
      const stream = newStream();
      client(stream, packets);
      if (flags !== undefined) stream.send(ToServer, { seq: 1001 + packets, flags });
      else stream.end();
      assert.deepEqual(told(stream), expected);
    }
  });

  it('is over some time after it has ended, though the other end is not seen to', () => {
    const stream = newStream();
    client(stream, 3);
    stream.send(ToServer, { seq: 1004, flags: FIN | ACK, ack: 5031 });
    stream.at.seconds += 10;
    stream.reassembler.tick(stream.at);
    assert.equal(stream.flows[0].closed(), undefined);
    stream.at.seconds++;
    stream.reassembler.tick(stream.at);
    assert.equal(stream.flows[0].closed(), 'fin');
    assert.deepEqual(told(stream), [30]);
    assert.equal(stream.counters[Counter.flows_open], 0);
  });
});

describe('no one-sided connection', () => {
  it('is one with any packet of the other direction, however many of one follow', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    for (let i = 0; i < 500; i++) stream.send(ToServer, { seq: 1001 + i, data: 'x', ack: 5001 + i });
    stream.end();
    assert.deepEqual(told(stream), []);
  });

  it('is one without data, or with next to no packets', () => {
    const stream = newStream();
    for (let i = 0; i < 200; i++) stream.send(ToServer, { seq: 1000, ack: 5000 });
    stream.send(ToServer, { clientPort: 40001, seq: 1000, flags: SYN });
    stream.send(ToServer, { clientPort: 40001, seq: 1001, data: 'abc' });
    stream.end();
    assert.deepEqual([told(stream, 0), told(stream, 1)], [[], []]);
    assert.equal(stream.counters[Counter.flows_asymmetric], 0);
  });
});
