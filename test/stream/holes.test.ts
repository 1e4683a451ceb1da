/** What was not captured: holes, cut segments, skipped bytes, and the bounds on what waits. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FlowDecoder } from '../../src/protocols/protocol.js';
import { newRandom } from '../helpers/random.js';
import {
  ACK,
  checked,
  FIN,
  message,
  messages,
  newStream,
  SYN,
  ToClient,
  type Told,
  ToServer,
} from './harness.js';

describe('a hole', () => {
  it('is given up some packets after the receiver has acknowledged what is behind it', () => {
    const stream = newStream({ holePackets: 10 });
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1004, data: 'def', ack: 5001 });
    const [flow] = stream.flows;
    // Not acknowledged: a retransmission may come, however many packets pass.
    for (let i = 0; i < 100; i++) stream.send(ToClient, { seq: 5001 + i, data: '.', ack: 1001 });
    assert.deepEqual(flow.of(ToServer), []);
    for (let i = 0; i < 10; i++) stream.send(ToClient, { seq: 5101, ack: 1007 });
    assert.deepEqual(flow.of(ToServer), []);
    stream.send(ToClient, { seq: 5101, ack: 1007 });
    assert.deepEqual(flow.of(ToServer), [{ missing: 3, reason: 'lost', skipping: false }, 'def']);
    assert.deepEqual(
      flow.events.filter((event) => event.kind === 'watched'),
      [{ kind: 'watched', dir: ToServer, missing: 3, reason: 'lost' }],
    );
    assert.deepEqual([stream.counters.gaps, stream.counters.gapBytes], [1, 3]);
    assert.equal(stream.waiting(), 0);
  });

  it('is given up while data go on behind it', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    let packets = 0;
    for (let at = 4; at < 4000; at += 4) {
      stream.send(ToServer, { seq: 1001 + at, data: 'data', ack: 5001 });
      stream.send(ToClient, { seq: 5001, ack: 1001 + at + 4 });
      if (stream.counters.gaps === 0) packets += 2;
    }
    assert.equal(stream.counters.gaps, 1);
    assert.ok(packets < 100, `${packets} packets waited`);
    assert.equal(stream.flows[0].of(ToServer)[1], 'data'.repeat(999));
  });

  it('is given up after a time, once it is acknowledged', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1004, data: 'def', ack: 5001 });
    stream.send(ToClient, { seq: 5001, ack: 1007 });
    stream.at.seconds += 3;
    stream.send(ToServer, { seq: 1007, data: 'ghi', ack: 5001 });
    assert.deepEqual(stream.flows[0].of(ToServer), [
      { missing: 3, reason: 'lost', skipping: false },
      'defghi',
    ]);
  });

  it('is given up after a time though its connection is quiet', () => {
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
    // Of the second hole nothing is acknowledged: it may yet be filled, but not for ever.
    stream.at.seconds += 50;
    stream.reassembler.tick(stream.at);
    assert.deepEqual(stream.flows[0].of(ToServer), first);
    stream.at.seconds += 10;
    stream.reassembler.tick(stream.at);
    assert.deepEqual(stream.flows[0].of(ToServer)[3], 'jkl');
    assert.equal(stream.waiting(), 0);
  });

  it('of very many quiet connections: a packet does a bounded part of the work', () => {
    const stream = newStream();
    for (let i = 0; i < 1000; i++) {
      stream.send(ToServer, { clientPort: 10000 + i, seq: 1000, flags: SYN });
      stream.send(ToServer, { clientPort: 10000 + i, seq: 1004, data: 'def' });
    }
    stream.at.seconds += 100;
    const done: number[] = [];
    for (let n = 0; n < 5; n++) {
      stream.reassembler.tick(stream.at);
      done.push(stream.counters.gaps);
    }
    assert.deepEqual(done, [256, 512, 768, 1000, 1000]);
  });

  it('that is given up: what is behind it has the time at which it came', () => {
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
    // Reordered besides: what stands behind comes to its end only with what stands before.
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

  it('is waited for anew where another was filled', () => {
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
    assert.equal(stream.counters.gaps, 0);
  });

  it('is not given up for one segment from far away while data go on', () => {
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

  it('is given up where no acknowledgement is ever seen', () => {
    const stream = newStream({ holePackets: 10 });
    stream.send(ToServer, { seq: 1000, flags: SYN });
    stream.send(ToServer, { seq: 1004, data: 'def' });
    for (let i = 0; i < 10; i++) stream.send(ToServer, { seq: 1007 + i, data: '.' });
    assert.deepEqual(stream.flows[0].of(ToServer), [
      { missing: 3, reason: 'lost', skipping: false },
      `def${'.'.repeat(10)}`,
    ]);
  });

  it('can be filled late, in part', () => {
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
    assert.deepEqual([stream.counters.gaps, stream.counters.gapBytes], [2, 6]);
  });
});

describe('the bounds on what waits out of order', () => {
  it('bytes: the oldest hole goes when they are exceeded', () => {
    const stream = newStream({ earlyBytes: 1000 });
    stream.handshake(1000, 5000);
    for (let i = 0; i < 10; i++)
      stream.send(ToServer, { seq: 1101 + i * 100, data: 'x'.repeat(100), ack: 1 });
    assert.equal(stream.waiting(), 1000);
    stream.send(ToServer, { seq: 2101, data: 'y', ack: 1 });
    assert.deepEqual(stream.flows[0].of(ToServer), [
      { missing: 100, reason: 'limit', skipping: false },
      `${'x'.repeat(1000)}y`,
    ]);
    assert.equal(stream.waiting(), 0);
  });

  it('segments: the same', () => {
    const stream = newStream({ earlySegments: 5 });
    stream.handshake(1000, 5000);
    for (let i = 0; i < 6; i++) stream.send(ToServer, { seq: 1101 + i * 10, data: 'x', ack: 1 });
    assert.deepEqual(stream.flows[0].of(ToServer), [{ missing: 100, reason: 'limit', skipping: false }, 'x']);
    assert.equal(stream.waiting(), 5);
  });

  it('segments cut to nothing count too', () => {
    const stream = newStream({ earlySegments: 5 });
    stream.handshake(1000, 5000);
    for (let i = 0; i < 100; i++) stream.send(ToServer, { seq: 1101 + i * 100, wire: 10, ack: 1 });
    assert.equal(stream.flows[0].flow.halves[ToServer].earlyCount, 5);
  });

  it('of all connections together: those that were silent for longest let go first', () => {
    const stream = newStream({ totalBytes: 1000 });
    for (let i = 0; i < 12; i++) {
      const clientPort = 40000 + i;
      stream.handshake(1000, 5000, { clientPort });
      stream.send(ToServer, { clientPort, seq: 1101, data: 'x'.repeat(100) });
      assert.ok(stream.waiting() <= 1000);
    }
    const given = stream.flows.map((flow) => flow.of(ToServer).length > 0);
    // The eleventh made it 1100: the oldest four went, which leaves 700; then the twelfth came.
    assert.deepEqual(given, [...new Array(4).fill(true), ...new Array(8).fill(false)]);
    assert.deepEqual(stream.flows[0].of(ToServer), [
      { missing: 100, reason: 'limit', skipping: false },
      'x'.repeat(100),
    ]);
    assert.equal(stream.waiting(), 800);
    assert.equal(stream.counters.gaps, 4);
  });

  it('of all connections together: what decoders hold back counts', () => {
    const stream = newStream({ totalBytes: 1000, heldBytes: 500 }, (_flow, events) =>
      checked({
        data: (_dir, _buf, start) => start,
        gap: (dir, missing, reason, skipping) => events.push({ kind: 'gap', dir, missing, reason, skipping }),
        close() {},
      }),
    );
    for (let i = 0; i < 30; i++) {
      stream.send(ToServer, { clientPort: 40000 + i, seq: 1, data: 'x'.repeat(90) });
      assert.ok(stream.waiting() <= 1000);
    }
    assert.deepEqual(stream.flows[0].of(ToServer), [{ missing: 90, reason: 'limit', skipping: false }]);
    assert.deepEqual(stream.flows[29].of(ToServer), []);
  });

  it('are not used up by connections that are ignored', () => {
    const stream = newStream({ totalBytes: 1000 }, (flow) => ({
      data(dir, _buf, start, end) {
        if (dir === ToClient) flow.ignored = true;
        return dir === ToClient ? end : start;
      },
      gap() {},
      close() {},
    }));
    for (let i = 0; i < 20; i++) {
      const clientPort = 40000 + i;
      stream.handshake(1000, 5000, { clientPort });
      stream.send(ToServer, { clientPort, seq: 1001, data: 'x'.repeat(100) });
      stream.send(ToServer, { clientPort, seq: 1201, data: 'x'.repeat(100) });
      stream.send(ToClient, { clientPort, seq: 5001, data: 'no' });
      assert.equal(stream.waiting(), 0);
    }
    assert.equal(stream.counters.gaps, 0);
  });
});

describe('what a decoder holds back', () => {
  const patient = (least: number): ((flow: unknown, events: unknown[]) => FlowDecoder) => {
    return (_flow, events) =>
      checked({
        data(dir, buf, start, end) {
          if (end - start < least) return start;
          events.push({ kind: 'data', dir, bytes: Buffer.from(buf.subarray(start, end)) });
          return end;
        },
        gap: (dir, missing, reason, skipping) => events.push({ kind: 'gap', dir, missing, reason, skipping }),
        close: (reason) => events.push({ kind: 'close', reason }),
      });
  };

  it('comes again with more', () => {
    const stream = newStream({}, patient(10));
    stream.handshake(1000, 5000);
    for (let i = 0; i < 30; i++) stream.send(ToServer, { seq: 1001 + i, data: String(i % 10) });
    assert.deepEqual(stream.flows[0].of(ToServer), ['0123456789'.repeat(3)]);
    assert.equal(stream.flows[0].events.length, 3);
  });

  it('is bounded', () => {
    const stream = newStream({ heldBytes: 100 }, patient(1000));
    stream.handshake(1000, 5000);
    for (let i = 0; i < 101; i++) {
      assert.equal(stream.waiting(), i);
      stream.send(ToServer, { seq: 1001 + i, data: 'x' });
    }
    assert.deepEqual(stream.flows[0].of(ToServer), [{ missing: 101, reason: 'limit', skipping: false }]);
    assert.equal(stream.waiting(), 0);
  });

  it('is gone after a gap', () => {
    const stream = newStream({}, patient(5));
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1001, data: 'abc' });
    stream.send(ToServer, { seq: 1010, data: 'jklmn' });
    stream.end();
    assert.deepEqual(stream.flows[0].of(ToServer), [
      { missing: 6, reason: 'lost', skipping: false },
      'jklmn',
    ]);
  });

  it('is shown to the decoder that takes over, both directions, in the midst of a call', () => {
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

  it('is shown to the decoder that takes over at the first segment, which may skip', () => {
    const told: Told = [];
    const stream = newStream({}, (flow, events) => ({
      data(_dir, _buf, start) {
        flow.decoder = messages(2, told)(flow, events);
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
      told.map((one) => 'head' in one && [one.length, one.head]),
      [
        [500, 'xx'],
        [3, 'ye'],
      ],
    );
  });
});

describe('skipped bytes', () => {
  const payload = 'p'.repeat(10000);

  it('are not shown; the message ends with the packet of its last byte', () => {
    const told: Told = [];
    const stream = newStream({}, messages(3, told));
    stream.handshake(1000, 5000);
    const whole = Buffer.concat([message(payload), message('abc'), message(payload), message('')]);
    const ends: number[] = [];
    for (let at = 0; at < whole.length; at += 1000) {
      stream.send(ToServer, { seq: 1001 + at, data: whole.subarray(at, at + 1000) });
      ends.push(stream.at.packet);
    }
    assert.deepEqual(told, [
      { dir: ToServer, length: 10000, head: 'ppp', truncated: false, packet: ends[10] },
      { dir: ToServer, length: 3, head: 'abc', truncated: false, packet: ends[10] },
      { dir: ToServer, length: 10000, head: 'ppp', truncated: false, packet: ends[20] },
      { dir: ToServer, length: 0, head: '', truncated: false, packet: ends[20] },
    ]);
    assert.equal(stream.waiting(), 0);
  });

  it('that end with a segment: the message ends there, not with the next', () => {
    const told: Told = [];
    const stream = newStream({}, messages(0, told));
    stream.handshake(1000, 5000);
    const whole = message('p'.repeat(196));
    stream.send(ToServer, { seq: 1001, data: whole.subarray(0, 100) });
    assert.equal(told.length, 0);
    stream.send(ToServer, { seq: 1101, data: whole.subarray(100) });
    assert.deepEqual(told, [
      { dir: ToServer, length: 196, head: '', truncated: false, packet: stream.at.packet },
    ]);
  });

  it('may be out of order', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = newRandom(seed);
      const told: Told = [];
      const stream = newStream({}, messages(5, told));
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
        told.map((one) => 'head' in one && [one.length, one.head, one.truncated]),
        sent.map((bytes) => [bytes.length, Buffer.from(bytes.subarray(0, 5)).toString('latin1'), false]),
        `seed ${seed}`,
      );
    }
  });

  it('with a hole: the place is kept, the message is incomplete', () => {
    const told: Told = [];
    const stream = newStream({}, messages(3, told));
    stream.handshake(1000, 5000);
    const whole = Buffer.concat([message(payload), message('abc')]);
    stream.send(ToServer, { seq: 1001, data: whole.subarray(0, 2000) });
    stream.send(ToServer, { seq: 1001 + 5000, data: whole.subarray(5000) });
    stream.end();
    assert.deepEqual(
      told.map((one) => 'head' in one && [one.length, one.head, one.truncated]),
      [
        [10000, 'ppp', true],
        [3, 'abc', false],
      ],
    );
    assert.deepEqual([stream.counters.gaps, stream.counters.gapBytes], [1, 3000]);
  });

  it('with a hole up to their end: the message ends there', () => {
    const told: Told = [];
    const stream = newStream({}, messages(3, told));
    stream.handshake(1000, 5000);
    const whole = Buffer.concat([message(payload), message('abc')]);
    stream.send(ToServer, { seq: 1001, data: whole.subarray(0, 2000) });
    stream.send(ToServer, { seq: 1001 + 10004, data: whole.subarray(10004) });
    stream.end();
    assert.deepEqual(
      told.map((one) => 'head' in one && [one.length, one.head, one.truncated]),
      [
        [10000, 'ppp', true],
        [3, 'abc', false],
      ],
    );
  });

  it('with a hole beyond their end: the message ends, then the place is lost', () => {
    const told: Told = [];
    const stream = newStream({}, messages(3, told));
    stream.handshake(1000, 5000);
    const whole = Buffer.concat([message(payload), message('abc'), message('def')]);
    stream.send(ToServer, { seq: 1001, data: whole.subarray(0, 2000) });
    stream.send(ToServer, { seq: 1001 + 10006, data: whole.subarray(10006) });
    stream.end();
    assert.deepEqual(
      told.map((one) => ('head' in one ? [one.length, one.head, one.truncated] : one)),
      [[10000, 'ppp', true], { lost: 2, dir: ToServer }],
    );
  });
});

describe('segments cut by the snapshot length', () => {
  const whole = Buffer.concat([message('p'.repeat(3000)), message('abc')]);

  it('within a skip: only the message is incomplete', () => {
    const told: Told = [];
    const stream = newStream({}, messages(3, told));
    stream.handshake(1000, 5000);
    for (let at = 0; at < 3000; at += 1000) {
      stream.send(ToServer, { seq: 1001 + at, data: whole.subarray(at, at + 100), wire: 1000 });
    }
    stream.send(ToServer, { seq: 1001 + 3000, data: whole.subarray(3000) });
    assert.deepEqual(
      told.map((one) => 'head' in one && [one.length, one.head, one.truncated]),
      [
        [3000, 'ppp', true],
        [3, 'abc', false],
      ],
    );
    assert.equal(stream.counters.cutBytes, 2700);
    assert.equal(stream.counters.gaps, 0);
  });

  it('that end exactly with the skip: the message ends with them', () => {
    const told: Told = [];
    const stream = newStream({}, messages(3, told));
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1001, data: whole.subarray(0, 100), wire: 3004 });
    assert.deepEqual(told, [
      { dir: ToServer, length: 3000, head: 'ppp', truncated: true, packet: stream.at.packet },
    ]);
    stream.send(ToServer, { seq: 1001 + 3004, data: whole.subarray(3004) });
    assert.equal(told.length, 2);
  });

  it('outside a skip: the place is lost, and it is told', () => {
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
      stream.flows[0].events.filter((event) => event.kind === 'watched'),
      [{ kind: 'watched', dir: ToServer, missing: 7, reason: 'snaplen' }],
    );
    assert.deepEqual([stream.counters.gaps, stream.counters.gapBytes, stream.counters.cutBytes], [1, 7, 7]);
  });

  it('out of order: what waited is shown in its turn', () => {
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
    assert.equal(stream.counters.differingBytes, 0);
    assert.equal(stream.waiting(), 0);
  });

  it('repeated in part: only what is new counts as cut', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1001, data: 'abcdefghij' });
    stream.send(ToServer, { seq: 1006, data: 'fgh', wire: 10 });
    assert.deepEqual(stream.flows[0].of(ToServer), [
      'abcdefghij',
      { missing: 5, reason: 'snaplen', skipping: false },
    ]);
    assert.equal(stream.counters.cutBytes, 5);
  });
});

describe('any order of a stream with losses', () => {
  it('accounts for all its bytes, in order', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = newRandom(seed);
      const patient = random.chance(0.5);
      const stream = newStream(patient ? { holePackets: 1e9, holeSeconds: 1e9 } : { holePackets: 5 });
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
        // Nothing of a gap was there, unless patience had an end.
        if (patient) assert.ok(!seen.subarray(at, at + part.missing).includes(1), `seed ${seed} at ${at}`);
        at += part.missing;
      }
      assert.equal(at, whole.length, `seed ${seed}`);
      assert.equal(stream.waiting(), 0);
    }
  });
});
