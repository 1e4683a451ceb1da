import assert from 'node:assert/strict';
import test from 'node:test';
import { keepWritten, shared, writtenOf } from '../../src/records/shared.js';

test('how an object is written stays with the object alone', () => {
  const members = shared({ pid: 1, groups: [2] });
  assert.equal(writtenOf(members), undefined);
  const bytes = Buffer.from('{}');
  keepWritten(members, bytes);
  bytes.fill(0);
  assert.deepEqual(writtenOf(members), new Uint8Array(Buffer.from('{}')));
  assert.equal(JSON.stringify(members), '{"pid":1,"groups":[2]}');
  assert.deepEqual(Object.keys(members), ['pid', 'groups']);
  assert.equal(writtenOf({ ...members, pid: 3 }), undefined);
});

test('of an object that may change nothing is kept', () => {
  const members = { pid: 1 };
  keepWritten(members, Buffer.from('{}'));
  assert.equal(writtenOf(members), undefined);
});
