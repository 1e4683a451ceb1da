/** How connections end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter } from '../../src/records/counters.js';
import { ACK, FIN, newStream, RST, SYN, ToClient, ToServer } from './harness.js';

test('a connection is closed when both directions have sent a FIN', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: 'bye', flags: ACK | FIN, ack: 5001 });
  assert.equal(stream.flows[0].closed(), undefined);
  // The other direction is still open.
  stream.send(ToClient, { seq: 5001, data: 'late ', ack: 1005 });
  stream.send(ToClient, { seq: 5006, data: 'answer', ack: 1005 });
  assert.equal(stream.counters[Counter.flows_open], 1);
  stream.send(ToClient, { seq: 5012, flags: ACK | FIN, ack: 1005 });
  assert.equal(stream.flows[0].closed(), 'fin');
  stream.send(ToServer, { seq: 1005, ack: 5013 });
  assert.deepEqual(stream.flows[0].of(ToClient), ['late answer']);
  assert.deepEqual(stream.flows[0].of(ToServer), ['bye']);
  assert.equal(stream.flows.length, 1);
  assert.equal(stream.counters[Counter.flows_closed], 1);
  assert.equal(stream.counters[Counter.flows_open], 0);
});

test('a FIN waits for the bytes before it', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToClient, { seq: 5001, flags: ACK | FIN, ack: 1001 });
  stream.send(ToServer, { seq: 1007, flags: ACK | FIN, ack: 5002 });
  assert.equal(stream.flows[0].closed(), undefined);
  stream.send(ToServer, { seq: 1004, data: 'def', ack: 5002 });
  assert.equal(stream.flows[0].closed(), undefined);
  stream.send(ToServer, { seq: 1001, data: 'abc', ack: 5002 });
  assert.equal(stream.flows[0].closed(), 'fin');
  assert.deepEqual(stream.flows[0].of(ToServer), ['abcdef']);
});

test('a repeated FIN closes nothing twice', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  for (let i = 0; i < 3; i++) stream.send(ToServer, { seq: 1001, flags: ACK | FIN, ack: 5001 });
  assert.equal(stream.flows[0].closed(), undefined);
  for (let i = 0; i < 3; i++) stream.send(ToClient, { seq: 5001, flags: ACK | FIN, ack: 1002 });
  assert.equal(stream.flows[0].events.filter((event) => event.kind === 'close').length, 1);
  assert.equal(stream.flows.length, 1);
  assert.equal(stream.counters[Counter.flows_closed], 1);
});

test('lost bytes are reported once both ends have acknowledged the FIN after them', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: 'abc', ack: 5001 });
  stream.send(ToServer, { seq: 1010, data: 'jkl', ack: 5001 });
  stream.send(ToServer, { seq: 1013, flags: ACK | FIN, ack: 5001 });
  stream.send(ToClient, { seq: 5001, flags: ACK | FIN, ack: 1014 });
  assert.equal(stream.flows[0].closed(), undefined);
  stream.send(ToServer, { seq: 1014, ack: 5002 });
  assert.equal(stream.flows[0].closed(), 'fin');
  assert.deepEqual(stream.flows[0].of(ToServer), [
    'abc',
    { missing: 6, reason: 'lost', skipping: false },
    'jkl',
  ]);
  assert.equal(stream.counters[Counter.streams_gap_bytes], 6);
});

test('lost bytes right before a FIN are reported', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToClient, { seq: 5001, data: 'xy', ack: 1001 });
  stream.send(ToClient, { seq: 5010, flags: ACK | FIN, ack: 1001 });
  stream.send(ToServer, { seq: 1001, flags: ACK | FIN, ack: 5011 });
  stream.send(ToClient, { seq: 5011, ack: 1002 });
  assert.equal(stream.flows[0].closed(), 'fin');
  assert.deepEqual(stream.flows[0].of(ToClient), ['xy', { missing: 7, reason: 'lost', skipping: false }]);
  assert.equal(stream.counters[Counter.streams_gaps], 1);
  assert.ok(stream.flows[0].events.some((event) => event.kind === 'observed gap' && event.missing === 7));
});

test('queued segments are delivered when the capture ends', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1004, data: 'def', flags: ACK | FIN, ack: 5001 });
  stream.end();
  assert.deepEqual(stream.flows[0].of(ToServer), [{ missing: 3, reason: 'lost', skipping: false }, 'def']);
  assert.equal(stream.flows[0].closed(), 'end');
});

test('an RST delivers what is queued, then closes the connection', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1003, data: 'cd' });
  stream.send(ToClient, { seq: 5001, flags: RST | ACK, ack: 1001 });
  const [flow] = stream.flows;
  assert.deepEqual(flow.of(ToServer), [{ missing: 2, reason: 'lost', skipping: false }, 'cd']);
  assert.equal(flow.closed(), 'rst');
  assert.equal(stream.buffered(), 0);
});

test('the data of an RST are delivered', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: 'last', flags: RST | ACK, ack: 5001 });
  assert.deepEqual(stream.flows[0].of(ToServer), ['last']);
  assert.equal(stream.flows[0].closed(), 'rst');
});

test('an RST closes a refused connection; the next attempt is a new one', () => {
  const stream = newStream();
  for (let i = 0; i < 3; i++) {
    stream.send(ToServer, { seq: 1000, flags: SYN });
    stream.send(ToClient, { seq: 0, flags: RST | ACK, ack: 1001 });
  }
  assert.equal(stream.flows.length, 3);
  assert.ok(stream.flows.every((flow) => flow.closed() === 'rst'));
  assert.equal(stream.counters[Counter.flows_open], 0);
});

test('data after a rejected RST are a new connection, picked up midstream', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: 'abc', ack: 5001 });
  stream.send(ToClient, { seq: 5001, flags: RST });
  // A retransmission opens nothing; the next byte does.
  stream.send(ToServer, { seq: 1001, data: 'abc', ack: 5001 });
  stream.send(ToClient, { seq: 5001, ack: 1004 });
  assert.equal(stream.flows.length, 1);
  stream.send(ToServer, { seq: 1004, data: 'def', ack: 5001 });
  stream.send(ToClient, { seq: 5001, data: 'xyz', ack: 1007 });
  assert.equal(stream.flows.length, 2);
  assert.equal(stream.flows[1].flow.fromStart, false);
  assert.deepEqual(stream.flows[1].of(ToServer), ['def']);
  assert.deepEqual(stream.flows[1].of(ToClient), ['xyz']);
});
