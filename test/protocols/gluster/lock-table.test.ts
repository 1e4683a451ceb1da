import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Lock,
  type LockClient,
  LockKind,
  newLockList,
} from '../../../src/protocols/gluster/locks/lock.js';
import { LockState } from '../../../src/protocols/gluster/locks/lock-state.js';
import { LockTable } from '../../../src/protocols/gluster/locks/lock-table.js';
import { holders, inode, newBricks, unlocking } from './lock-clients.js';

const newClient = (): LockClient => ({ id: undefined, locks: newLockList(), holderFields: () => ({}) });

function newRequest(table: LockTable, client: LockClient, gfid: string, start = 0, end = 9): Lock {
  return {
    client,
    owner: 'aa',
    pid: 1,
    file: table.findOrAdd(1, gfid),
    kind: LockKind.inode,
    domain: 'd',
    name: undefined,
    isWrite: true,
    isBlocking: true,
    start,
    end,
    fd: undefined,
    state: LockState.requested,
    seconds: 0,
    nanoseconds: 0,
    conflicts: undefined,
    moreConflicts: 0,
  };
}

function hold(table: LockTable, lock: Lock): Lock {
  table.request(lock);
  table.grant(lock, { seconds: 1, nanoseconds: 0 });
  assert.equal(lock.state, LockState.held);
  return lock;
}

test('beyond the limit of locks the oldest is evicted', () => {
  const table = new LockTable(100);
  const client = newClient();
  const locks = Array.from({ length: 150 }, (_, i) => hold(table, newRequest(table, client, `file ${i}`)));
  assert.equal(table.size(), 100);
  assert.equal(client.locks.size(), 100);
  for (const [i, { state }] of locks.entries())
    assert.equal(state, i < 50 ? LockState.uncertain : LockState.held);
  assert.equal(table.find(1, 'file 49')?.length, 0);
  // A released lock makes room.
  table.end(locks[60], LockState.released);
  hold(table, newRequest(table, client, 'another'));
  assert.equal(locks[50].state, LockState.held);
});

test('beyond the limit of locks of one file its oldest is evicted', () => {
  const table = new LockTable(1000, 10);
  const client = newClient();
  const locks = Array.from({ length: 15 }, (_, i) =>
    hold(table, newRequest(table, client, 'f', i * 10, i * 10 + 9)),
  );
  assert.equal(table.size(), 10);
  assert.equal(locks[4].state, LockState.uncertain);
  assert.equal(locks[5].state, LockState.held);
});

test('files without locks are dropped', () => {
  const table = new LockTable();
  const client = newClient();
  for (let i = 0; i < 5000; i++) {
    table.end(hold(table, newRequest(table, client, `file ${i}`)), LockState.released);
  }
  assert.equal(table.size(), 0);
  assert.equal(table.find(1, 'file 0'), undefined);
  assert.ok(table.find(1, 'file 4999') !== undefined);
});

test('releasing all locks of a client keeps the locks of other clients', () => {
  const table = new LockTable();
  const [leaving, staying] = [newClient(), newClient()];
  const released = Array.from({ length: 200 }, (_, i) =>
    hold(table, newRequest(table, leaving, `file ${i % 20}`, i, i)),
  );
  const other = hold(table, newRequest(table, staying, 'file 1', 500, 500));
  const requested = newRequest(table, leaving, 'file 1');
  table.request(requested);
  for (const lock of released.slice(0, 150)) table.end(lock, LockState.released);
  table.releaseAllOfClient(leaving, LockState.released);
  assert.equal(table.size(), 1);
  assert.equal(leaving.locks.size(), 0);
  assert.equal(released[199].state, LockState.released);
  // The request may have been granted meanwhile.
  assert.equal(requested.state, LockState.uncertain);
  assert.equal(other.state, LockState.held);
  table.markAllUncertain();
  assert.equal(table.size(), 0);
});

test('a lock that changes holders many times retains no former holder', () => {
  const { client, context } = newBricks();
  const clients = [client(1), client(2)];
  clients[0].call('INODELK', inode(0, 0)).reply();
  for (let i = 0; i < 10; i++) {
    const waiting = clients[(i + 1) % 2].call('INODELK', inode(0, 0));
    clients[i % 2].callAndReply('INODELK', inode(0, 0, unlocking));
    assert.deepEqual(holders(waiting.reply()), [clients[i % 2].host]);
    for (const lock of context.locks.find(1, inode(0, 0).gfid as string) ?? [])
      assert.equal(lock.conflicts, undefined);
  }
  assert.equal(context.locks.size(), 1);
});
