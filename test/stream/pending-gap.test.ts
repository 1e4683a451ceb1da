/** Pending gaps, as reported to the decoder. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACK, FIN, newStream, ToClient, ToServer } from './harness.js';

/** Records pending gaps, gaps and data in order. */
function newRecorder() {
  const events: (boolean | string)[] = [];
  const stream = newStream({ gapPackets: 3 }, () => ({
    data(_dir, buf, start, end) {
      events.push(Buffer.from(buf.subarray(start, end)).toString());
      return end;
    },
    gap: (_dir, missing) => events.push(`gap ${missing}`),
    onPendingGap: (pending) => events.push(pending),
    close: () => events.push('close'),
  }));
  stream.handshake(1000, 5000);
  return { stream, events };
}

test('a gap is pending from the first segment beyond it until it is filled', () => {
  const { stream, events } = newRecorder();
  stream.send(ToServer, { seq: 1001, data: 'ab', ack: 5001 });
  stream.send(ToServer, { seq: 1005, data: 'ef', ack: 5001 });
  stream.send(ToServer, { seq: 1007, data: 'gh', ack: 5001 });
  assert.deepEqual(events, ['ab', true]);
  stream.send(ToServer, { seq: 1003, data: 'cd', ack: 5001 });
  assert.deepEqual(events, ['ab', true, 'cd', 'ef', 'gh', false]);
});

test('bytes that their receiver has acknowledged are a pending gap though nothing came after them', () => {
  const { stream, events } = newRecorder();
  stream.send(ToServer, { seq: 1001, data: 'ab', ack: 5003 });
  assert.deepEqual(events, ['ab', true]);
  stream.send(ToClient, { seq: 5001, data: 'xy', ack: 1003 });
  assert.deepEqual(events, ['ab', true, 'xy', false]);
});

test('a skipped gap is not pending', () => {
  const { stream, events } = newRecorder();
  stream.send(ToServer, { seq: 1003, data: 'cd', ack: 5001 });
  for (let packets = 0; packets < 4; packets++) stream.send(ToClient, { seq: 5001, ack: 1005 });
  assert.deepEqual(events, [true, 'gap 2', 'cd', false]);
});

test('a FIN in order leaves no pending gap', () => {
  const { stream, events } = newRecorder();
  stream.send(ToServer, { seq: 1001, data: 'ab', flags: ACK | FIN, ack: 5001 });
  stream.send(ToClient, { seq: 5001, ack: 1004 });
  stream.send(ToClient, { seq: 5001, data: 'xy', ack: 1004 });
  stream.send(ToClient, { seq: 5003, flags: ACK | FIN, ack: 1004 });
  assert.deepEqual(events, ['ab', 'xy', 'close']);
});

test('a pending gap ends with the connection', () => {
  const { stream, events } = newRecorder();
  stream.send(ToServer, { seq: 1003, data: 'cd', ack: 5001 });
  stream.end();
  assert.deepEqual(events, [true, 'gap 2', 'cd', false, 'close']);
});
