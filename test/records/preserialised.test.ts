import assert from 'node:assert/strict';
import test from 'node:test';
import {
  markPreserialisable,
  preserialisedBytes,
  storePreserialised,
} from '../../src/records/preserialised.js';

test('how an object is written stays with the object alone', () => {
  const members = markPreserialisable({ pid: 1, groups: [2] });
  assert.equal(preserialisedBytes(members), undefined);
  const bytes = Buffer.from('{}');
  storePreserialised(members, bytes);
  bytes.fill(0);
  assert.deepEqual(preserialisedBytes(members), new Uint8Array(Buffer.from('{}')));
  assert.equal(JSON.stringify(members), '{"pid":1,"groups":[2]}');
  assert.deepEqual(Object.keys(members), ['pid', 'groups']);
  assert.equal(preserialisedBytes({ ...members, pid: 3 }), undefined);
});

test('of an object that may change nothing is kept', () => {
  const members = { pid: 1 };
  storePreserialised(members, Buffer.from('{}'));
  assert.equal(preserialisedBytes(members), undefined);
});
