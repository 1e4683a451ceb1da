/** Unconsumed bytes are shown again, and bounded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlowDecoder } from '../../src/protocols/protocol.js';
import { checked, type Decoded, message, messages, newStream, ToClient, ToServer } from './harness.js';

const waitingFor = (minBytes: number): ((flow: unknown, events: unknown[]) => FlowDecoder) => {
  return (_flow, events) =>
    checked({
      data(dir, buf, start, end) {
        if (end - start < minBytes) return start;
        events.push({ kind: 'data', dir, bytes: Buffer.from(buf.subarray(start, end)) });
        return end;
      },
      gap: (dir, missing, reason, skipping) => events.push({ kind: 'gap', dir, missing, reason, skipping }),
      close: (reason) => events.push({ kind: 'close', reason }),
    });
};

test('unconsumed bytes are shown again with more', () => {
  const stream = newStream({}, waitingFor(10));
  stream.handshake(1000, 5000);
  for (let i = 0; i < 30; i++) stream.send(ToServer, { seq: 1001 + i, data: String(i % 10) });
  assert.deepEqual(stream.flows[0].of(ToServer), ['0123456789'.repeat(3)]);
  assert.equal(stream.flows[0].events.length, 3);
});

test('too many unconsumed bytes are dropped', () => {
  const stream = newStream({ unconsumedBytes: 100 }, waitingFor(1000));
  stream.handshake(1000, 5000);
  for (let i = 0; i < 101; i++) {
    assert.equal(stream.buffered(), i);
    stream.send(ToServer, { seq: 1001 + i, data: 'x' });
  }
  assert.deepEqual(stream.flows[0].of(ToServer), [{ missing: 101, reason: 'limit', skipping: false }]);
  assert.equal(stream.buffered(), 0);
});

test('unconsumed bytes are dropped at a gap', () => {
  const stream = newStream({}, waitingFor(5));
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: 'abc' });
  stream.send(ToServer, { seq: 1010, data: 'jklmn' });
  stream.end();
  assert.deepEqual(stream.flows[0].of(ToServer), [{ missing: 6, reason: 'lost', skipping: false }, 'jklmn']);
});

test('the decoder that takes over within a call is shown the unconsumed bytes of both directions', () => {
  const stream = newStream({}, (flow, events) => {
    let seen = 0;
    const real = checked({
      data(dir, buf, start, end) {
        events.push({ kind: 'data', dir, bytes: Buffer.from(buf.subarray(start, end)) });
        return end;
      },
      gap() {},
      close: (reason) => events.push({ kind: 'close', reason }),
    });
    return {
      data(_dir, _buf, start) {
        if (++seen === 4) flow.decoder = real;
        return start;
      },
      gap: () => assert.fail('nothing is missing'),
      close: () => assert.fail('another decoder has taken over'),
    };
  });
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: 'ab' });
  stream.send(ToClient, { seq: 5001, data: 'xy' });
  stream.send(ToServer, { seq: 1003, data: 'cd' });
  stream.send(ToClient, { seq: 5003, data: 'z' });
  stream.send(ToServer, { seq: 1005, data: 'e' });
  stream.end();
  const [flow] = stream.flows;
  assert.deepEqual(flow.of(ToServer), ['abcde']);
  assert.deepEqual(flow.of(ToClient), ['xyz']);
  assert.equal(flow.closed(), 'end');
});

test('the decoder that takes over at the first segment may skip', () => {
  const decoded: Decoded = [];
  const stream = newStream({}, (flow, events) => ({
    data(_dir, _buf, start) {
      flow.decoder = messages(2, decoded)(flow, events);
      return start;
    },
    gap() {},
    close() {},
  }));
  stream.handshake(1000, 5000);
  const whole = Buffer.concat([message('x'.repeat(500)), message('yes')]);
  for (let at = 0; at < whole.length; at += 50) {
    stream.send(ToServer, { seq: 1001 + at, data: whole.subarray(at, at + 50) });
  }
  assert.deepEqual(
    decoded.map((item) => 'head' in item && [item.length, item.head]),
    [
      [500, 'xx'],
      [3, 'ye'],
    ],
  );
});
