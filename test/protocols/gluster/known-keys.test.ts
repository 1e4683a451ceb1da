import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interpretKnownKey } from '../../../src/protocols/gluster/projection/known-keys.js';
import type { Fields } from '../../../src/protocols/rpc/describer.js';
import { newRandom } from '../../helpers/random.js';

/** Places the value between other bytes, as in a packet. */
function interpret(key: string, value: Buffer): Fields | undefined {
  const packet = Buffer.concat([Buffer.from('ab'), value, Buffer.from('cd')]);
  return interpretKnownKey(key, packet, 2, 2 + value.length);
}

const hex = (key: string, digits: string) => interpret(key, Buffer.from(digits.replaceAll(' ', ''), 'hex'));
const text = (key: string, value: string) => interpret(key, Buffer.from(value, 'latin1'));

test('pending operations of AFR may be negative in an increment', () => {
  assert.deepEqual(hex('trusted.afr.rep-client-1', '00000003 00000000 ffffffff'), {
    afr: { data: 3, metadata: 0, entry: -1 },
  });
  assert.equal(hex('trusted.afr.dirty', '00000003 00000000'), undefined);
});

test('the hash range of a directory on a brick', () => {
  assert.deepEqual(hex('trusted.glusterfs.dht', '00000001 00000000 7fffffff ffffffff'), {
    dht: { commit_hash: 1, type: 0, start: 0x7fffffff, stop: 0xffffffff },
  });
  assert.equal(text('trusted.glusterfs.dht.linkto', 'rep-client-00000\0'.slice(0, 16)), undefined);
});

test('attributes of dispersed files', () => {
  assert.deepEqual(hex('trusted.ec.version', '0000000000000002 0000000000000005'), {
    ec: { version: { data: 2, metadata: 5 } },
  });
  assert.deepEqual(hex('trusted.ec.dirty', '0000000000000001'), { ec: { dirty: { data: 1 } } });
  assert.deepEqual(hex('trusted.ec.size', '7fffffffffffffff'), { ec: { size: 9223372036854775807n } });
  assert.deepEqual(hex('trusted.ec.config', '0000080602000200'), {
    ec: { config: { version: 0, algorithm: 0, word_size: 8, bricks: 6, redundancy: 2, chunk_size: 512 } },
  });
});

test('a key with a UUID ending and a value of 16 bytes is a UUID', () => {
  const id = '1e57009fe7014113900add022a9f99ee';
  const uuid = '1e57009f-e701-4113-900a-dd022a9f99ee';
  for (const key of ['trusted.gfid', 'gfid-req', 'gfid0', 'trusted.glusterfs.volume-id', 'originator_uuid']) {
    assert.deepEqual(hex(key, id), { uuid });
  }
  assert.equal(hex('gfid-req', id.slice(2)), undefined);
  assert.equal(hex('user.foo', id), undefined);
});

test("quota, bitrot, ACLs and geo-replication's timestamp", () => {
  assert.deepEqual(hex('trusted.glusterfs.quota.limit-set', '0000000040000000 ffffffffffffffff'), {
    quota: { hard_limit: 1073741824, soft_limit: -1 },
  });
  const meta = '0000000000000400 0000000000000002 0000000000000001';
  const quota = { size: 1024, file_count: 2, dir_count: 1 };
  assert.deepEqual(hex('trusted.glusterfs.quota.size.1', meta), { quota });
  assert.deepEqual(hex('trusted.glusterfs.quota.00000000-0000-0000-0000-000000000001.contri.1', meta), {
    quota,
  });
  assert.deepEqual(hex('trusted.bit-rot.version', '0200000000000000 8930ed65 1a460000'), {
    bitrot: { version: 2, seconds: 0x65ed3089, microseconds: 0x461a },
  });
  assert.deepEqual(hex('trusted.bit-rot.signature', '01 0200000000000000 abcd'), {
    bitrot: { type: 1, version: 2, hash: 'abcd' },
  });
  assert.deepEqual(hex('system.posix_acl_access', `02000000${'00'.repeat(24)}`), { acl: { entries: 3 } });
  assert.equal(hex('system.posix_acl_access', '0200000000'), undefined);
  assert.deepEqual(hex('trusted.glusterfs.1e57009f-e701-4113-900a-dd022a9f99ee.xtime', '65ed308900000001'), {
    xtime: { seconds: 0x65ed3089, microseconds: 1 },
  });
});

test('decimal text is an integer in canonical form only', () => {
  assert.deepEqual(text('brick1.port', '49152\0'), { integer: 49152 });
  assert.deepEqual(text('whatever', '-1'), { integer: -1 });
  assert.deepEqual(text('transport-ptr', '18446744073709551615\0'), { integer: 18446744073709551615n });
  for (const other of ['', '\0', '-', '-0', '007', '1\0\0', '+1', '1.5', '0x10', '1'.repeat(21), 'node1']) {
    assert.equal(text('count', other), undefined);
  }
});

test('any bytes are accepted under any key', () => {
  const random = newRandom(20260101);
  const keys = [
    'trusted.afr.x',
    'trusted.glusterfs.dht',
    'trusted.ec.version',
    'trusted.ec.dirty',
    'trusted.ec.size',
  ];
  keys.push(
    'trusted.ec.config',
    'trusted.glusterfs.quota.limit-set',
    'trusted.glusterfs.quota.size',
    'gfid-req',
  );
  keys.push(
    'trusted.bit-rot.version',
    'trusted.bit-rot.signature',
    'system.posix_acl_default',
    '',
    'a.xtime',
  );
  let interpreted = 0;
  for (let i = 0; i < 20_000; i++) {
    const fields = interpret(random.pick(keys), Buffer.from(random.bytes(random.below(80))));
    if (fields === undefined) continue;
    interpreted++;
    assert.equal(Object.keys(fields).length, 1);
    assert.doesNotMatch(
      JSON.stringify(fields, (_, v) => (typeof v === 'bigint' ? `${v}` : v)),
      /null/,
    );
  }
  assert.ok(interpreted > 100);
});
