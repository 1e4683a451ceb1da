import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authOf, newFeeder, rpcOf, ToClient, ToServer } from './harness.js';
import {
  AUTH_NONE,
  auth,
  authSys,
  authV2,
  authV3,
  call,
  commonRsp,
  flushCall,
  Proc,
  record,
  replyBytes,
  words,
} from './rpc-bytes.js';
import { counted, word } from './xdr-bytes.js';

const body = flushCall(1).subarray(-36);

/** The credential in the line of a call. */
function shown(credential: Uint8Array, detail: 'full' | 'summary' = 'full') {
  const feed = newFeeder({ view: 'messages', detail });
  feed.send(ToServer, call({ xid: 1, procedure: Proc.flush, body, credential }));
  assert.equal(feed.records.length, 1);
  assert.equal(feed.records[0].body.action, 'FLUSH');
  return authOf(feed.records[0]);
}

test('AUTH_NONE has no fields', () => {
  assert.deepEqual(shown(AUTH_NONE), { flavor: 0, flavor_name: 'AUTH_NONE' });
});

test('AUTH_SYS is decoded', () => {
  assert.deepEqual(shown(authSys(1000, 100, [4, 24])), {
    flavor: 1,
    flavor_name: 'AUTH_SYS',
    stamp: 7,
    machname: 'host',
    uid: 1000,
    gid: 100,
    groups: [4, 24],
  });
});

test('AUTH_GLUSTERFS has sixteen groups, of which ngrps are shown', () => {
  const groups = Array.from({ length: 16 }, (_, i) => 100 + i);
  const old = Buffer.concat([Buffer.from('0102030405060708', 'hex'), words(77, 1000, 100, 3, ...groups)]);
  assert.deepEqual(shown(auth(5, old)), {
    flavor: 5,
    flavor_name: 'AUTH_GLUSTERFS',
    lk_owner: '0102030405060708',
    pid: 77,
    uid: 1000,
    gid: 100,
    ngrps: 3,
    groups: [100, 101, 102],
  });
});

test('AUTH_GLUSTERFS_v2 is decoded', () => {
  assert.deepEqual(shown(authV2(4242)), {
    flavor: 390039,
    flavor_name: 'AUTH_GLUSTERFS_v2',
    pid: 4242,
    uid: 1000,
    gid: 100,
    groups: [100, 4],
    lk_owner: '0102030405060708',
  });
});

const v3 = {
  flavor: 390040,
  flavor_name: 'AUTH_GLUSTERFS_v3',
  pid: 4242,
  uid: 1000,
  gid: 100,
  flags: 3,
  ctime_nsec: 5,
  ctime_sec: 1_700_000_000,
  groups: [100, 4],
  lk_owner: '0102030405060708',
};

test('AUTH_GLUSTERFS_v3 is decoded, in a summary without the ctime', () => {
  assert.deepEqual(shown(authV3(4242)), v3);
  const { flags: _flags, ctime_nsec: _nsec, ctime_sec: _sec, ...summary } = v3;
  assert.deepEqual(shown(authV3(4242), 'summary'), summary);
  assert.equal(shown(authV3(1, Buffer.of(0xab))).lk_owner, 'ab');
  assert.equal(shown(authV3(1, Buffer.alloc(0))).lk_owner, '');
});

test('a negative pid names a process of GlusterFS itself', () => {
  for (const credential of [authV2, authV3]) {
    const rebalance = shown(credential(-3));
    assert.equal(rebalance.pid, -3);
    assert.equal(rebalance.pid_name, 'rebalance (GF_CLIENT_PID_DEFRAG)');
    assert.equal(shown(credential(-1)).pid_name, 'geo-replication (GF_CLIENT_PID_GSYNCD)');
    assert.equal(shown(credential(-9999)).pid_name, undefined);
    assert.equal(shown(credential(3)).pid_name, undefined);
  }
});

test('a credential that cannot be decoded is shown as raw bytes', () => {
  const good = authV3(4242).subarray(8);
  for (let length = 4; length < good.length; length += 4)
    assert.deepEqual(shown(auth(390040, good.subarray(0, length))), {
      flavor: 390040,
      flavor_name: 'AUTH_GLUSTERFS_v3',
      raw: good.subarray(0, length).toString('hex'),
    });
  // More groups than bytes.
  const many = words(1, 2, 3, 0xffffffff, 5);
  assert.equal(shown(auth(390039, many)).raw, many.toString('hex'));
});

test('a flavor without a struct is shown as raw bytes', () => {
  assert.deepEqual(shown(auth(6, Buffer.of(1, 2, 3))), {
    flavor: 6,
    flavor_name: 'RPCSEC_GSS',
    raw: '010203',
  });
  assert.deepEqual(shown(auth(4711, Buffer.of(255))), { flavor: 4711, raw: 'ff' });
  assert.deepEqual(shown(auth(4711)), { flavor: 4711 });
  assert.deepEqual(shown(auth(0, Buffer.of(9))), {
    flavor: 0,
    flavor_name: 'AUTH_NONE',
    raw: '09',
  });
});

test('a verifier other than AUTH_NONE is shown', () => {
  const feed = newFeeder({ view: 'messages' });
  const verifier = auth(1, Buffer.concat([word(7), counted('h'), words(1, 2, 0)]));
  feed.send(ToServer, call({ xid: 1, procedure: Proc.flush, body, verifier }));
  feed.send(ToClient, record(replyBytes(1, commonRsp(), 0, auth(6, Buffer.of(8)))));
  const [request, answer] = feed.records;
  assert.deepEqual(rpcOf(request).verifier, {
    flavor: 1,
    flavor_name: 'AUTH_SYS',
    stamp: 7,
    machname: 'h',
    uid: 1,
    gid: 2,
    groups: [],
  });
  assert.deepEqual(rpcOf(answer).verifier, { flavor: 6, flavor_name: 'RPCSEC_GSS', raw: '08' });
});
