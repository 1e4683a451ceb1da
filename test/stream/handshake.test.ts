/** How connections start: port reuse, and starts that were not seen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter } from '../../src/records/counters.js';
import { ACK, FIN, newStream, RST, SYN, ToClient, ToServer } from './harness.js';

test('a new SYN closes the old connection and opens another', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: 'old' });
  stream.send(ToServer, { seq: 1010, data: 'waits' });
  stream.handshake(777000, 888000);
  stream.send(ToServer, { seq: 777001, data: 'new' });
  stream.send(ToClient, { seq: 888001, data: 'answer' });
  assert.equal(stream.flows.length, 2);
  assert.equal(stream.flows[0].closed(), 'reused');
  assert.deepEqual(stream.flows[0].of(ToServer), [
    'old',
    { missing: 6, reason: 'lost', skipping: false },
    'waits',
  ]);
  assert.deepEqual(stream.flows[1].of(ToServer), ['new']);
  assert.deepEqual(stream.flows[1].of(ToClient), ['answer']);
  assert.equal(stream.counters[Counter.flows_open], 1);
});

test('a new SYN after the end opens a connection', () => {
  const stream = newStream();
  for (const isn of [1000, 9000, 4_000_000_000, 1000]) {
    stream.handshake(isn, isn);
    stream.send(ToServer, { seq: isn + 1, data: 'data', flags: ACK | FIN, ack: isn + 1 });
    stream.send(ToClient, { seq: isn + 1, flags: ACK | FIN, ack: isn + 6 });
    stream.send(ToServer, { seq: isn + 6, ack: isn + 2 });
  }
  assert.equal(stream.flows.length, 4);
  assert.ok(stream.flows.every((flow) => flow.closed() === 'fin' && flow.flow.fromStart));
  assert.ok(stream.flows.every((flow) => flow.of(ToServer)[0] === 'data'));
});

test('data from elsewhere in sequence space after the end open a connection', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, flags: ACK | FIN, ack: 5001 });
  stream.send(ToClient, { seq: 5001, flags: ACK | FIN, ack: 1002 });
  stream.send(ToServer, { seq: 3_000_000_000, data: 'new', ack: 42 });
  assert.equal(stream.flows.length, 2);
  assert.equal(stream.flows[1].flow.fromStart, false);
  assert.deepEqual(stream.flows[1].of(ToServer), ['new']);
  assert.equal(stream.counters[Counter.flows_midstream], 1);
});

test('the last packets of a closed connection open none', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: 'abc', flags: ACK | FIN, ack: 5001 });
  stream.send(ToClient, { seq: 5001, flags: ACK | FIN, ack: 1005 });
  stream.send(ToServer, { seq: 1001, data: 'abc', flags: ACK | FIN, ack: 5001 });
  stream.send(ToServer, { seq: 1005, ack: 5002 });
  stream.send(ToClient, { seq: 5000, flags: SYN | ACK, ack: 1001 });
  assert.equal(stream.flows.length, 1);
});

test('a repeated SYN or SYN-ACK opens no connection', () => {
  const stream = newStream();
  for (let i = 0; i < 3; i++) stream.send(ToServer, { seq: 1000, flags: SYN });
  for (let i = 0; i < 3; i++) stream.send(ToClient, { seq: 5000, flags: SYN | ACK, ack: 1001 });
  stream.send(ToServer, { seq: 1001, data: 'abc' });
  stream.send(ToServer, { seq: 1000, flags: SYN });
  stream.send(ToServer, { seq: 1004, data: 'def' });
  assert.equal(stream.flows.length, 1);
  assert.deepEqual(stream.flows[0].of(ToServer), ['abcdef']);
});

test('a SYN-ACK whose SYN was not seen opens a connection', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToClient, { seq: 5001, data: 'old' });
  stream.send(ToClient, { seq: 3_000_000_000, flags: SYN | ACK, ack: 2_000_000_001 });
  stream.send(ToServer, { seq: 2_000_000_001, data: 'ask' });
  stream.send(ToClient, { seq: 3_000_000_001, data: 'new' });
  assert.equal(stream.flows.length, 2);
  assert.equal(stream.flows[0].closed(), 'reused');
  assert.deepEqual(stream.flows[1].of(ToServer), ['ask']);
  assert.deepEqual(stream.flows[1].of(ToClient), ['new']);
});

test('a SYN opens a connection after one picked up midstream from its server', () => {
  const stream = newStream();
  stream.send(ToClient, { seq: 70, data: 'old' });
  stream.send(ToServer, { seq: 5, ack: 73 });
  stream.handshake(9000, 8000);
  stream.send(ToClient, { seq: 8001, data: 'new' });
  assert.equal(stream.flows.length, 2);
  assert.deepEqual(stream.flows[1].of(ToClient), ['new']);
});

test('a SYN in the other direction opens a connection with the roles exchanged', () => {
  const stream = newStream();
  const ports = { clientPort: 50000, serverPort: 60000 };
  stream.send(ToServer, { ...ports, seq: 1, flags: SYN });
  stream.send(ToClient, { ...ports, seq: 9, flags: RST | ACK, ack: 2 });
  stream.send(ToClient, { ...ports, seq: 100, flags: SYN });
  stream.send(ToServer, { ...ports, seq: 200, flags: SYN | ACK, ack: 101 });
  stream.send(ToClient, { ...ports, seq: 101, data: 'ask' });
  assert.equal(stream.flows.length, 2);
  // The client's port has become the server's.
  assert.equal(stream.flows[1].flow.serverPort, 50000);
  assert.deepEqual(stream.flows[1].of(ToServer), ['ask']);
});

test('midstream pickup starts each direction at its first bytes', () => {
  const stream = newStream();
  stream.send(ToClient, { seq: 70, data: 'answer', ack: 30 });
  stream.send(ToServer, { seq: 30, data: 'ask', ack: 76 });
  stream.send(ToServer, { seq: 33, data: ' again', ack: 76 });
  const [flow] = stream.flows;
  assert.equal(flow.flow.fromStart, false);
  assert.equal(flow.flow.serverPort, 4730);
  assert.deepEqual(flow.of(ToServer), ['ask again']);
  assert.deepEqual(flow.of(ToClient), ['answer']);
  assert.equal(stream.counters[Counter.flows_midstream], 1);
  assert.equal(stream.counters[Counter.streams_gaps], 0);
});

test('a SYN-ACK synchronises both directions', () => {
  const stream = newStream();
  stream.send(ToClient, { seq: 5000, flags: SYN | ACK, ack: 1001 });
  stream.send(ToServer, { seq: 1004, data: 'def', ack: 5001 });
  stream.send(ToServer, { seq: 1001, data: 'abc', ack: 5001 });
  stream.send(ToClient, { seq: 5001, data: 'xyz', ack: 1007 });
  const [flow] = stream.flows;
  assert.equal(flow.flow.fromStart, true);
  assert.equal(flow.flow.serverPort, 4730);
  assert.deepEqual(flow.of(ToServer), ['abcdef']);
  assert.deepEqual(flow.of(ToClient), ['xyz']);
});

test('a SYN may come after its SYN-ACK', () => {
  const stream = newStream();
  stream.send(ToClient, { seq: 5000, flags: SYN | ACK, ack: 1001 });
  stream.send(ToServer, { seq: 1000, flags: SYN });
  stream.send(ToServer, { seq: 1001, data: 'abc', ack: 5001 });
  assert.equal(stream.flows.length, 1);
  assert.deepEqual(stream.flows[0].of(ToServer), ['abc']);
});

test('a connection of which only the FINs are seen is closed', () => {
  const stream = newStream();
  stream.send(ToServer, { seq: 30, flags: FIN | ACK, ack: 70 });
  stream.send(ToClient, { seq: 70, flags: FIN | ACK, ack: 31 });
  assert.equal(stream.flows[0].closed(), 'fin');
  assert.equal(stream.counters[Counter.streams_gaps], 0);
});
