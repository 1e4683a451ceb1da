import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type Lock,
  type Locker,
  LockKind,
  LockState,
  newLockOrder,
} from '../../../src/protocols/gluster/locks/lock.js';
import { type LockTable, newLockTable } from '../../../src/protocols/gluster/locks/lock-table.js';
import { holders, inode, newBricks, unlocking } from './lock-clients.js';

const newLocker = (): Locker => ({ id: undefined, locks: newLockOrder(), who: () => ({}) });

function want(table: LockTable, locker: Locker, gfid: string, start = 0, end = 9): Lock {
  return {
    locker,
    owner: 'aa',
    pid: 1,
    file: table.file(1, gfid),
    kind: LockKind.inode,
    domain: 'd',
    name: undefined,
    writes: true,
    waits: true,
    start,
    end,
    fd: undefined,
    state: LockState.asked,
    seconds: 0,
    nanoseconds: 0,
    rivals: undefined,
    moreRivals: 0,
  };
}

function hold(table: LockTable, lock: Lock): Lock {
  table.ask(lock);
  table.grant(lock, 1, 0);
  assert.equal(lock.state, LockState.held);
  return lock;
}

test('more locks than the limit: the oldest is forgotten, and nothing is known of it', () => {
  const table = newLockTable(100);
  const locker = newLocker();
  const locks = Array.from({ length: 150 }, (_, i) => hold(table, want(table, locker, `file ${i}`)));
  assert.equal(table.size(), 100);
  assert.equal(locker.locks.size(), 100);
  for (const [i, { state }] of locks.entries())
    assert.equal(state, i < 50 ? LockState.doubted : LockState.held);
  assert.equal(table.find(1, 'file 49')?.length, 0);
  // One that is over makes room.
  table.end(locks[60], LockState.released);
  hold(table, want(table, locker, 'another'));
  assert.equal(locks[50].state, LockState.held);
});

test('more locks of one file than its limit likewise', () => {
  const table = newLockTable(1000, 10);
  const locker = newLocker();
  const locks = Array.from({ length: 15 }, (_, i) =>
    hold(table, want(table, locker, 'f', i * 10, i * 10 + 9)),
  );
  assert.equal(table.size(), 10);
  assert.equal(locks[4].state, LockState.doubted);
  assert.equal(locks[5].state, LockState.held);
});

test('files without locks are swept out', () => {
  const table = newLockTable();
  const locker = newLocker();
  for (let i = 0; i < 5000; i++) table.end(hold(table, want(table, locker, `file ${i}`)), LockState.released);
  assert.equal(table.size(), 0);
  assert.equal(table.find(1, 'file 0'), undefined);
  assert.ok(table.find(1, 'file 4999') !== undefined);
});

test('those that leave take theirs with them, and only those', () => {
  const table = newLockTable();
  const [one, two] = [newLocker(), newLocker()];
  const mine = Array.from({ length: 200 }, (_, i) => hold(table, want(table, one, `file ${i % 20}`, i, i)));
  const other = hold(table, want(table, two, 'file 1', 500, 500));
  const asked = want(table, one, 'file 1');
  table.ask(asked);
  for (const lock of mine.slice(0, 150)) table.end(lock, LockState.released);
  table.leave(one, LockState.released);
  assert.equal(table.size(), 1);
  assert.equal(one.locks.size(), 0);
  assert.equal(mine[199].state, LockState.released);
  // Whether it was granted meanwhile is not known.
  assert.equal(asked.state, LockState.doubted);
  assert.equal(other.state, LockState.held);
  table.doubtAll();
  assert.equal(table.size(), 0);
});

test('a lock that goes from hand to hand keeps no memory of all that had it', () => {
  const { client, shared } = newBricks();
  const clients = [client(1), client(2)];
  let waits = clients[0].ask('INODELK', inode(0, 0));
  waits.reply();
  for (let i = 0; i < 10; i++) {
    const next = clients[(i + 1) % 2].ask('INODELK', inode(0, 0));
    clients[i % 2].do('INODELK', inode(0, 0, unlocking));
    assert.deepEqual(holders(next.reply()), [clients[i % 2].host]);
    waits = next;
    for (const lock of shared.locks.find(1, inode(0, 0).gfid as string) ?? [])
      assert.equal(lock.rivals, undefined);
  }
  assert.equal(shared.locks.size(), 1);
});
