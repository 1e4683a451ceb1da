/** When gaps are skipped. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter } from '../../src/records/counters.js';
import { newRandom } from '../helpers/random.js';
import { ACK, checked, FIN, newStream, SYN, ToClient, ToServer } from './harness.js';

test('a gap is skipped some packets after the receiver has acknowledged what is beyond it', () => {
  const stream = newStream({ gapPackets: 10 });
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1004, data: 'def', ack: 5001 });
  const [flow] = stream.flows;
  // Not acknowledged: it may still be retransmitted, however many packets pass.
  for (let i = 0; i < 100; i++) stream.send(ToClient, { seq: 5001 + i, data: '.', ack: 1001 });
  assert.deepEqual(flow.of(ToServer), []);
  for (let i = 0; i < 10; i++) stream.send(ToClient, { seq: 5101, ack: 1007 });
  assert.deepEqual(flow.of(ToServer), []);
  stream.send(ToClient, { seq: 5101, ack: 1007 });
  assert.deepEqual(flow.of(ToServer), [{ missing: 3, reason: 'lost', skipping: false }, 'def']);
  assert.deepEqual(
    flow.events.filter((event) => event.kind === 'observed gap'),
    [{ kind: 'observed gap', dir: ToServer, missing: 3, reason: 'lost' }],
  );
  assert.deepEqual(
    [stream.counters[Counter.streams_gaps], stream.counters[Counter.streams_gap_bytes]],
    [1, 3],
  );
  assert.equal(stream.buffered(), 0);
});

test('a gap is skipped while data continue beyond it', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  let packets = 0;
  for (let at = 4; at < 4000; at += 4) {
    stream.send(ToServer, { seq: 1001 + at, data: 'data', ack: 5001 });
    stream.send(ToClient, { seq: 5001, ack: 1001 + at + 4 });
    if (stream.counters[Counter.streams_gaps] === 0) packets += 2;
  }
  assert.equal(stream.counters[Counter.streams_gaps], 1);
  assert.ok(packets < 100, `${packets} packets waited`);
  assert.equal(stream.flows[0].of(ToServer)[1], 'data'.repeat(999));
});

test('a gap is skipped after a time, once it is acknowledged', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1004, data: 'def', ack: 5001 });
  stream.send(ToClient, { seq: 5001, ack: 1007 });
  stream.at.seconds += 3;
  stream.send(ToServer, { seq: 1007, data: 'ghi', ack: 5001 });
  assert.deepEqual(stream.flows[0].of(ToServer), [{ missing: 3, reason: 'lost', skipping: false }, 'defghi']);
});

test('a gap of a quiet connection is skipped after a time', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1004, data: 'def', ack: 5001 });
  stream.send(ToServer, { seq: 1010, data: 'jkl', ack: 5001 });
  stream.send(ToClient, { seq: 5001, ack: 1007 });
  stream.at.seconds += 2;
  stream.reassembler.tick(stream.at);
  assert.deepEqual(stream.flows[0].of(ToServer), []);
  stream.at.seconds += 1;
  stream.reassembler.tick(stream.at);
  const first = [{ missing: 3, reason: 'lost', skipping: false }, 'def'];
  assert.deepEqual(stream.flows[0].of(ToServer), first);
  // Of the second gap nothing is acknowledged: the timeout is longer, since it may still be retransmitted.
  stream.at.seconds += 50;
  stream.reassembler.tick(stream.at);
  assert.deepEqual(stream.flows[0].of(ToServer), first);
  stream.at.seconds += 10;
  stream.reassembler.tick(stream.at);
  assert.deepEqual(stream.flows[0].of(ToServer)[3], 'jkl');
  assert.equal(stream.buffered(), 0);
});

test('with gaps in very many quiet connections, a packet does a bounded part of the work', () => {
  const stream = newStream();
  for (let i = 0; i < 1000; i++) {
    stream.send(ToServer, { clientPort: 10000 + i, seq: 1000, flags: SYN });
    stream.send(ToServer, { clientPort: 10000 + i, seq: 1004, data: 'def' });
  }
  stream.at.seconds += 100;
  const skippedGaps: number[] = [];
  for (let n = 0; n < 5; n++) {
    stream.reassembler.tick(stream.at);
    skippedGaps.push(stream.counters[Counter.streams_gaps]);
  }
  assert.deepEqual(skippedGaps, [256, 512, 768, 1000, 1000]);
});

test('segments beyond a skipped gap are delivered at the time when they arrived', () => {
  const times: [string, number, number][] = [];
  const stream = newStream({}, () =>
    checked({
      data(_dir, buf, start, end, at) {
        times.push([Buffer.from(buf.subarray(start, end)).toString(), at.seconds, at.packet]);
        return end;
      },
      gap: (_dir, missing, _reason, _skipping, at) => times.push([`-${missing}`, at.seconds, at.packet]),
      close() {},
    }),
  );
  stream.handshake(1000, 5000);
  const { seconds } = stream.at;
  // Out of order too: the later bytes have the time of the earlier ones, which arrived after them.
  stream.send(ToServer, { seq: 1007, data: 'ghi', ack: 5001 });
  stream.at.seconds++;
  stream.send(ToServer, { seq: 1004, data: 'def', ack: 5001 });
  stream.at.seconds++;
  stream.send(ToServer, { seq: 1010, data: 'jkl', ack: 5001 });
  stream.at.seconds += 100;
  stream.send(ToClient, { seq: 5001, ack: 1013 });
  assert.deepEqual(times, [
    ['-3', seconds + 1, 5],
    ['def', seconds + 1, 5],
    ['ghi', seconds + 1, 5],
    ['jkl', seconds + 2, 6],
  ]);
});

test('the timeout starts anew at the next gap when one is filled', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1004, data: 'd', ack: 5001 });
  stream.send(ToServer, { seq: 1007, data: 'g', ack: 5001 });
  stream.at.seconds += 2;
  stream.send(ToServer, { seq: 1001, data: 'abc', ack: 5001 });
  stream.at.seconds += 1;
  stream.send(ToClient, { seq: 5001, ack: 1008 });
  assert.deepEqual(stream.flows[0].of(ToServer), ['abcd']);
  stream.send(ToServer, { seq: 1005, data: 'ef', ack: 5001 });
  assert.deepEqual(stream.flows[0].of(ToServer), ['abcdefg']);
  assert.equal(stream.counters[Counter.streams_gaps], 0);
});

test('one segment from far away does not make a gap while data continue', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1_000_000_000, data: 'astray', ack: 5001 });
  for (let i = 0; i < 300; i++) {
    stream.at.seconds++;
    stream.send(ToServer, { seq: 1001 + i, data: 'x', ack: 5001 });
    stream.send(ToClient, { seq: 5001, ack: 1002 + i });
  }
  assert.deepEqual(stream.flows[0].of(ToServer), ['x'.repeat(300)]);
});

test('a gap is skipped though no acknowledgement is ever seen', () => {
  const stream = newStream({ gapPackets: 10 });
  stream.send(ToServer, { seq: 1000, flags: SYN });
  stream.send(ToServer, { seq: 1004, data: 'def' });
  for (let i = 0; i < 10; i++) stream.send(ToServer, { seq: 1007 + i, data: '.' });
  assert.deepEqual(stream.flows[0].of(ToServer), [
    { missing: 3, reason: 'lost', skipping: false },
    `def${'.'.repeat(10)}`,
  ]);
});

test('a gap may be filled in part', () => {
  const stream = newStream();
  stream.handshake(1000, 5000);
  stream.send(ToServer, { seq: 1009, data: 'ij' });
  stream.send(ToServer, { seq: 1003, data: 'cd' });
  stream.end();
  assert.deepEqual(stream.flows[0].of(ToServer), [
    { missing: 2, reason: 'lost', skipping: false },
    'cd',
    { missing: 4, reason: 'lost', skipping: false },
    'ij',
  ]);
  assert.deepEqual(
    [stream.counters[Counter.streams_gaps], stream.counters[Counter.streams_gap_bytes]],
    [2, 6],
  );
});

test('any order of a stream with losses accounts for all its bytes, in order', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = newRandom(seed);
    const unlimited = random.chance(0.5);
    const stream = newStream(unlimited ? { gapPackets: 1e9, gapSeconds: 1e9 } : { gapPackets: 5 });
    const isn = random.below(2 ** 32);
    const whole = random.bytes(random.between(1, 4000));
    const seen = new Uint8Array(whole.length);
    stream.handshake(isn, 5000);
    const segments: { seq: number; data: Uint8Array; wire: number }[] = [];
    const add = (from: number, to: number) => {
      const captured = random.chance(0.1) ? random.between(from, to) : to;
      segments.push({ seq: isn + 1 + from, data: whole.subarray(from, captured), wire: to - from });
      if (captured === to) seen.fill(1, from, to);
    };
    for (let at = 0; at < whole.length; ) {
      const end = Math.min(whole.length, at + random.between(1, 150));
      if (random.chance(0.8)) add(at, end);
      at = end;
    }
    const window = random.between(1, 30);
    for (let at = 0; at < segments.length; at += window) {
      for (const segment of random.shuffle(segments.slice(at, at + window))) {
        stream.send(ToServer, segment);
        if (random.chance(0.2)) {
          stream.send(ToClient, { seq: 5001, ack: isn + 1 + random.below(whole.length + 1) });
        }
      }
    }
    stream.send(ToServer, { seq: isn + 1 + whole.length, flags: FIN | ACK, ack: 5001 });
    stream.end();
    let at = 0;
    for (const part of stream.flows[0].of(ToServer)) {
      if (typeof part === 'string') {
        assert.ok(whole.subarray(at, at + part.length).every((byte, i) => byte === part.charCodeAt(i)));
        at += part.length;
        continue;
      }
      // Without a timeout, no byte of a gap was captured.
      if (unlimited) assert.ok(!seen.subarray(at, at + part.missing).includes(1), `seed ${seed} at ${at}`);
      at += part.missing;
    }
    assert.equal(at, whole.length, `seed ${seed}`);
    assert.equal(stream.buffered(), 0);
  }
});
