/** Missing bytes: nothing wrong is reported, and little is lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRandom } from '../../helpers/random.js';
import {
  actions,
  anomalies,
  anomalyOf,
  type EmittedRecord,
  glusterOf,
  messages,
  newFeeder,
  rpcOf,
  ToClient,
  ToServer,
  wiretailOf,
} from './harness.js';
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

const DATA = Buffer.from(newRandom(3).bytes(6000));

test("a gap within a WRITE's data does not lose sync", () => {
  const write = writeCall(1, Buffer.alloc(9000, 0x80));
  for (const [from, missing] of [
    [3000, 1],
    [3000, 5000],
    [3000, write.length - 3000],
  ] as const) {
    const feed = newFeeder();
    feed.send(ToServer, write.subarray(0, from));
    feed.gap(ToServer, missing);
    feed.send(ToServer, Buffer.concat([write.subarray(from + missing), flushCall(2)]));
    feed.send(ToClient, Buffer.concat([writeReply(1, 9000), flushReply(2)]));
    feed.end();
    assert.deepEqual(actions(feed), ['WRITE', 'FLUSH']);
    assert.deepEqual(wiretailOf(feed.records[0]), { truncated: true });
    assert.equal(rpcOf(feed.records[0]).payload_bytes, 9000);
    assert.equal(feed.records[1].body.sections.wiretail, undefined);
  }
});

test('a gap from the data of a message into the next message loses sync', () => {
  const feed = newFeeder({ view: 'messages' });
  const bytes = Buffer.concat([writeCall(1, DATA.subarray(0, 5000)), fstatCall(2), flushCall(3)]);
  const behind = writeCall(1, DATA.subarray(0, 5000)).length + 20;
  feed.send(ToServer, bytes.subarray(0, 3000));
  feed.gap(ToServer, behind - 3000);
  feed.send(ToServer, bytes.subarray(behind));
  assert.deepEqual(actions(feed), ['WRITE', 'resync', 'FLUSH']);
  assert.deepEqual(anomalyOf(feed.records[1]), {
    protocol: 'rpc',
    reason: 'gap',
    cause: 'lost',
    missing_bytes: 20,
    skipped_bytes: fstatCall(2).length - 20,
    resumed: true,
  });
});

test('a gap of known size within a record truncates only that message', () => {
  const hit = fstatCall(2);
  for (let from = 4; from < hit.length; from += 4)
    for (const missing of [1, hit.length - from]) {
      const feed = newFeeder({ view: 'messages' });
      feed.send(ToServer, Buffer.concat([flushCall(1), hit.subarray(0, from)]));
      feed.gap(ToServer, missing);
      feed.send(ToServer, Buffer.concat([hit.subarray(Math.min(hit.length, from + missing)), flushCall(3)]));
      feed.end();
      assert.equal(anomalies(feed).length, 0, `${missing} bytes at ${from}`);
      const lines = messages(feed);
      assert.deepEqual([rpcOf(lines[0]).xid, rpcOf(lines[lines.length - 1]).xid], [1, 3]);
      if (lines.length === 3) assert.deepEqual(wiretailOf(lines[1]), { truncated: true });
      // The procedure precedes the credential.
      else assert.ok(lines.length === 2 && from < 28);
    }
});

test('the fields before a gap are shown', () => {
  const feed = newFeeder();
  const fstat = fstatCall(1);
  feed.send(ToServer, fstat.subarray(0, fstat.length - 12));
  feed.gap(ToServer, 12);
  feed.send(ToClient, fstatReply(1));
  assert.deepEqual(actions(feed), ['FSTAT']);
  assert.deepEqual(glusterOf(feed.records[0]).request, {
    gfid: '93e1d5cc-f2f4-4d47-a6a1-2b87e359535e',
    fd: '1',
  });
  assert.equal(feed.records[0].body.outcome, 'success');
});

test('after a gap in a record mark, or of a whole record, the next record is found', () => {
  const feed = newFeeder({ view: 'messages' });
  feed.send(ToServer, Buffer.concat([flushCall(1), flushCall(2).subarray(0, 3)]));
  feed.gap(ToServer, 5);
  feed.send(ToServer, Buffer.concat([flushCall(2).subarray(8), flushCall(3)]));
  feed.gap(ToServer, flushCall(4).length);
  feed.send(ToServer, flushCall(5));
  assert.deepEqual(actions(feed), ['FLUSH', 'resync', 'FLUSH', 'FLUSH']);
  assert.deepEqual(
    messages(feed).map((record) => rpcOf(record).xid),
    [1, 3, 5],
  );
});

test('after a gap in a record of several fragments the next record is found', () => {
  const feed = newFeeder({ view: 'messages' });
  const hit = flushCall(1);
  hit[0] = 0;
  feed.send(ToServer, Buffer.concat([flushCall(0), hit]));
  feed.gap(ToServer, 100);
  feed.send(ToServer, flushCall(2));
  assert.deepEqual(
    messages(feed).map((record) => rpcOf(record).xid),
    [0, 2],
  );
});

interface MessageRange {
  readonly xid: number;
  readonly start: number;
  readonly end: number;
}

/** The bytes of one direction, and the ranges of its messages. */
function streamOf(
  each: (xid: number) => Buffer,
  xids: readonly number[],
): { bytes: Buffer; parts: MessageRange[] } {
  const parts: MessageRange[] = [];
  const all: Buffer[] = [];
  let start = 0;
  for (const xid of xids) {
    const message = each(xid);
    all.push(message);
    parts.push({ xid, start, end: start + message.length });
    start += message.length;
  }
  return { bytes: Buffer.concat(all), parts };
}

const FIRST_XID = 0x7ffffff8;
const xids = Array.from({ length: 14 }, (_, i) => FIRST_XID + i);
const calls = streamOf((xid) => {
  if (xid % 4 === 0) return flushCall(xid);
  if (xid % 4 === 1) return fstatCall(xid);
  return xid % 4 === 2 ? writeCall(xid, DATA.subarray(0, 150)) : readCall(xid, 90);
}, xids);
const answers = streamOf((xid) => {
  if (xid % 4 === 0) return flushReply(xid, 5);
  if (xid % 4 === 1) return fstatReply(xid);
  return xid % 4 === 2 ? writeReply(xid, 150) : readReply(xid, DATA.subarray(0, 90));
}, xids);

/** Taken from the sections directly: there are many of them. */
const key = ({ from, body }: EmittedRecord) => `${from} ${body.sections.rpc?.type} ${body.sections.rpc?.xid}`;
const textOf = ({ body }: EmittedRecord) =>
  JSON.stringify([body.action, body.message, body.sections.rpc, body.sections.gluster]);

/** Feeds all messages, some in each direction at a time, with `missing` bytes at `from` of one direction lost. */
function feedWithGap(
  gapDir: typeof ToServer | typeof ToClient,
  from: number,
  missing: number,
): readonly EmittedRecord[] {
  const feed = newFeeder({ view: 'messages', detail: 'summary' });
  const send = (
    dir: typeof ToServer | typeof ToClient,
    { bytes, parts }: typeof calls,
    first: number,
    last: number,
  ) => {
    const [start, end] = [parts[first].start, parts[last - 1].end];
    if (dir !== gapDir || from >= end || from + missing <= start) {
      feed.send(dir, bytes.subarray(start, end));
      return;
    }
    const [gapStart, gapEnd] = [Math.max(start, from), Math.min(end, from + missing)];
    if (gapStart > start) feed.send(dir, bytes.subarray(start, gapStart));
    feed.gap(dir, gapEnd - gapStart);
    if (gapEnd < end) feed.send(dir, bytes.subarray(gapEnd, end));
  };
  for (const [first, last] of [
    [0, 6],
    [6, 9],
    [9, 14],
  ] as const) {
    send(ToServer, calls, first, last);
    send(ToClient, answers, first, last);
  }
  feed.end();
  return messages(feed);
}

const whole = new Map(feedWithGap(ToServer, 1 << 20, 0).map((record) => [key(record), textOf(record)]));

test('a gap at any offset reports nothing wrong, and loses at most the next message', () => {
  assert.equal(whole.size, 28);
  for (const gapDir of [ToServer, ToClient] as const) {
    const { bytes, parts } = gapDir === ToServer ? calls : answers;
    const type = gapDir === ToServer ? 'call' : 'reply';
    for (const missing of [1, 6, 40, 333])
      for (let from = 0; from + missing <= bytes.length; from += missing === 1 ? 1 : 5) {
        const note = `${missing} bytes at ${from} of ${type}s`;
        const hit = parts
          .filter(({ start, end }) => start < from + missing && from < end)
          .map(({ xid }) => xid);
        const reported = new Set<string>();
        for (const record of feedWithGap(gapDir, from, missing)) {
          const { rpc, wiretail } = record.body.sections;
          const name = key(record);
          assert.ok(!reported.has(name), `${note}: ${name} twice`);
          reported.add(name);
          const xid = rpc?.xid;
          const isHit = typeof xid === 'number' && (hit.includes(xid) || hit.includes(xid - 1));
          if (isHit) assert.ok(whole.has(name), `${note}: ${name}`);
          else assert.equal(textOf(record), whole.get(name), note);
          if (wiretail?.truncated) assert.ok(isHit, note);
          assert.ok(!wiretail?.malformed, note);
        }
        const lost = [...whole.keys()].filter((name) => !reported.has(name));
        const likely = [...hit, hit[hit.length - 1] + 1].map((xid) => `${gapDir} ${type} ${xid}`);
        for (const name of lost) assert.ok(likely.includes(name), `${note}: no ${name}`);
      }
  }
});
