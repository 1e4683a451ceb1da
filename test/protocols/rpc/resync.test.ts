/** Connections that are joined late, and data that look like messages. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { newRandom } from '../../helpers/random.js';
import { anomalies, type EmittedRecord, feeder, messages, rpcOf, ToClient, ToServer } from './harness.js';
import {
  flushCall,
  flushReply,
  fstatCall,
  fstatReply,
  readCall,
  readReply,
  writeCall,
  writeReply,
} from './rpc-bytes.js';

type Packet = readonly [typeof ToServer | typeof ToClient, Uint8Array];
const Segment = 1448;
const random = newRandom(11);

const segments = (dir: Packet[0], bytes: Uint8Array): Packet[] =>
  Array.from({ length: Math.ceil(bytes.length / Segment) }, (_, i) => [
    dir,
    bytes.subarray(i * Segment, (i + 1) * Segment),
  ]);

const key = (one: EmittedRecord): string => `${one.body.action} ${rpcOf(one).type} ${rpcOf(one).xid}`;

/** What is told of these packets, in the messages view. */
function tell(
  packets: readonly Packet[],
  fromStart: boolean,
  holes: ReadonlySet<number> = new Set(),
): string[] {
  const feed = feeder({ view: 'messages', fromStart });
  for (const [i, [dir, bytes]] of packets.entries()) {
    feed.at = { seconds: 1_700_000_000, nanoseconds: i, packet: i + 1 };
    if (holes.has(i)) feed.gap(dir, bytes.length);
    else feed.send(dir, bytes);
  }
  feed.end();
  return messages(feed).map(key);
}

/** A file's data, and calls and replies around them. */
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

test('joined at every packet: nothing wrong, and nothing that began since is missing', () => {
  const packets = conversation(500);
  const whole = tell(packets, true);
  assert.equal(whole.length, 24);
  for (let from = 0; from < packets.length; from++) {
    const told = tell(packets.slice(from), false);
    // A reply whose call came before has no name.
    const named = told.filter((one) => !one.startsWith('reply'));
    for (const one of told)
      assert.ok(
        whole.includes(one) || whole.some((known) => known.endsWith(one.slice('reply'.length))),
        `from ${from}: ${one}`,
      );
    assert.equal(new Set(told).size, told.length);
    // Exchanges whose first segment is there.
    const later = new Set(tell(packets.slice(0, from), true).filter((one) => one.includes(' call ')));
    const begun = whole.filter((one) => one.includes(' call ') && !later.has(one));
    const missing = begun.filter((one) => !named.includes(one));
    assert.ok(missing.length <= 1, `from ${from}: ${missing.join()} missing`);
  }
});

test('one direction only: messages that begin segments prove the place', () => {
  for (const side of [ToServer, ToClient] as const) {
    const packets: Packet[] = [];
    for (let xid = 1; xid <= 20; xid++) {
      const [data, length] = [random.bytes(2000), 2000];
      if (side === ToServer)
        packets.push(...segments(side, xid % 3 === 0 ? writeCall(xid, data) : flushCall(xid)));
      else packets.push(...segments(side, xid % 3 === 0 ? writeReply(xid, length) : flushReply(xid)));
    }
    const whole = tell(packets, true);
    assert.equal(whole.length, 20);
    for (let from = 0; from < 8; from++) {
      const told = tell(packets.slice(from), false);
      assert.deepEqual(told, whole.slice(20 - told.length));
      assert.ok(told.length >= 20 - from - 1, `${told.length} from ${from}`);
    }
  }
});

/** A recorded stream of calls, whose xids start so. */
const recording = (first: number, count: number, dir: Packet[0]): Buffer =>
  Buffer.concat(
    Array.from({ length: count }, (_, i) =>
      dir === ToServer ? fstatCall(first + i) : fstatReply(first + i),
    ),
  );

/** Calls 100 to 139, of which 110 is a WRITE of these data. */
function withData(data: Uint8Array): Packet[] {
  const packets: Packet[] = [];
  for (let xid = 100; xid < 140; xid++) {
    packets.push(...segments(ToServer, xid === 110 ? writeCall(xid, data) : flushCall(xid)));
    packets.push(...segments(ToClient, xid === 110 ? writeReply(xid, data.length) : flushReply(xid)));
  }
  return packets;
}

/** Calls 100 to 139, of which 110 is a READ of these data. */
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
    test(`data that are a recorded stream, ${name} xids, ${cut === 0 ? 'whole' : 'cut'}`, () => {
      const wrong = (told: readonly string[]) => told.filter((one) => one.includes('FSTAT'));
      const calls = recording(near, 60, ToServer);
      const written = withData(calls.subarray(0, calls.length - cut));
      const replies = recording(near, 60, ToClient);
      const read = withReadData(replies.subarray(0, replies.length - cut));
      for (const packets of [written, read]) {
        const whole = tell(packets, true);
        assert.equal(whole.length, 80);
        const lengths = packets.map(([, bytes]) => bytes.length);
        const begins = lengths.indexOf(Segment);
        const ends = lengths.lastIndexOf(Segment);
        for (let from = begins; from <= ends + 1; from++) {
          const told = tell(packets.slice(from), false);
          assert.deepEqual(wrong(told), [], `joined at packet ${from}`);
          assert.ok(told.length >= 50, `joined at packet ${from}: ${told.length} messages`);
        }
        const told = tell(packets, true, new Set([begins]));
        assert.deepEqual(wrong(told), [], 'without the first segment');
        assert.ok(told.length >= 70, `without the first segment: ${told.length}`);
        const names = new Set(whole.map((one) => one.replace(/^\w+ /, '')));
        for (const one of told) assert.ok(names.has(one.replace(/^\w+ /, '')), one);
      }
    });

test('what is skipped for long is told once, and the place still found', () => {
  const feed = feeder({ fromStart: false });
  for (let i = 0; i < 100; i++)
    feed.send(
      ToServer,
      random.bytes(Segment).map((byte) => byte & 0x7f),
    );
  assert.equal(anomalies(feed).length, 1);
  assert.equal(feed.mostHeld, 0);
  for (let xid = 1; xid < 4; xid++) {
    feed.send(ToServer, flushCall(xid));
    feed.send(ToClient, flushReply(xid));
  }
  feed.end();
  assert.equal(anomalies(feed).length, 1);
  assert.equal(messages(feed).length, 3);
});
