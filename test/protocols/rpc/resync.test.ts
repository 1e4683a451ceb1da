/** Midstream pickups, and file data that look like messages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRandom } from '../../helpers/random.js';
import { anomalies, type EmittedRecord, messages, newFeeder, rpcOf, ToClient, ToServer } from './harness.js';
import {
  flushCall,
  flushReply,
  fstatCall,
  fstatReply,
  readCall,
  readReply,
  reply,
  writeCall,
  writeReply,
} from './rpc-bytes.js';

type Packet = readonly [typeof ToServer | typeof ToClient, Uint8Array];
const SEGMENT = 1448;
const random = newRandom(11);

const segments = (dir: Packet[0], bytes: Uint8Array): Packet[] =>
  Array.from({ length: Math.ceil(bytes.length / SEGMENT) }, (_, i) => [
    dir,
    bytes.subarray(i * SEGMENT, (i + 1) * SEGMENT),
  ]);

const key = (record: EmittedRecord): string =>
  `${record.body.action} ${rpcOf(record).type} ${rpcOf(record).xid}`;

/** The messages that are decoded from these packets, in the messages view; `lost` packets are missing. */
function decode(
  packets: readonly Packet[],
  fromStart: boolean,
  lost: ReadonlySet<number> = new Set(),
): string[] {
  const feed = newFeeder({ view: 'messages', fromStart });
  for (const [i, [dir, bytes]] of packets.entries()) {
    feed.at = { seconds: 1_700_000_000, nanoseconds: i, packet: i + 1 };
    if (lost.has(i)) feed.gap(dir, bytes.length);
    else feed.send(dir, bytes);
  }
  feed.end();
  return messages(feed).map(key);
}

/** File data, with calls and replies around them. */
function conversation(first: number): Packet[] {
  const packets: Packet[] = [];
  for (let i = 0; i < 12; i += 4) {
    const xid = first + i;
    const data = random.bytes(5000 + i);
    packets.push(
      ...segments(ToServer, Buffer.concat([fstatCall(xid), writeCall(xid + 1, data), flushCall(xid + 2)])),
    );
    packets.push(...segments(ToClient, Buffer.concat([fstatReply(xid), flushReply(xid + 2)])));
    packets.push(...segments(ToServer, readCall(xid + 3, 5000)));
    packets.push(
      ...segments(ToClient, writeReply(xid + 1, 5000)),
      ...segments(ToClient, readReply(xid + 3, data)),
    );
  }
  return packets;
}

test('a midstream pickup at any packet decodes nothing wrong, and misses no call that begins later', () => {
  const packets = conversation(500);
  const whole = decode(packets, true);
  assert.equal(whole.length, 24);
  for (let from = 0; from < packets.length; from++) {
    const decoded = decode(packets.slice(from), false);
    // An orphan reply has no procedure name.
    const named = decoded.filter((message) => !message.startsWith('reply'));
    for (const message of decoded)
      assert.ok(
        whole.includes(message) || whole.some((known) => known.endsWith(message.slice('reply'.length))),
        `from ${from}: ${message}`,
      );
    assert.equal(new Set(decoded).size, decoded.length);
    // Calls whose first segment is captured.
    const earlier = new Set(
      decode(packets.slice(0, from), true).filter((message) => message.includes(' call ')),
    );
    const begun = whole.filter((message) => message.includes(' call ') && !earlier.has(message));
    const missing = begun.filter((message) => !named.includes(message));
    assert.ok(missing.length <= 1, `from ${from}: ${missing.join()} missing`);
  }
});

test('in an asymmetric flow messages at the start of segments prove sync', () => {
  for (const side of [ToServer, ToClient] as const) {
    const packets: Packet[] = [];
    for (let xid = 1; xid <= 20; xid++) {
      const [data, length] = [random.bytes(2000), 2000];
      if (side === ToServer)
        packets.push(...segments(side, xid % 3 === 0 ? writeCall(xid, data) : flushCall(xid)));
      else packets.push(...segments(side, xid % 3 === 0 ? writeReply(xid, length) : flushReply(xid)));
    }
    const whole = decode(packets, true);
    assert.equal(whole.length, 20);
    for (let from = 0; from < 8; from++) {
      const decoded = decode(packets.slice(from), false);
      assert.deepEqual(decoded, whole.slice(20 - decoded.length));
      assert.ok(decoded.length >= 20 - from - 1, `${decoded.length} from ${from}`);
    }
  }
});

/** A recorded stream of calls, or of replies, with xids from `first` on. */
const recording = (first: number, count: number, dir: Packet[0]): Buffer =>
  Buffer.concat(
    Array.from({ length: count }, (_, i) =>
      dir === ToServer ? fstatCall(first + i) : fstatReply(first + i),
    ),
  );

/** Calls 100 to 139; 110 is a WRITE of the data. */
function withData(data: Uint8Array): Packet[] {
  const packets: Packet[] = [];
  for (let xid = 100; xid < 140; xid++) {
    packets.push(...segments(ToServer, xid === 110 ? writeCall(xid, data) : flushCall(xid)));
    packets.push(...segments(ToClient, xid === 110 ? writeReply(xid, data.length) : flushReply(xid)));
  }
  return packets;
}

/** Calls 100 to 139; 110 is a READ of the data. */
function withReadData(data: Uint8Array): Packet[] {
  const packets: Packet[] = [];
  for (let xid = 100; xid < 140; xid++) {
    packets.push(...segments(ToServer, xid === 110 ? readCall(xid, data.length) : flushCall(xid)));
    packets.push(...segments(ToClient, xid === 110 ? readReply(xid, data) : flushReply(xid)));
  }
  return packets;
}

for (const [name, near] of [
  ['far', 5_000_000],
  ['before', 60],
  ['the same', 105],
  ['the next', 111],
  ['a little behind', 118],
] as const)
  for (const cut of [0, 57])
    test(`data that are a recorded stream, ${name} xids, ${cut === 0 ? 'complete' : 'truncated'}, are not decoded`, () => {
      const wrong = (decoded: readonly string[]) => decoded.filter((message) => message.includes('FSTAT'));
      const calls = recording(near, 60, ToServer);
      const written = withData(calls.subarray(0, calls.length - cut));
      const replies = recording(near, 60, ToClient);
      const read = withReadData(replies.subarray(0, replies.length - cut));
      for (const packets of [written, read]) {
        const whole = decode(packets, true);
        assert.equal(whole.length, 80);
        const lengths = packets.map(([, bytes]) => bytes.length);
        const begins = lengths.indexOf(SEGMENT);
        const ends = lengths.lastIndexOf(SEGMENT);
        for (let from = begins; from <= ends + 1; from++) {
          const decoded = decode(packets.slice(from), false);
          assert.deepEqual(wrong(decoded), [], `from packet ${from}`);
          assert.ok(decoded.length >= 50, `from packet ${from}: ${decoded.length} messages`);
        }
        const decoded = decode(packets, true, new Set([begins]));
        assert.deepEqual(wrong(decoded), [], 'without the first segment');
        assert.ok(decoded.length >= 70, `without the first segment: ${decoded.length}`);
        const names = new Set(whole.map((message) => message.replace(/^\w+ /, '')));
        for (const message of decoded) assert.ok(names.has(message.replace(/^\w+ /, '')), message);
      }
    });

for (const [name, partial] of [
  ['whose struct is incomplete', writeCall(5000, random.bytes(4000)).subarray(0, 200)],
  ['whose data are skipped', writeCall(5000, random.bytes(4000)).subarray(0, 2400)],
] as const)
  test(`a record ${name} is dropped when the other direction rejects the tentative messages before it`, () => {
    const feed = newFeeder({ view: 'messages' });
    feed.send(ToServer, flushCall(1));
    feed.send(ToClient, flushReply(1));
    feed.gap(ToServer, 100);
    feed.send(ToServer, Buffer.concat([flushCall(2), partial]));
    // No reply to a FLUSH has this body.
    feed.send(ToClient, reply(2, Buffer.alloc(3)));
    feed.send(ToServer, Buffer.alloc(4000));
    feed.send(ToServer, flushCall(3));
    feed.send(ToClient, flushReply(3));
    feed.end();
    assert.deepEqual(messages(feed).map(key), [
      'FLUSH call 1',
      'FLUSH reply 1',
      'reply reply 2',
      'FLUSH call 3',
      'FLUSH reply 3',
    ]);
    assert.deepEqual(
      anomalies(feed).map(({ body }) => body.action),
      ['resync'],
    );
  });

test('a long search is reported once, and still resynchronises', () => {
  const feed = newFeeder({ fromStart: false });
  for (let i = 0; i < 100; i++)
    feed.send(
      ToServer,
      random.bytes(SEGMENT).map((byte) => byte & 0x7f),
    );
  assert.equal(anomalies(feed).length, 1);
  assert.equal(feed.maxUnconsumed, 0);
  for (let xid = 1; xid < 4; xid++) {
    feed.send(ToServer, flushCall(xid));
    feed.send(ToClient, flushReply(xid));
  }
  feed.end();
  assert.equal(anomalies(feed).length, 1);
  assert.equal(messages(feed).length, 3);
});
