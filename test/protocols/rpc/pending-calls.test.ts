import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Call, PendingCalls } from '../../../src/protocols/rpc/pending-calls.js';

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
  epoch: 0,
  lock: undefined,
  timeoutReported: false,
  seconds,
  nanoseconds: 0,
  packet: 0,
  weight: 100,
});

test('uncertain calls are returned one by one unless there are too many; timed-out calls only once then', () => {
  const calls = new PendingCalls();
  const xids = () => calls.takeUncertain()?.map(({ xid }) => xid);
  for (let xid = 0; xid < 200; xid++) calls.add(call(xid, 0));
  assert.equal(xids()?.length, 200);
  for (let xid = 200; xid < 300; xid++) calls.add(call(xid, 100));
  assert.equal(xids(), undefined);
  assert.equal(calls.takeTimedOut({ seconds: 50, nanoseconds: 0, packet: 0 }, 1000).length, 200);
  assert.equal(calls.takeTimedOut({ seconds: 200, nanoseconds: 0, packet: 0 }, 1000).length, 100);
  calls.add(call(300, 200));
  assert.equal(xids(), undefined);
  assert.deepEqual(xids(), [300]);
  calls.take(300);
  for (let xid = 0; xid < 100; xid++) calls.take(xid);
  assert.equal(xids()?.length, 200);
});
