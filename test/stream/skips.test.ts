/** Bytes that a decoder skips, and those that the snapshot length has truncated. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter } from '../../src/records/counters.js';
import { newRandom } from '../helpers/random.js';
import { type Decoded, message, messages, newStream, ToServer } from './harness.js';

const PAYLOAD = 'p'.repeat(10000);

test('skipped bytes are not shown; the message ends with the packet of its last byte', () => {
  const decoded: Decoded = [];
  const stream = newStream({}, messages(3, decoded));
  stream.handshake(1000, 5000);
  const whole = Buffer.concat([message(PAYLOAD), message('abc'), message(PAYLOAD), message('')]);
  const ends: number[] = [];
  for (let at = 0; at < whole.length; at += 1000) {
    stream.send(ToServer, { seq: 1001 + at, data: whole.subarray(at, at + 1000) });
    ends.push(stream.at.packet);
  }
  assert.deepEqual(decoded, [
    { dir: ToServer, length: 10000, head: 'ppp', truncated: false, packet: ends[10] },
    { dir: ToServer, length: 3, head: 'abc', truncated: false, packet: ends[10] },
    { dir: ToServer, length: 10000, head: 'ppp', truncated: false, packet: ends[20] },
    { dir: ToServer, length: 0, head: '', truncated: false, packet: ends[20] },
  ]);
  assert.equal(stream.buffered(), 0);
});

test('a message whose skip ends with a segment ends there, not with the next', () => {
  const decoded: Decoded = [];
  const stream = newStream({}, messages(0, decoded));
  stream.handshake(1000, 5000);
  const whole = message('p'.repeat(196));
  stream.send(ToServer, { seq: 1001, data: whole.subarray(0, 100) });
  assert.equal(decoded.length, 0);
  stream.send(ToServer, { seq: 1101, data: whole.subarray(100) });
  assert.deepEqual(decoded, [
    { dir: ToServer, length: 196, head: '', truncated: false, packet: stream.at.packet },
  ]);
});

test('skipped bytes may be out of order', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = newRandom(seed);
    const decoded: Decoded = [];
    const stream = newStream({}, messages(5, decoded));
    stream.handshake(1000, 5000);
    const sent = Array.from({ length: 20 }, () => random.bytes(random.below(3000)));
    const whole = Buffer.concat(sent.map(message));
    const segments: { seq: number; data: Uint8Array }[] = [];
    for (let at = 0; at < whole.length; ) {
      const length = random.between(1, 700);
      segments.push({ seq: 1001 + at, data: whole.subarray(at, at + length) });
      at += length;
    }
    for (const segment of random.shuffle(segments)) stream.send(ToServer, segment);
    assert.deepEqual(
      decoded.map((item) => 'head' in item && [item.length, item.head, item.truncated]),
      sent.map((bytes) => [bytes.length, Buffer.from(bytes.subarray(0, 5)).toString('latin1'), false]),
      `seed ${seed}`,
    );
  }
});

test('a gap within a skip leaves the message incomplete and the decoder in sync', () => {
  const decoded: Decoded = [];
  const stream = newStream({}, messages(3, decoded));
  stream.handshake(1000, 5000);
  const whole = Buffer.concat([message(PAYLOAD), message('abc')]);
  stream.send(ToServer, { seq: 1001, data: whole.subarray(0, 2000) });
  stream.send(ToServer, { seq: 1001 + 5000, data: whole.subarray(5000) });
  stream.end();
  assert.deepEqual(
    decoded.map((item) => 'head' in item && [item.length, item.head, item.truncated]),
    [
      [10000, 'ppp', true],
      [3, 'abc', false],
    ],
  );
  assert.deepEqual(
    [stream.counters[Counter.streams_gaps], stream.counters[Counter.streams_gap_bytes]],
    [1, 3000],
  );
});

test('a gap up to the end of a skip ends the message there', () => {
  const decoded: Decoded = [];
  const stream = newStream({}, messages(3, decoded));
  stream.handshake(1000, 5000);
  const whole = Buffer.concat([message(PAYLOAD), message('abc')]);
  stream.send(ToServer, { seq: 1001, data: whole.subarray(0, 2000) });
  stream.send(ToServer, { seq: 1001 + 10004, data: whole.subarray(10004) });
  stream.end();
  assert.deepEqual(
    decoded.map((item) => 'head' in item && [item.length, item.head, item.truncated]),
    [
      [10000, 'ppp', true],
      [3, 'abc', false],
    ],
  );
});

test('a gap beyond the end of a skip ends the message, then sync is lost', () => {
  const decoded: Decoded = [];
  const stream = newStream({}, messages(3, decoded));
  stream.handshake(1000, 5000);
  const whole = Buffer.concat([message(PAYLOAD), message('abc'), message('def')]);
  stream.send(ToServer, { seq: 1001, data: whole.subarray(0, 2000) });
  stream.send(ToServer, { seq: 1001 + 10006, data: whole.subarray(10006) });
  stream.end();
  assert.deepEqual(
    decoded.map((item) => ('head' in item ? [item.length, item.head, item.truncated] : item)),
    [[10000, 'ppp', true], { lost: 2, dir: ToServer }],
  );
});

const WHOLE = Buffer.concat([message('p'.repeat(3000)), message('abc')]);

test('a segment truncated within a skip leaves only the message incomplete', () => {
  const decoded: Decoded = [];
  const stream = newStream({}, messages(3, decoded));
  stream.handshake(1000, 5000);
  for (let at = 0; at < 3000; at += 1000) {
    stream.send(ToServer, { seq: 1001 + at, data: WHOLE.subarray(at, at + 100), wire: 1000 });
  }
  stream.send(ToServer, { seq: 1001 + 3000, data: WHOLE.subarray(3000) });
  assert.deepEqual(
    decoded.map((item) => 'head' in item && [item.length, item.head, item.truncated]),
    [
      [3000, 'ppp', true],
      [3, 'abc', false],
    ],
  );
  assert.equal(stream.counters[Counter.streams_cut_bytes], 2700);
  assert.equal(stream.counters[Counter.streams_gaps], 0);
});

test('a segment truncated at the end of a skip ends the message', () => {
  const decoded: Decoded = [];
  const stream = newStream({}, messages(3, decoded));
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: WHOLE.subarray(0, 100), wire: 3004 });
  assert.deepEqual(decoded, [
    { dir: ToServer, length: 3000, head: 'ppp', truncated: true, packet: stream.at.packet },
  ]);
  stream.send(ToServer, { seq: 1001 + 3004, data: WHOLE.subarray(3004) });
  assert.equal(decoded.length, 2);
});

test('a segment truncated outside a skip is a gap', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: 'abc', wire: 10 });
  stream.send(ToServer, { seq: 1011, data: 'klm' });
  assert.deepEqual(stream.flows[0].of(ToServer), [
    'abc',
    { missing: 7, reason: 'snaplen', skipping: false },
    'klm',
  ]);
  assert.deepEqual(
    stream.flows[0].events.filter((event) => event.kind === 'observed gap'),
    [{ kind: 'observed gap', dir: ToServer, missing: 7, reason: 'snaplen' }],
  );
  assert.deepEqual(
    [
      stream.counters[Counter.streams_gaps],
      stream.counters[Counter.streams_gap_bytes],
      stream.counters[Counter.streams_cut_bytes],
    ],
    [1, 7, 7],
  );
});

test('truncated segments out of order are delivered in order', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1021, data: 'uvw', wire: 10 });
  stream.send(ToServer, { seq: 1011, wire: 10 });
  stream.send(ToServer, { seq: 1016, data: 'XXX', wire: 5 });
  stream.send(ToServer, { seq: 1001, data: 'abcdefghij' });
  stream.send(ToServer, { seq: 1031, data: 'end' });
  assert.deepEqual(stream.flows[0].of(ToServer), [
    'abcdefghij',
    { missing: 10, reason: 'snaplen', skipping: false },
    'uvw',
    { missing: 7, reason: 'snaplen', skipping: false },
    'end',
  ]);
  assert.equal(stream.counters[Counter.streams_differing_bytes], 0);
  assert.equal(stream.buffered(), 0);
});

test('of a truncated retransmission only the new bytes count', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1001, data: 'abcdefghij' });
  stream.send(ToServer, { seq: 1006, data: 'fgh', wire: 10 });
  assert.deepEqual(stream.flows[0].of(ToServer), [
    'abcdefghij',
    { missing: 5, reason: 'snaplen', skipping: false },
  ]);
  assert.equal(stream.counters[Counter.streams_cut_bytes], 5);
});
