/** First packets that arrive late, twice, or not at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACK, FIN, newStream, RST, type Stream, SYN, ToClient, ToServer } from './harness.js';

function newClosedStream(): Stream {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: 'ask', ack: 5001 });
  stream.send(ToClient, { seq: 5001, data: 'answer', ack: 1004 });
  stream.send(ToServer, { seq: 1004, flags: ACK | FIN, ack: 5007 });
  stream.send(ToClient, { seq: 5007, flags: ACK | FIN, ack: 1005 });
  assert.equal(stream.flows[0].closed(), 'fin');
  return stream;
}

test('a SYN after its data opens no connection', () => {
  const stream = newStream();
  stream.send(ToServer, { seq: 1001, data: 'ask', ack: 5001 });
  stream.send(ToClient, { seq: 5000, flags: SYN | ACK, ack: 1001 });
  stream.send(ToServer, { seq: 1000, flags: SYN });
  stream.send(ToServer, { seq: 1001, data: 'ask', ack: 5001 });
  assert.equal(stream.flows.length, 1);
  assert.deepEqual(stream.flows[0].of(ToServer), ['ask']);
});

test('a SYN repeated after the end opens no connection, nor do the data that follow it', () => {
  const stream = newClosedStream();
  stream.send(ToServer, { seq: 1000, flags: SYN });
  stream.send(ToServer, { seq: 1001, data: 'ask', ack: 5001 });
  stream.send(ToClient, { seq: 5001, data: 'answer', ack: 1004 });
  assert.equal(stream.flows.length, 1);
});

test('a SYN repeated after a refusal opens a connection', () => {
  const stream = newStream();
  stream.send(ToServer, { seq: 1000, flags: SYN });
  stream.send(ToClient, { seq: 0, flags: RST | ACK, ack: 1001 });
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: 'ask', ack: 5001 });
  assert.deepEqual(stream.flows.at(-1)?.of(ToServer), ['ask']);
});

test('data after the end of a direction of which only the FIN was seen open no connection', () => {
  const stream = newStream();
  stream.send(ToClient, { seq: 5001, data: 'answer', ack: 1004 });
  stream.send(ToServer, { seq: 1004, flags: ACK | FIN, ack: 5007 });
  stream.send(ToClient, { seq: 5007, flags: ACK | FIN, ack: 1005 });
  stream.send(ToServer, { seq: 1001, data: 'ask', ack: 5001 });
  stream.send(ToServer, { seq: 1000, flags: SYN });
  stream.send(ToClient, { seq: 5001, data: 'answer', ack: 1004 });
  assert.equal(stream.flows.length, 1);
});

test('a direction starts where the other acknowledges it before it sends anything', () => {
  const stream = newStream();
  stream.send(ToServer, { seq: 1000, flags: SYN });
  stream.send(ToServer, { seq: 1001, ack: 5001 });
  stream.send(ToClient, { seq: 5004, data: 'wer', ack: 1001 });
  stream.send(ToClient, { seq: 5001, data: 'ans', ack: 1001 });
  assert.deepEqual(stream.flows[0].of(ToClient), ['answer']);
});

test('a direction whose start is not known has a midstream gap', () => {
  const stream = newStream();
  stream.send(ToServer, { seq: 1000, flags: SYN });
  stream.send(ToClient, { seq: 5004, data: 'wer', ack: 1001 });
  const [first] = stream.flows[0].events;
  assert.ok(first.kind === 'gap' && first.dir === ToClient && first.reason === 'midstream');
});
