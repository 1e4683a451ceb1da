/** Record marks and message headers: status, malformed ones, and limits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  actions,
  anomalies,
  anomalyOf,
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
  auth,
  call,
  callBytes,
  commonRsp,
  denied,
  flushCall,
  flushReply,
  Proc,
  record,
  reply,
  replyBytes,
  words,
} from './rpc-bytes.js';

/** The line of a FLUSH with this reply. */
function flushWithReply(answer: Uint8Array) {
  const feed = newFeeder();
  feed.send(ToServer, flushCall(9));
  feed.send(ToClient, answer);
  feed.end();
  assert.equal(feed.records.length, 1);
  return feed.records[0];
}

test('an accepted reply with SUCCESS', () => {
  const line = flushWithReply(flushReply(9));
  assert.equal(rpcOf(line).accept_status, 'SUCCESS');
  assert.equal(rpcOf(line).reject_status, undefined);
  assert.equal(rpcOf(line).mismatch, undefined);
  assert.equal(line.body.outcome, 'success');
  assert.deepEqual(glusterOf(line).response, { op_ret: 0, op_errno: 0 });
});

for (const [status, name] of [
  [1, 'PROG_UNAVAIL'],
  [3, 'PROC_UNAVAIL'],
  [4, 'GARBAGE_ARGS'],
  [5, 'SYSTEM_ERR'],
  [77, '77'],
] as const)
  test(`an accepted reply with ${name} is a failure`, () => {
    const line = flushWithReply(reply(9, undefined, status));
    assert.equal(rpcOf(line).accept_status, name);
    assert.equal(line.body.outcome, 'failure');
    assert.match(line.body.message, new RegExp(`^FLUSH .* -> ${name} in `));
    assert.equal(glusterOf(line).response, undefined);
    assert.equal(wiretailOf(line).malformed, undefined);
  });

test('PROG_MISMATCH gives the supported versions', () => {
  const line = flushWithReply(reply(9, words(330, 400), 2));
  assert.equal(rpcOf(line).accept_status, 'PROG_MISMATCH');
  assert.deepEqual(rpcOf(line).mismatch, { low: 330, high: 400 });
  assert.equal(line.body.outcome, 'failure');
});

test('RPC_MISMATCH gives the supported versions', () => {
  const line = flushWithReply(denied(9, 0, 2, 4294967295));
  assert.equal(rpcOf(line).reject_status, 'RPC_MISMATCH');
  assert.equal(rpcOf(line).accept_status, undefined);
  assert.equal(rpcOf(line).auth_status, undefined);
  assert.deepEqual(rpcOf(line).mismatch, { low: 2, high: 4294967295 });
  assert.match(line.body.message, /-> RPC_MISMATCH in /);
});

// RFC 5531, section 9: auth_stat.
const AUTH_STATUS = `AUTH_OK AUTH_BADCRED AUTH_REJECTEDCRED AUTH_BADVERF AUTH_REJECTEDVERF AUTH_TOOWEAK
  AUTH_INVALIDRESP AUTH_FAILED AUTH_KERB_GENERIC AUTH_TIMEEXPIRE AUTH_TKT_FILE AUTH_DECODE AUTH_NET_ADDR
  RPCSEC_GSS_CREDPROBLEM RPCSEC_GSS_CTXPROBLEM 15`.split(/\s+/);

test('AUTH_ERROR gives the auth_stat', () => {
  for (const [status, name] of AUTH_STATUS.entries()) {
    const line = flushWithReply(denied(9, 1, status));
    assert.equal(rpcOf(line).reject_status, 'AUTH_ERROR');
    assert.equal(rpcOf(line).auth_status, name);
    assert.equal(rpcOf(line).mismatch, undefined);
    assert.equal(line.body.outcome, 'failure');
    assert.match(line.body.message, new RegExp(`-> ${name} in `));
  }
});

/** The reason of the anomaly for an unparsable record; the record behind it is decoded. */
function reasonOf(content: Uint8Array): unknown {
  const feed = newFeeder({ view: 'messages' });
  feed.send(ToServer, Buffer.concat([record(content), flushCall(1)]));
  assert.deepEqual(actions(feed), ['malformed', 'FLUSH']);
  const [anomaly] = anomalies(feed);
  assert.equal(anomaly.body.level, 'warn');
  return anomalyOf(anomaly).reason;
}

const flush = { xid: 9, procedure: Proc.flush };

test('an invalid header is malformed', () => {
  assert.equal(reasonOf(callBytes({ ...flush, rpcVersion: 3 })), 'RPC version 3');
  assert.equal(reasonOf(words(9, 2, 2, 0, 0, 0)), 'neither a call nor a reply');
  assert.equal(reasonOf(words(9, 1, 2, 0, 0, 0)), 'reply_stat 2');
  assert.equal(reasonOf(words(9, 1, 1, 2, 0, 0)), 'reject_stat 2');
});

test('credentials and verifiers have at most 400 bytes', () => {
  const big = auth(0, Buffer.alloc(401));
  assert.equal(reasonOf(callBytes({ ...flush, credential: big })), 'a credential of 401 bytes');
  assert.equal(reasonOf(callBytes({ ...flush, verifier: big })), 'a verifier of 401 bytes');
  assert.equal(reasonOf(replyBytes(9, undefined, 0, big)), 'a verifier of 401 bytes');
  const most = auth(0, Buffer.alloc(400));
  const feed = newFeeder();
  feed.send(ToServer, call({ ...flush, body: flushCall(1).subarray(-36), credential: most, verifier: most }));
  feed.send(ToClient, record(replyBytes(9, commonRsp(), 0, most)));
  assert.deepEqual(actions(feed), ['FLUSH']);
  assert.equal(feed.records[0].body.outcome, 'success');
});

test('a record that ends anywhere within its header is malformed', () => {
  const inHeader = 'the record ends within the header';
  const whole = callBytes({ ...flush, credential: AUTH_NONE });
  for (let length = 1; length < whole.length; length++)
    assert.equal(reasonOf(whole.subarray(0, length)), inHeader, `${length} bytes`);
  for (const answer of [
    replyBytes(9),
    words(9, 1, 0, 0, 0, 2, 1, 1),
    words(9, 1, 1, 0, 2, 2),
    words(9, 1, 1, 1, 1),
  ])
    for (let length = 1; length < answer.length; length++)
      assert.equal(reasonOf(answer.subarray(0, length)), inHeader, `${length} bytes`);
});

test('the messages view shows the header of an orphan reply', () => {
  const feed = newFeeder({ view: 'messages' });
  feed.send(ToClient, denied(0xfffffffe, 1, 5));
  const [line] = messages(feed);
  assert.deepEqual(rpcOf(line), {
    type: 'reply',
    xid: 0xfffffffe,
    reject_status: 'AUTH_ERROR',
    auth_status: 'AUTH_TOOWEAK',
  });
  assert.equal(line.body.dataset, 'rpc.other');
  assert.equal(line.body.action, 'reply');
});

test('an invalid record mark loses sync', () => {
  const feed = newFeeder({ view: 'messages' });
  feed.send(ToServer, flushCall(1));
  feed.send(ToServer, words(0xc0000001, 0, 0, 0));
  feed.send(ToServer, flushCall(2));
  assert.deepEqual(actions(feed), ['FLUSH', 'malformed', 'FLUSH']);
  const anomaly = anomalyOf(feed.records[1]);
  assert.equal(anomaly.reason, 'bad record mark');
  assert.equal(anomaly.header_hex, 'c0000001');
  assert.equal(anomaly.skipped_bytes, 16);
});
