/** Asymmetric flows: one direction is never seen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter } from '../../src/records/counters.js';
import { ACK, FIN, newStream, RST, type Stream, SYN, ToClient, ToServer } from './harness.js';

const reportedMissing = (stream: Stream, flow = 0) =>
  stream.flows[flow].events.flatMap((event) => (event.kind === 'asymmetric' ? [event.missing] : []));

/** Only the client's packets are seen; its acknowledgements show that the server replies to each with ten bytes. */
function client(stream: Stream, packets: number, isn = 1000): void {
  stream.send(ToServer, { seq: isn, flags: SYN });
  stream.send(ToServer, { seq: isn + 1, ack: 5001 });
  for (let i = 0; i < packets; i++) {
    stream.send(ToServer, { seq: isn + 1 + i, data: 'x', ack: 5001 + 10 * i });
  }
}

test('an asymmetric flow is reported once, and its missing bytes at intervals', () => {
  const stream = newStream();
  client(stream, 61);
  assert.deepEqual(reportedMissing(stream), []);
  stream.send(ToServer, { seq: 1062, data: 'x', ack: 5611 });
  assert.deepEqual(reportedMissing(stream), [610]);
  assert.equal(stream.flows[0].data(ToServer).length, 62);
  assert.deepEqual(stream.flows[0].of(ToClient), [{ missing: 610, reason: 'lost', skipping: false }]);
  for (let i = 0; i < 64; i++) stream.send(ToServer, { seq: 1063 + i, data: 'x', ack: 5621 + i });
  assert.deepEqual(reportedMissing(stream), [610]);
  assert.deepEqual(stream.flows[0].of(ToClient)[1], { missing: 73, reason: 'lost', skipping: false });
  assert.deepEqual(
    [stream.counters[Counter.flows_asymmetric], stream.counters[Counter.streams_gap_bytes]],
    [1, 683],
  );
  // The missing bytes are not also reported as gaps.
  assert.ok(!stream.flows[0].events.some((event) => event.kind === 'observed gap'));
});

test('a direction that appears late starts where it is', () => {
  const stream = newStream();
  client(stream, 62);
  stream.send(ToClient, { seq: 5601, data: 'ten bytes.', ack: 1063 });
  stream.send(ToClient, { seq: 5611, data: 'fresh', ack: 1063 });
  assert.deepEqual(stream.flows[0].of(ToClient).slice(1), ['fresh']);
});

test("a flow of the server's packets alone is asymmetric too", () => {
  const stream = newStream();
  for (let i = 0; i < 64; i++) stream.send(ToClient, { seq: 5001 + i, data: 'x', ack: 1000 + 2 * i });
  assert.deepEqual(reportedMissing(stream), [126]);
  assert.deepEqual(stream.flows[0].of(ToServer), [{ missing: 126, reason: 'lost', skipping: false }]);
});

test('an asymmetric flow is reported when it ends, if that is sooner', () => {
  for (const [flags, packets, expected] of [
    [RST, 4, [30]],
    [RST | ACK, 1, [0]],
    [undefined, 4, [30]],
  ] as const) {
    const stream = newStream();
    client(stream, packets);
    if (flags !== undefined) stream.send(ToServer, { seq: 1001 + packets, flags });
    else stream.end();
    assert.deepEqual(reportedMissing(stream), expected);
  }
});

test('an asymmetric flow closes some time after its FIN', () => {
  const stream = newStream();
  client(stream, 3);
  stream.send(ToServer, { seq: 1004, flags: FIN | ACK, ack: 5031 });
  stream.at.seconds += 10;
  stream.reassembler.tick(stream.at);
  assert.equal(stream.flows[0].closed(), undefined);
  stream.at.seconds++;
  stream.reassembler.tick(stream.at);
  assert.equal(stream.flows[0].closed(), 'fin');
  assert.deepEqual(reportedMissing(stream), [30]);
  assert.equal(stream.counters[Counter.flows_open], 0);
});

test('a flow with any packet of the other direction is not asymmetric', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  for (let i = 0; i < 500; i++) stream.send(ToServer, { seq: 1001 + i, data: 'x', ack: 5001 + i });
  stream.end();
  assert.deepEqual(reportedMissing(stream), []);
});

test('a flow without data, or with only a few packets, is not asymmetric', () => {
  const stream = newStream();
  for (let i = 0; i < 200; i++) stream.send(ToServer, { seq: 1000, ack: 5000 });
  stream.send(ToServer, { clientPort: 40001, seq: 1000, flags: SYN });
  stream.send(ToServer, { clientPort: 40001, seq: 1001, data: 'abc' });
  stream.end();
  assert.deepEqual([reportedMissing(stream, 0), reportedMissing(stream, 1)], [[], []]);
  assert.equal(stream.counters[Counter.flows_asymmetric], 0);
});
