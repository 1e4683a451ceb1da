/** Replies paired with their calls, and calls without a reply. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  actions,
  anomalies,
  anomalyOf,
  glusterfs,
  glusterOf,
  messages,
  newFeeder,
  rpcOf,
  ToClient,
  ToServer,
  wiretailOf,
} from './harness.js';
import {
  AUTH_NONE,
  CALLBACK,
  call,
  childDown,
  FOP,
  flushCall,
  flushReply,
  fstatCall,
  fstatReply,
  HANDSHAKE,
  MGMT,
  NFS,
  Proc,
  reply,
  words,
} from './rpc-bytes.js';
import { counted } from './xdr-bytes.js';

test('a retransmitted call is marked, and one reply answers both', () => {
  for (const view of ['calls', 'messages'] as const) {
    const feed = newFeeder({ view });
    feed.send(ToServer, flushCall(1));
    feed.send(ToServer, flushCall(1));
    feed.send(ToClient, flushReply(1));
    feed.end();
    assert.equal(feed.records.length, view === 'calls' ? 1 : 3);
    assert.equal(anomalies(feed).length, 0);
    assert.equal(rpcOf(feed.records[view === 'calls' ? 0 : 1]).retransmission, true);
    if (view === 'messages') assert.equal(rpcOf(feed.records[0]).retransmission, undefined);
  }
});

test('a call whose xid is reused by another procedure has no reply', () => {
  const feed = newFeeder();
  feed.send(ToServer, Buffer.concat([flushCall(1), fstatCall(1)]));
  feed.send(ToClient, fstatReply(1));
  assert.deepEqual(actions(feed), ['FLUSH', 'FSTAT']);
  const [flush, fstat] = feed.records;
  assert.equal(flush.body.outcome, 'unknown');
  assert.match(flush.body.message, /-> no reply for 0\.00 ms$/);
  assert.equal(fstat.body.outcome, 'success');
  assert.equal(rpcOf(fstat).retransmission, undefined);
});

test('an xid that is reused after its reply is a new call', () => {
  const feed = newFeeder();
  for (let i = 0; i < 2; i++) {
    feed.send(ToServer, flushCall(1));
    feed.send(ToClient, flushReply(1, i));
  }
  assert.deepEqual(
    feed.records.map(({ body }) => body.outcome),
    ['success', 'failure'],
  );
  assert.ok(feed.records.every((record) => rpcOf(record).retransmission === undefined));
});

test('calls without a reply are reported when the connection ends', () => {
  const calls = newFeeder();
  calls.send(ToServer, Buffer.concat([flushCall(1), fstatCall(2), flushCall(3)]));
  calls.send(ToClient, fstatReply(2));
  calls.end();
  assert.deepEqual(actions(calls), ['FSTAT', 'FLUSH', 'FLUSH']);
  assert.deepEqual(
    calls.records.slice(1).map((record) => [rpcOf(record).xid, record.body.outcome, record.body.duration]),
    [
      [1, 'unknown', undefined],
      [3, 'unknown', undefined],
    ],
  );
  const both = newFeeder({ view: 'messages' });
  both.send(ToServer, Buffer.concat([flushCall(1), fstatCall(2), flushCall(3)]));
  both.send(ToClient, fstatReply(2));
  both.end();
  assert.deepEqual(actions(both), ['FLUSH', 'FSTAT', 'FLUSH', 'FSTAT', 'unanswered']);
  assert.deepEqual(anomalyOf(both.records[4]), { protocol: 'rpc', reason: 'no reply', requests: 2 });
  assert.equal(both.records[4].from, ToServer);
});

test('a timeout is reported once, with the age of the call, and a late reply again', () => {
  const feed = newFeeder();
  const tick = (seconds: number) => {
    feed.at = { ...feed.at, seconds: start + seconds };
    glusterfs.tick?.(feed.at);
  };
  const start = feed.at.seconds;
  feed.send(ToServer, Buffer.concat([flushCall(1), fstatCall(2)]));
  tick(10);
  feed.send(ToServer, flushCall(3));
  tick(29);
  assert.equal(feed.records.length, 0);
  for (const seconds of [30, 31, 32]) tick(seconds);
  assert.deepEqual(actions(feed), ['FLUSH', 'FSTAT']);
  assert.ok(feed.records.every(({ body }) => body.outcome === 'unknown' && body.seconds === start));
  assert.match(feed.records[0].body.message, /-> no reply for 30\.00 s$/);
  assert.equal(rpcOf(feed.records[0]).age, 30e9);
  feed.send(ToClient, flushReply(1));
  assert.equal(feed.records[2].body.duration, 32e9);
  assert.equal(rpcOf(feed.records[2]).late, true);
  tick(41);
  assert.deepEqual(actions(feed), ['FLUSH', 'FSTAT', 'FLUSH', 'FLUSH']);
  feed.end();
  // Neither call was evicted, and none is reported twice.
  assert.equal(feed.records.length, 4);
});

test('callbacks have xids of their own, and no reply', () => {
  const feed = newFeeder();
  feed.send(ToServer, Buffer.concat([flushCall(1), flushCall(2)]));
  feed.send(
    ToClient,
    Buffer.concat([childDown(1), childDown(2), childDown(1), flushReply(2), flushReply(1)]),
  );
  feed.end();
  assert.deepEqual(actions(feed), ['CHILD_DOWN', 'CHILD_DOWN', 'CHILD_DOWN', 'FLUSH', 'FLUSH']);
  const [down] = feed.records;
  assert.equal(down.from, ToClient);
  assert.equal(down.body.dataset, 'gluster.callback');
  assert.equal(down.body.outcome, undefined);
  const { auth, ...others } = rpcOf(down);
  assert.deepEqual(others, { xid: 1, program: CALLBACK, version: 1, procedure: 7, method: 'CHILD_DOWN' });
  assert.deepEqual(
    feed.records.slice(3).map((record) => rpcOf(record).xid),
    [2, 1],
  );
});

test('calls of the server are paired with replies of the client, even if xids collide', () => {
  const feed = newFeeder();
  feed.send(ToServer, flushCall(1));
  feed.send(ToClient, fstatCall(1));
  feed.send(ToServer, fstatReply(1));
  feed.send(ToClient, flushReply(1));
  assert.deepEqual(actions(feed), ['FSTAT', 'FLUSH']);
  assert.deepEqual(
    feed.records.map(({ from }) => from),
    [ToClient, ToServer],
  );
  assert.ok(feed.records.every(({ body }) => body.outcome === 'success'));
});

test('an orphan reply is reported in the messages view only', () => {
  const calls = newFeeder();
  calls.send(ToClient, flushReply(7));
  calls.end();
  assert.equal(calls.records.length, 0);
  const feed = newFeeder({ view: 'messages' });
  feed.send(ToClient, flushReply(7));
  assert.deepEqual(rpcOf(feed.records[0]), { type: 'reply', xid: 7, accept_status: 'SUCCESS' });
  assert.deepEqual(glusterOf(feed.records[0]), {});
});

test('other programs are named, and their bodies not decoded', () => {
  const feed = newFeeder();
  feed.send(ToServer, call({ xid: 1, program: NFS, version: 3, procedure: 6, body: Buffer.alloc(80) }));
  feed.send(ToClient, reply(1, Buffer.alloc(500)));
  feed.send(ToServer, call({ xid: 2, program: 400100, version: 9, procedure: 77 }));
  feed.send(ToClient, reply(2, undefined, 1));
  const [read, unknown] = feed.records;
  assert.equal(read.body.dataset, 'rpc.other');
  assert.equal(read.body.action, 'READ');
  assert.match(read.body.message, /^NFS version 3 READ -> a reply in /);
  assert.equal(read.body.outcome, 'unknown');
  assert.equal(read.body.sections.gluster, undefined);
  assert.equal(read.body.sections.wiretail, undefined);
  assert.equal(rpcOf(read).method, 'READ');
  assert.equal(unknown.body.dataset, 'rpc.other');
  assert.equal(unknown.body.action, 'proc-77');
  assert.match(unknown.body.message, /^program 400100 version 9 proc-77 -> PROG_UNAVAIL in /);
  assert.equal(unknown.body.outcome, 'failure');
  assert.equal(rpcOf(unknown).method, undefined);
});

test('an unknown version or procedure of a known program has a number as its name', () => {
  const feed = newFeeder();
  feed.send(ToServer, call({ xid: 1, program: FOP, version: 999, procedure: 13, body: Buffer.alloc(32) }));
  feed.send(ToClient, reply(1, words(330, 400), 2));
  feed.send(ToServer, call({ xid: 2, program: HANDSHAKE, version: 2, procedure: 200 }));
  feed.send(ToClient, reply(2, undefined, 3));
  const [version, procedure] = feed.records;
  assert.deepEqual(
    feed.records.map(({ body }) => body.dataset),
    ['gluster.fop', 'gluster.handshake'],
  );
  assert.deepEqual(actions(feed), ['proc-13', 'proc-200']);
  assert.equal(rpcOf(version).accept_status, 'PROG_MISMATCH');
  assert.equal(version.body.sections.gluster, undefined);
  assert.equal(rpcOf(procedure).accept_status, 'PROC_UNAVAIL');
  assert.ok(feed.records.every((record) => wiretailOf(record).malformed === undefined));
});

test('bytes behind a struct, and a struct longer than its record, are malformed', () => {
  const whole = flushCall(1).subarray(-36);
  for (const [body, reason] of [
    [Buffer.concat([whole, words(1)]), '4 bytes behind what the procedure has'],
    [whole.subarray(0, 20), 'the record ends within fd'],
  ] as const) {
    const feed = newFeeder();
    feed.send(ToServer, call({ xid: 1, procedure: Proc.flush, body }));
    feed.send(ToClient, flushReply(1));
    assert.deepEqual(actions(feed), ['malformed', 'FLUSH']);
    assert.equal(anomalyOf(feed.records[0]).reason, reason);
    const [line] = messages(feed);
    assert.deepEqual(wiretailOf(line), { malformed: true });
    assert.equal(glusterOf(line).gfid, '93e1d5cc-f2f4-4d47-a6a1-2b87e359535e');
    assert.equal(line.body.outcome, 'success');
  }
  const feed = newFeeder();
  feed.send(ToServer, flushCall(1));
  feed.send(ToClient, reply(1, words(0)));
  assert.deepEqual(actions(feed), ['FLUSH', 'malformed']);
  assert.match(feed.records[1].body.message, /^malformed FLUSH reply: /);
  feed.send(
    ToServer,
    call({ xid: 2, program: HANDSHAKE, version: 2, procedure: 3, credential: AUTH_NONE, body: words(5) }),
  );
  assert.deepEqual(actions(feed).slice(2), ['malformed']);
});

const UUID = Buffer.concat(Array.from({ length: 16 }, (_, i) => words(i)));
const NO_DICT = counted('');
/** A body of each procedure that GlusterFS 9.0 and 9.1 number differently. */
const BODIES = {
  POST_COMMIT: Buffer.concat([UUID, words(4), NO_DICT]),
  POST_VALIDATE: Buffer.concat([UUID, words(4, 0), NO_DICT]),
  UNLOCK: Buffer.concat([UUID, UUID, words(4), NO_DICT]),
};

function mgmtActions(...sent: readonly (readonly [number, keyof typeof BODIES])[]): string[] {
  const feed = newFeeder({ view: 'messages' });
  for (const [i, [procedure, name]] of sent.entries())
    feed.send(ToServer, call({ xid: i, program: MGMT, version: 3, procedure, body: BODIES[name] }));
  assert.ok(feed.records.every((record) => rpcOf(record).method === record.body.action));
  return actions(feed);
}

test('GD_MGMT version 3: the bodies show which meaning procedures 5 to 7 have', () => {
  assert.deepEqual(mgmtActions([5, 'POST_VALIDATE'], [6, 'UNLOCK'], [7, 'POST_COMMIT']), [
    'POST_VALIDATE',
    'UNLOCK',
    'POST_COMMIT',
  ]);
  // GlusterFS 9.0 and 9.1.
  const renumbered = mgmtActions([5, 'POST_COMMIT'], [6, 'POST_VALIDATE'], [7, 'UNLOCK'], [5, 'POST_COMMIT']);
  assert.deepEqual(renumbered, ['POST_COMMIT', 'POST_VALIDATE', 'UNLOCK', 'POST_COMMIT']);
  assert.deepEqual(mgmtActions([7, 'UNLOCK']), ['UNLOCK']);
  assert.deepEqual(mgmtActions([6, 'POST_VALIDATE']), ['POST_VALIDATE']);
});

test('GD_MGMT version 3: a reply is decoded with the meaning of its call', () => {
  const feed = newFeeder();
  feed.send(ToServer, call({ xid: 1, program: MGMT, version: 3, procedure: 7, body: BODIES.UNLOCK }));
  feed.send(ToClient, reply(1, Buffer.concat([UUID, UUID, NO_DICT, words(0, 0)])));
  assert.deepEqual(actions(feed), ['UNLOCK']);
  assert.deepEqual(Object.keys(glusterOf(feed.records[0]).response as object).slice(0, 3), [
    'uuid',
    'txn_id',
    'op_ret',
  ]);
});
