import assert from 'node:assert/strict';
import test from 'node:test';
import { cacheable, cacheBytes, cachedBytes } from '../../src/records/preserialised.js';

test('how an object is written stays with the object alone', () => {
  const members = cacheable({ pid: 1, groups: [2] });
  assert.equal(cachedBytes(members), undefined);
  const bytes = Buffer.from('{}');
  cacheBytes(members, bytes);
  bytes.fill(0);
  assert.deepEqual(cachedBytes(members), new Uint8Array(Buffer.from('{}')));
  assert.equal(JSON.stringify(members), '{"pid":1,"groups":[2]}');
  assert.deepEqual(Object.keys(members), ['pid', 'groups']);
  assert.equal(cachedBytes({ ...members, pid: 3 }), undefined);
});

test('of an object that may change nothing is kept', () => {
  const members = { pid: 1 };
  cacheBytes(members, Buffer.from('{}'));
  assert.equal(cachedBytes(members), undefined);
});
