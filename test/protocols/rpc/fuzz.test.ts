/** Hostile bytes: nothing throws, and neither time nor memory depends on the lengths that they claim. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRandom, type Random } from '../../helpers/random.js';
import { type Feeder, type FeederOptions, newFeeder, ToClient, ToServer, textOf } from './harness.js';
import {
  auth,
  authSys,
  call,
  callBytes,
  childDown,
  denied,
  flushCall,
  flushReply,
  fragmented,
  fstatCall,
  fstatReply,
  Proc,
  readCall,
  readReply,
  words,
  writeBody,
  writeCall,
  writeReply,
} from './rpc-bytes.js';

const MIB = 1 << 20;
const random = newRandom(2024);
const data = random.bytes(700);

const REQUESTS = Buffer.concat([
  flushCall(1),
  writeCall(2, data),
  fstatCall(3),
  call({ xid: 4, procedure: Proc.flush, credential: authSys(1, 2, [3]), body: flushCall(1).subarray(-36) }),
  fragmented(callBytes({ xid: 5, procedure: Proc.write, body: writeBody(data) }), 9, 0, 60),
  readCall(6, 700),
  call({
    xid: 7,
    program: 14398633,
    version: 2,
    procedure: 1,
    credential: auth(0),
    body: words(12, 1, 1, 1),
  }),
  flushCall(8),
]);
const ANSWERS = Buffer.concat([
  flushReply(1),
  childDown(1),
  writeReply(2, 700),
  fstatReply(3),
  denied(4, 1, 3),
  writeReply(5, 700),
  readReply(6, data),
  flushReply(8),
]);

function flipped(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let n = random.between(1, 6); n > 0; n--) copy[random.below(copy.length)] ^= 1 << random.below(8);
  // Lengths do the most damage.
  if (random.chance(0.3))
    copy.writeUInt32BE(random.pick([0xffffffff, 0x7fffffff, 0x80000000, 400]), 4 * random.below(30));
  return copy;
}

const options = (): FeederOptions => ({
  view: random.pick(['calls', 'messages']),
  detail: random.pick(['full', 'summary']),
  payloadBytes: random.pick([0, 16, MIB]),
  fromStart: random.chance(0.7),
});

/** Every record can be serialised. */
function check(feed: Feeder): void {
  feed.end();
  for (const record of feed.records) {
    textOf(record);
    assert.ok(record.body.message.length < 1000 && record.body.dataset !== undefined);
    assert.ok(record.body.duration === undefined || record.body.duration >= 0);
  }
}

test('flipped bits never throw, and leave few bytes unconsumed', () => {
  for (let i = 0; i < 400; i++) {
    const feed = newFeeder(options());
    const most = random.pick([3, 100, 1448, 9000]);
    feed.pieces(ToServer, flipped(REQUESTS, random), random, most);
    if (random.chance(0.3)) feed.gap(random.pick([ToServer, ToClient]), random.between(1, 2000));
    feed.pieces(ToClient, flipped(ANSWERS, random), random, most);
    feed.pieces(ToServer, REQUESTS, random, most);
    check(feed);
    assert.ok(feed.maxUnconsumed < 8192);
  }
});

test('random bytes never throw, and leave few bytes unconsumed', () => {
  for (let i = 0; i < 150; i++) {
    const feed = newFeeder(options());
    for (const dir of [ToServer, ToClient, ToServer] as const) {
      const bytes = Buffer.from(random.bytes(random.below(3000)));
      // Plausible marks.
      for (let at = 0; random.chance(0.8) && at + 24 < bytes.length; at += random.between(24, 200))
        words(0x80000000 + random.below(400), i, random.below(2), random.below(3)).copy(bytes, at);
      feed.pieces(dir, bytes, random, random.pick([5, 1448]));
    }
    check(feed);
    assert.ok(feed.maxUnconsumed < 4096);
  }
});

test('a truncated record with a matching mark is malformed, and sync is kept', () => {
  const content = callBytes({ xid: 1, procedure: Proc.write, body: writeBody(data) });
  for (let length = 1; length < content.length - data.length; length++) {
    const feed = newFeeder({ view: 'messages' });
    feed.send(ToServer, Buffer.concat([fragmented(content.subarray(0, length)), flushCall(2)]));
    check(feed);
    const last = feed.records.map(({ body }) => body.action);
    assert.ok(last.includes('malformed') && last[last.length - 1] === 'FLUSH', `${length}: ${last.join()}`);
  }
});

/** Sends a stream in segments. Returns how often each byte is passed on average. */
function averagePasses(feed: Feeder, bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at += 1448) feed.send(ToServer, bytes.subarray(at, at + 1448));
  return feed.bytesPassed / bytes.length;
}

test('long records are parsed a few times only, and at most three MiB of them are unconsumed', () => {
  for (const procedure of [Proc.flush, Proc.write, 200]) {
    const feed = newFeeder();
    const long = Buffer.concat([
      words(0x80000000 + 6 * MIB),
      callBytes({ xid: 1, procedure }),
      Buffer.alloc(6 * MIB, 0xff),
    ]);
    const end = 6 * MIB + 4;
    for (let at = 0; at < end; at += 64 * 1024)
      feed.send(ToServer, long.subarray(at, Math.min(end, at + 64 * 1024)));
    feed.send(ToServer, flushCall(2));
    check(feed);
    assert.ok(feed.maxUnconsumed <= 3 * MIB + 64 * 1024, `${feed.maxUnconsumed} unconsumed`);
    const xids = feed.records.map(({ body }) => body.sections.rpc?.xid);
    assert.equal(xids[xids.length - 1], 2);
  }
});

test('a record with endless fragments is not kept forever', () => {
  const feed = newFeeder();
  const piece = fragmented(Buffer.alloc(MIB), MIB).subarray(0, MIB + 4);
  for (let i = 0; i < 40; i++) feed.send(ToServer, piece);
  assert.equal(feed.maxUnconsumed, 0);
  const empty = newFeeder();
  assert.ok(averagePasses(empty, Buffer.alloc(256 * 1024)) < 1.1);
});

test('bytes that look like a record everywhere are searched in linear time', () => {
  for (const byte of [0x80, 0x81, 0]) {
    const feed = newFeeder({ fromStart: false });
    assert.ok(averagePasses(feed, Buffer.alloc(512 * 1024, byte)) < 1.1);
    assert.ok(feed.maxUnconsumed < 64);
    check(feed);
  }
  // Headers of truncated records.
  const feed = newFeeder({ fromStart: false });
  const heads = Buffer.concat(Array.from({ length: 4000 }, (_, i) => flushCall(i * 1000).subarray(0, 100)));
  assert.ok(averagePasses(feed, heads) < 4);
  check(feed);
});
