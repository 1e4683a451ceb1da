import assert from 'node:assert/strict';
import test from 'node:test';
import { type Call, newCalls } from '../../../src/protocols/rpc/pending-calls.js';

const call = (xid: number, seconds: number): Call => ({
  xid,
  programNumber: 1,
  versionNumber: 1,
  procedureNumber: 1,
  program: undefined,
  procedure: undefined,
  auth: undefined,
  verifier: undefined,
  request: undefined,
  dataBytes: undefined,
  payload: undefined,
  truncated: false,
  reason: '',
  retransmission: false,
  began: 0,
  lock: undefined,
  told: false,
  seconds,
  nanoseconds: 0,
  packet: 0,
  weight: 100,
});

test('calls whose reply may be lost: each, unless there are too many; those that were told of long ago once', () => {
  const calls = newCalls();
  const xids = () => calls.takeDoubtful()?.map(({ xid }) => xid);
  for (let xid = 0; xid < 200; xid++) calls.open(call(xid, 0));
  assert.equal(xids()?.length, 200);
  for (let xid = 200; xid < 300; xid++) calls.open(call(xid, 100));
  assert.equal(xids(), undefined);
  assert.equal(calls.overdue({ seconds: 50, nanoseconds: 0, packet: 0 }, 1000).length, 200);
  assert.equal(calls.overdue({ seconds: 200, nanoseconds: 0, packet: 0 }, 1000).length, 100);
  calls.open(call(300, 200));
  assert.equal(xids(), undefined);
  assert.deepEqual(xids(), [300]);
  calls.take(300);
  for (let xid = 0; xid < 100; xid++) calls.take(xid);
  assert.equal(xids()?.length, 200);
});
