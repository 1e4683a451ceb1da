/** Messages from bytes: fragments, data that are passed over, and the two views. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRandom } from '../../helpers/random.js';
import {
  actions,
  anomalies,
  type FeederOptions,
  glusterOf,
  messages,
  newFeeder,
  rpcOf,
  ToClient,
  ToServer,
  textOf,
} from './harness.js';
import {
  callBytes,
  childDown,
  commonRsp,
  flushCall,
  flushReply,
  fragmented,
  fstatCall,
  fstatReply,
  Proc,
  readCall,
  readReply,
  record,
  replyBytes,
  words,
  writeBody,
  writeCall,
  writeReply,
} from './rpc-bytes.js';

const random = newRandom(7);
const DATA = Buffer.from(random.bytes(9001));

/** A connection: the messages of each direction. */
const CONVERSATION: readonly (readonly [typeof ToServer | typeof ToClient, Buffer])[] = [
  [ToServer, Buffer.concat([flushCall(1), writeCall(2, DATA, 4096), fstatCall(3), readCall(4, 9001)])],
  [ToClient, Buffer.concat([childDown(1), fstatReply(3), flushReply(1, 5), writeReply(2, 9001)])],
  [
    ToServer,
    Buffer.concat([
      fragmented(callBytes({ xid: 5, procedure: Proc.write, body: writeBody(DATA) }), 3, 0, 50, 1),
    ]),
  ],
  [ToClient, Buffer.concat([readReply(4, DATA), writeReply(5, 9001), flushReply(99)])],
  [ToServer, Buffer.concat([readCall(6, 5), fstatCall(7)])],
  [ToClient, Buffer.concat([readReply(6, Buffer.from('hello')), fstatReply(7)])],
];

function records(options: FeederOptions, most: number): string[] {
  const feed = newFeeder(options);
  for (const [dir, bytes] of CONVERSATION) {
    if (most === 0) feed.send(dir, bytes);
    else if (most === 1) feed.drip(dir, bytes);
    else feed.pieces(dir, bytes, random, most);
  }
  feed.end();
  assert.ok(feed.maxUnconsumed <= 64 * 1024);
  return feed.records.map(textOf);
}

for (const options of [
  {},
  { view: 'messages' },
  { view: 'messages', payloadBytes: 3000, detail: 'summary' },
  { payloadBytes: 1 << 20 },
] as const)
  test(`the records do not depend on segment boundaries: ${JSON.stringify(options)}`, () => {
    const whole = records(options, 0);
    assert.equal(whole.length, 'view' in options ? 16 : 8);
    assert.deepEqual(records(options, 1), whole);
    for (const most of [2, 5, 40, 300, 1448, 1448, 5000]) assert.deepEqual(records(options, most), whole);
  });

test('the calls view has a line for each call, in the order of the replies, with the timestamp of the call', () => {
  const feed = newFeeder();
  const send = (
    dir: typeof ToServer | typeof ToClient,
    packet: number,
    nanoseconds: number,
    bytes: Buffer,
  ) => {
    feed.at = { seconds: 1_700_000_000 + packet, nanoseconds, packet };
    feed.send(dir, bytes);
  };
  send(ToServer, 1, 999_999_999, flushCall(1));
  send(ToServer, 2, 10, fstatCall(2));
  assert.equal(feed.records.length, 0);
  send(ToClient, 3, 4, fstatReply(2));
  send(ToClient, 4, 1, flushReply(1));
  const [fstat, flush] = feed.records;
  assert.deepEqual(actions(feed), ['FSTAT', 'FLUSH']);
  assert.equal(fstat.body.duration, 999_999_994);
  assert.equal(flush.body.duration, 2_000_000_002);
  assert.deepEqual(
    [flush.from, flush.body.seconds, flush.body.nanoseconds],
    [ToServer, 1_700_000_001, 999_999_999],
  );
  assert.deepEqual([flush.body.packet, flush.body.replyPacket], [1, 4]);
  assert.match(flush.body.message, / -> ok in 2\.00 s$/);
  const { auth, ...rest } = rpcOf(flush);
  assert.deepEqual(rest, {
    xid: 1,
    program: 1298437,
    version: 400,
    procedure: 15,
    method: 'FLUSH',
    accept_status: 'SUCCESS',
  });
});

test('the messages view has a line for each message with its own timestamp, a reply with its call', () => {
  const feed = newFeeder({ view: 'messages' });
  feed.send(ToServer, flushCall(1));
  feed.at = { seconds: 1_700_000_002, nanoseconds: 5, packet: 2 };
  feed.send(ToClient, flushReply(1, 9));
  const [request, answer] = feed.records;
  assert.deepEqual([request.from, answer.from], [ToServer, ToClient]);
  assert.deepEqual([request.body.action, answer.body.action], ['FLUSH', 'FLUSH']);
  assert.deepEqual([request.body.packet, answer.body.packet], [1, 2]);
  assert.deepEqual([request.body.outcome, answer.body.outcome], [undefined, 'failure']);
  assert.deepEqual([request.body.duration, answer.body.duration], [undefined, 2_000_000_005]);
  assert.equal(glusterOf(request).response, undefined);
  assert.equal(glusterOf(answer).request, undefined);
  assert.equal(glusterOf(answer).error, 'EBADF');
  const { auth, ...others } = rpcOf(request);
  assert.deepEqual(others, {
    type: 'call',
    xid: 1,
    program: 1298437,
    version: 400,
    procedure: 15,
    method: 'FLUSH',
  });
});

test("a WRITE's data are skipped, and its line has the timestamp of their last byte", () => {
  const feed = newFeeder({ view: 'messages' });
  const bytes = Buffer.concat([writeCall(1, Buffer.alloc(1 << 20, 0x80)), flushCall(2)]);
  const end = bytes.length - flushCall(2).length;
  let packet = 0;
  for (let i = 0; i < bytes.length; i += 1460) {
    packet++;
    feed.at = { seconds: 1_700_000_000, nanoseconds: 0, packet };
    feed.send(ToServer, bytes.subarray(i, Math.min(end - 1, i + 1460)));
  }
  assert.ok(feed.maxUnconsumed < 4096 && feed.bytesPassed < 16384, 'the data were kept or passed');
  assert.equal(feed.records.length, 0);
  feed.at = { seconds: 1_700_000_007, nanoseconds: 0, packet: 1000 };
  feed.send(ToServer, bytes.subarray(end - 1, end));
  assert.equal(feed.records.length, 1);
  assert.deepEqual([feed.records[0].body.seconds, feed.records[0].body.packet], [1_700_000_007, 1000]);
  assert.equal(rpcOf(feed.records[0]).payload_bytes, 1 << 20);
  feed.send(ToServer, bytes.subarray(end));
  assert.deepEqual(actions(feed), ['WRITE', 'FLUSH']);
});

test('the data in the reply to a READ are skipped', () => {
  const feed = newFeeder();
  feed.send(ToServer, readCall(1, 65536));
  const answer = readReply(1, Buffer.alloc(65536, 1));
  for (let i = 0; i < answer.length; i += 4096) feed.send(ToClient, answer.subarray(i, i + 4096));
  assert.equal(rpcOf(feed.records[0]).payload_bytes, 65536);
  assert.equal(glusterOf(feed.records[0]).payload, undefined);
  assert.ok(feed.bytesPassed < 8192 + 200);
});

test('payloads of calls and replies are shown as text or hex, up to --payload-bytes', () => {
  const feed = newFeeder({ payloadBytes: 6 });
  feed.send(
    ToServer,
    Buffer.concat([readCall(1, 5), readCall(2, 9), readCall(3, 2), writeCall(4, Buffer.from('0123456789'))]),
  );
  feed.send(ToClient, readReply(1, Buffer.from('hello')));
  feed.send(ToClient, readReply(2, Buffer.from('12345€€')));
  feed.send(ToClient, readReply(3, Buffer.of(0xff, 0x01)));
  feed.send(ToClient, writeReply(4, 10));
  const shown = feed.records
    .map((emitted) => glusterOf(emitted))
    .map(({ payload, payload_hex }) => payload ?? payload_hex);
  assert.deepEqual(shown, ['hello', '12345', 'ff01', '012345']);
  assert.deepEqual(
    feed.records.map((emitted) => rpcOf(emitted).payload_bytes),
    [5, 11, 2, 10],
  );
});

test('fragments of any length are joined, even empty ones and within the header', () => {
  const content = callBytes({ xid: 1, procedure: Proc.write, body: writeBody(DATA) });
  const expected = newFeeder();
  expected.send(ToServer, record(content));
  expected.send(ToClient, writeReply(1, DATA.length));
  for (const lengths of [
    [0],
    [0, 0, 0],
    [1, 1, 1, 1],
    [2, 0, 9, 0, 31],
    [content.length],
    [content.length - 1],
  ]) {
    const feed = newFeeder();
    feed.send(ToServer, fragmented(content, ...lengths));
    feed.send(
      ToClient,
      fragmented(replyBytes(1, writeReply(1, DATA.length).subarray(28)), ...lengths.slice(0, 3)),
    );
    assert.deepEqual(feed.records.map(textOf), expected.records.map(textOf), String(lengths));
  }
});

test('a record of many fragments with long data is decoded, and its data counted', () => {
  const feed = newFeeder();
  const content = callBytes({ xid: 1, procedure: Proc.write, body: writeBody(Buffer.alloc(5 << 20)) });
  const bytes = fragmented(content, 1 << 20, 1 << 20, 2 << 20);
  for (let i = 0; i < bytes.length; i += 65536) feed.send(ToServer, bytes.subarray(i, i + 65536));
  feed.send(ToClient, writeReply(1, 5 << 20));
  assert.deepEqual(actions(feed), ['WRITE']);
  assert.equal(rpcOf(feed.records[0]).payload_bytes, 5 << 20);
  assert.equal(feed.records[0].body.sections.wiretail, undefined);
});

test('a record is truncated at end of stream', () => {
  const bytes = flushCall(1);
  for (const length of [1, 4, 30, bytes.length - 1]) {
    const feed = newFeeder();
    feed.send(ToServer, bytes.subarray(0, length));
    feed.end();
    assert.deepEqual(actions(feed), ['truncated']);
    assert.match(anomalies(feed)[0].body.message, new RegExp(` after ${length} byte`));
  }
  const feed = newFeeder();
  feed.send(ToServer, writeCall(1, DATA).subarray(0, 4000));
  feed.end();
  const [line] = messages(feed);
  assert.equal(line.body.action, 'WRITE');
  assert.deepEqual(line.body.sections.wiretail, { truncated: true });
  assert.equal(line.body.outcome, 'unknown');
});

test('empty records are ignored', () => {
  const feed = newFeeder();
  feed.send(ToServer, words(0, 0, 0));
  feed.send(ToServer, flushCall(1));
  feed.send(ToClient, Buffer.concat([words(0), record(replyBytes(1, commonRsp()))]));
  assert.deepEqual(actions(feed), ['FLUSH']);
  assert.equal(feed.records[0].body.outcome, 'success');
});
