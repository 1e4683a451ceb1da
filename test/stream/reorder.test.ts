/** Order, retransmission, overlap and the sequence space. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter } from '../../src/records/counters.js';
import { newRandom } from '../helpers/random.js';
import { newStream, type Stream, SYN, ToClient, ToServer } from './harness.js';

/** With its handshake: bytes to the server start at 1001, to the client at 5001. */
function newOpenStream(): Stream {
  const stream = newStream();
  stream.handshake(1000, 5000);
  return stream;
}

test('segments in order are delivered as they come, each direction on its own', () => {
  const stream = newOpenStream();
  stream.send(ToServer, { seq: 1001, data: 'abc' });
  stream.send(ToClient, { seq: 5001, data: 'xy', ack: 1004 });
  stream.send(ToServer, { seq: 1004, data: 'def' });
  const [flow] = stream.flows;
  assert.deepEqual(flow.of(ToServer), ['abcdef']);
  assert.deepEqual(flow.of(ToClient), ['xy']);
  assert.equal(flow.flow.fromStart, true);
  assert.equal(flow.flow.serverPort, 4730);
  assert.equal(stream.counters[Counter.streams_retransmitted_bytes], 0);
  assert.equal(stream.counters[Counter.streams_out_of_order_segments], 0);
});

test('the data of a SYN are delivered', () => {
  const stream = newStream();
  stream.send(ToServer, { seq: 99, flags: SYN, data: 'fast' });
  stream.send(ToServer, { seq: 104, data: ' open' });
  assert.deepEqual(stream.flows[0].of(ToServer), ['fast open']);
});

test('sequence numbers wrap around', () => {
  for (const isn of [0xffffffff, 0xfffffffe, 0xfffffff0, 0xfffffffb]) {
    const stream = newStream();
    stream.send(ToServer, { seq: isn, flags: SYN });
    stream.send(ToServer, { seq: isn + 1 + 5, data: '56789' });
    stream.send(ToServer, { seq: isn + 1, data: '01234' });
    stream.send(ToServer, { seq: isn + 1 + 10, data: 'abcdefghij' });
    stream.send(ToServer, { seq: isn + 1, data: '0123456789' });
    stream.send(ToServer, { seq: isn + 1 + 20, data: 'k' });
    assert.deepEqual(stream.flows[0].of(ToServer), ['0123456789abcdefghijk'], `ISN ${isn}`);
    assert.equal(stream.flows.length, 1);
  }
});

test('out-of-order segments wait for those before them', () => {
  const stream = newOpenStream();
  stream.send(ToServer, { seq: 1007, data: 'ghi' });
  stream.send(ToServer, { seq: 1004, data: 'def' });
  assert.deepEqual(stream.flows[0].of(ToServer), []);
  assert.equal(stream.buffered(), 6);
  stream.send(ToServer, { seq: 1001, data: 'abc' });
  assert.deepEqual(stream.flows[0].of(ToServer), ['abcdefghi']);
  assert.equal(stream.buffered(), 0);
  assert.equal(stream.counters[Counter.streams_out_of_order_segments], 2);
  assert.equal(stream.counters[Counter.streams_gaps], 0);
});

for (const window of [2, 3, 5, 10, 25, 50]) {
  test(`segments shuffled within a window of ${window} give the stream`, () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = newRandom(seed * 1000 + window);
      const isn = random.below(2 ** 32);
      const whole = random.bytes(random.between(1, 20000));
      const segments: { seq: number; data: Uint8Array }[] = [];
      for (let at = 0; at < whole.length; ) {
        const length = Math.min(whole.length - at, random.between(1, 200));
        segments.push({ seq: isn + 1 + at, data: whole.subarray(at, at + length) });
        at += length;
      }
      const stream = newStream();
      stream.send(ToServer, { seq: isn, flags: SYN });
      for (let at = 0; at < segments.length; at += window) {
        for (const segment of random.shuffle(segments.slice(at, at + window))) stream.send(ToServer, segment);
      }
      assert.ok(stream.flows[0].data(ToServer).equals(whole), `seed ${seed}`);
      assert.equal(stream.buffered(), 0);
      assert.equal(stream.counters[Counter.streams_gaps], 0);
    }
  });
}

test('a retransmission adds nothing', () => {
  const stream = newOpenStream();
  stream.send(ToServer, { seq: 1001, data: 'abcdef' });
  stream.send(ToServer, { seq: 1001, data: 'abcdef' });
  stream.send(ToServer, { seq: 1003, data: 'cd' });
  assert.deepEqual(stream.flows[0].of(ToServer), ['abcdef']);
  assert.equal(stream.counters[Counter.streams_retransmitted_bytes], 8);
});

test('of a partial retransmission the new part is delivered', () => {
  const stream = newOpenStream();
  stream.send(ToServer, { seq: 1001, data: 'abcdef' });
  stream.send(ToServer, { seq: 1004, data: 'defghi' });
  assert.deepEqual(stream.flows[0].of(ToServer), ['abcdefghi']);
  assert.equal(stream.counters[Counter.streams_retransmitted_bytes], 3);
});

test('of a partial retransmission the new part is delivered while others are queued', () => {
  const stream = newOpenStream();
  stream.send(ToServer, { seq: 1001, data: 'abc' });
  stream.send(ToServer, { seq: 1010, data: 'jkl' });
  stream.send(ToServer, { seq: 1001, data: 'abcdef' });
  assert.deepEqual(stream.flows[0].of(ToServer), ['abcdef']);
  stream.send(ToServer, { seq: 1005, data: 'efghijkl' });
  assert.deepEqual(stream.flows[0].of(ToServer), ['abcdefghijkl']);
  assert.equal(stream.counters[Counter.streams_differing_bytes], 0);
});

test('a retransmission fills every gap between queued segments', () => {
  const stream = newOpenStream();
  for (const [offset, data] of [
    [2, 'c'],
    [6, 'g'],
    [4, 'e'],
    [9, 'j'],
  ] as const) {
    stream.send(ToServer, { seq: 1001 + offset, data });
  }
  stream.send(ToServer, { seq: 1001, data: 'abcdefghij' });
  assert.deepEqual(stream.flows[0].of(ToServer), ['abcdefghij']);
  assert.equal(stream.buffered(), 0);
  assert.equal(stream.counters[Counter.streams_differing_bytes], 0);
});

test('an overlap with equal bytes is not reported', () => {
  const stream = newOpenStream();
  stream.send(ToServer, { seq: 1004, data: 'defgh' });
  stream.send(ToServer, { seq: 1003, data: 'cdefghi' });
  stream.send(ToServer, { seq: 1001, data: 'ab' });
  const [flow] = stream.flows;
  assert.deepEqual(flow.of(ToServer), ['abcdefghi']);
  assert.equal(stream.counters[Counter.streams_differing_bytes], 0);
  assert.ok(flow.events.every((event) => event.kind === 'data'));
});

test('an overlap with differing bytes is reported, and the first bytes win', () => {
  const stream = newOpenStream();
  stream.send(ToServer, { seq: 1004, data: 'defgh' });
  stream.send(ToServer, { seq: 1003, data: 'cDEfgHi' });
  stream.send(ToServer, { seq: 1001, data: 'abXXXX' });
  const [flow] = stream.flows;
  assert.deepEqual(flow.of(ToServer), ['abcdefghi']);
  assert.equal(stream.counters[Counter.streams_differing_bytes], 3 + 4);
  assert.deepEqual(
    flow.events.filter((event) => event.kind === 'differing'),
    [
      { kind: 'differing', dir: ToServer, bytes: 3 },
      { kind: 'differing', dir: ToServer, bytes: 4 },
    ],
  );
});

test('retransmitted bytes are delivered once, as first seen', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = newRandom(seed);
    const length = random.between(1, 300);
    const isn = random.below(2 ** 32);
    // The first copy of every byte.
    const first = new Int16Array(length).fill(-1);
    const stream = newStream();
    stream.send(ToServer, { seq: isn, flags: SYN });
    let differing = 0;
    let next = 0;
    const send = (at: number, data: Uint8Array) => {
      data.forEach((byte, i) => {
        if (first[at + i] === -1) first[at + i] = byte;
        else if (at + i >= next && first[at + i] !== byte) differing++;
      });
      stream.send(ToServer, { seq: isn + 1 + at, data });
      while (next < length && first[next] !== -1) next++;
    };
    for (let i = 0; i < 60; i++) {
      const at = random.below(length);
      send(at, random.bytes(random.between(1, Math.min(40, length - at))));
    }
    send(0, random.bytes(length));
    assert.deepEqual([...stream.flows[0].data(ToServer)], [...first], `seed ${seed}`);
    assert.equal(stream.counters[Counter.streams_differing_bytes], differing, `seed ${seed}`);
    assert.equal(stream.buffered(), 0);
  }
});

test('a keep-alive, with or without a byte, adds nothing', () => {
  const stream = newOpenStream();
  stream.send(ToServer, { seq: 1001, data: 'abc' });
  for (let i = 0; i < 5; i++) {
    stream.send(ToServer, { seq: 1003, ack: 5001 });
    stream.send(ToServer, { seq: 1003, ack: 5001, data: '\0' });
    stream.send(ToClient, { seq: 5001, ack: 1004 });
  }
  stream.send(ToServer, { seq: 1004, data: 'def' });
  assert.deepEqual(stream.flows[0].of(ToServer), ['abcdef']);
  assert.equal(stream.counters[Counter.streams_gaps], 0);
});

test('a keep-alive before the first byte adds nothing', () => {
  const stream = newOpenStream();
  stream.send(ToServer, { seq: 1000, ack: 5001, data: '\0' });
  stream.send(ToServer, { seq: 1001, data: 'abc' });
  assert.deepEqual(stream.flows[0].of(ToServer), ['abc']);
});

test("a zero-window probe's byte is delivered once", () => {
  const stream = newOpenStream();
  stream.send(ToServer, { seq: 1001, data: 'abc' });
  stream.send(ToServer, { seq: 1004, data: 'd' });
  stream.send(ToServer, { seq: 1004, data: 'd' });
  stream.send(ToServer, { seq: 1004, data: 'defg' });
  assert.deepEqual(stream.flows[0].of(ToServer), ['abcdefg']);
});

test('any order of a stream with retransmissions gives exactly its bytes, both directions at once', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = newRandom(seed);
    const stream = newStream({ queuedSegments: 1e6, queuedBytes: 1e9, gapPackets: 1e9, gapSeconds: 1e9 });
    const halves = ([ToServer, ToClient] as const).map((dir) => ({
      dir,
      isn: random.below(2 ** 32),
      whole: random.bytes(random.between(1, 3000)),
    }));
    stream.handshake(halves[0].isn, halves[1].isn);
    const segments = halves.flatMap(({ dir, isn, whole }) => {
      const list: { dir: typeof dir; seq: number; data: Uint8Array }[] = [];
      const add = (from: number, to: number) =>
        list.push({ dir, seq: isn + 1 + from, data: whole.subarray(from, to) });
      for (let at = 0; at < whole.length; ) {
        const end = Math.min(whole.length, at + random.between(1, 120));
        add(at, end);
        at = end;
      }
      for (let i = random.below(40); i > 0; i--) {
        const from = random.below(whole.length);
        add(from, random.between(from + 1, whole.length));
      }
      return list;
    });
    for (const { dir, ...segment } of random.shuffle(segments)) stream.send(dir, segment);
    for (const { dir, whole } of halves) {
      assert.ok(stream.flows[0].data(dir).equals(whole), `seed ${seed}, direction ${dir}`);
    }
    assert.equal(stream.flows.length, 1);
    assert.equal(stream.buffered(), 0);
    assert.equal(stream.counters[Counter.streams_gaps] + stream.counters[Counter.streams_differing_bytes], 0);
  }
});
