/** Connections whose first packets come late, again, or not at all. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACK, FIN, newStream, RST, type Stream, SYN, ToClient, ToServer } from './harness.js';

function closed(): Stream {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: 'ask', ack: 5001 });
  stream.send(ToClient, { seq: 5001, data: 'answer', ack: 1004 });
  stream.send(ToServer, { seq: 1004, flags: ACK | FIN, ack: 5007 });
  stream.send(ToClient, { seq: 5007, flags: ACK | FIN, ack: 1005 });
  assert.equal(stream.flows[0].closed(), 'fin');
  return stream;
}

describe('a SYN', () => {
  it('that comes behind the data is no new connection', () => {
    const stream = newStream();
    stream.send(ToServer, { seq: 1001, data: 'ask', ack: 5001 });
    stream.send(ToClient, { seq: 5000, flags: SYN | ACK, ack: 1001 });
    stream.send(ToServer, { seq: 1000, flags: SYN });
    stream.send(ToServer, { seq: 1001, data: 'ask', ack: 5001 });
    assert.equal(stream.flows.length, 1);
    assert.deepEqual(stream.flows[0].of(ToServer), ['ask']);
  });

  it('that comes again after the end is no new connection, and nor is what follows it', () => {
    const stream = closed();
    stream.send(ToServer, { seq: 1000, flags: SYN });
    stream.send(ToServer, { seq: 1001, data: 'ask', ack: 5001 });
    stream.send(ToClient, { seq: 5001, data: 'answer', ack: 1004 });
    assert.equal(stream.flows.length, 1);
  });

  it('that was refused and comes again is one', () => {
    const stream = newStream();
    stream.send(ToServer, { seq: 1000, flags: SYN });
    stream.send(ToClient, { seq: 0, flags: RST | ACK, ack: 1001 });
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1001, data: 'ask', ack: 5001 });
    assert.deepEqual(stream.flows.at(-1)?.of(ToServer), ['ask']);
  });
});

describe('data behind the end', () => {
  it('of a direction of which only the FIN was seen are no new connection', () => {
    const stream = newStream();
    stream.send(ToClient, { seq: 5001, data: 'answer', ack: 1004 });
    stream.send(ToServer, { seq: 1004, flags: ACK | FIN, ack: 5007 });
    stream.send(ToClient, { seq: 5007, flags: ACK | FIN, ack: 1005 });
    stream.send(ToServer, { seq: 1001, data: 'ask', ack: 5001 });
    stream.send(ToServer, { seq: 1000, flags: SYN });
    stream.send(ToClient, { seq: 5001, data: 'answer', ack: 1004 });
    assert.equal(stream.flows.length, 1);
  });
});

describe('a direction whose SYN was not seen', () => {
  it('starts where the other acknowledges it before it sends anything', () => {
    const stream = newStream();
    stream.send(ToServer, { seq: 1000, flags: SYN });
    stream.send(ToServer, { seq: 1001, ack: 5001 });
    stream.send(ToClient, { seq: 5004, data: 'wer', ack: 1001 });
    stream.send(ToClient, { seq: 5001, data: 'ans', ack: 1001 });
    assert.deepEqual(stream.flows[0].of(ToClient), ['answer']);
  });

  it('and of which nothing tells where it starts is told as joined in its middle', () => {
    const stream = newStream();
    stream.send(ToServer, { seq: 1000, flags: SYN });
    stream.send(ToClient, { seq: 5004, data: 'wer', ack: 1001 });
    const [first] = stream.flows[0].events;
    assert.ok(first.kind === 'gap' && first.dir === ToClient && first.reason === 'midstream');
  });
});
