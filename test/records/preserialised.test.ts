/** Serialised forms kept with shared objects. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  markPreserialisable,
  preserialisedBytes,
  storePreserialised,
} from '../../src/records/preserialised.js';

test('the serialised form stays with its object, invisible and not copied', () => {
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

test('an object that is not marked keeps nothing', () => {
  const members = { pid: 1 };
  storePreserialised(members, Buffer.from('{}'));
  assert.equal(preserialisedBytes(members), undefined);
});
