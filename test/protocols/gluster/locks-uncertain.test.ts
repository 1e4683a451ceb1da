/** Locks that become uncertain: by contradicting observations, or by lost calls. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FILE,
  holders,
  inode,
  names,
  newBricks,
  record,
  unlocking,
  unlockingName,
  waited,
} from './lock-clients.js';

test('a grant that conflicts with a held lock ends that lock', () => {
  const { client, clock } = newBricks();
  const [first, second, third] = [client(1), client(2), client(3)];
  first.callAndReply('INODELK', inode(0, 0));
  const secondCall = second.call('INODELK', inode(0, 0));
  clock.seconds += 1;
  // The release was lost, so the first client may not have held the lock any more.
  const granted = secondCall.reply();
  assert.deepEqual(holders(granted), []);
  assert.equal(waited(granted), 1e9);
  assert.deepEqual(holders(third.call('INODELK', inode(0, 0)).describeCall()), ['client2']);
});

test('a grant captured late does not end the current holder’s lock', () => {
  const { client, clock } = newBricks();
  const [first, second, third] = [client(1), client(2), client(3)];
  const late = first.call('INODELK', inode(0, 0));
  clock.seconds += 5;
  second.callAndReply('INODELK', inode(0, 0));
  clock.seconds -= 2;
  late.reply();
  clock.seconds += 2;
  assert.deepEqual(holders(third.call('INODELK', inode(0, 0)).describeCall()), ['client2']);
});

test('a lock unlocked before its grant was seen is not held', () => {
  const { client } = newBricks();
  const [first, second] = [client(1), client(2)];
  for (const [procedure, lock, unlock] of [
    ['INODELK', inode(0, 0), inode(0, 0, unlocking)],
    ['LK', record(0, 9), record(5, 0, unlocking)],
    ['ENTRYLK', names('a'), names('a', unlockingName)],
  ] as const) {
    const late = first.call(procedure, lock);
    first.callAndReply(procedure, unlock);
    late.reply();
    assert.deepEqual(holders(second.call(procedure, lock).describeCall()), [], procedure);
  }
});

test('an evicted connection leaves its locks uncertain', () => {
  const { client } = newBricks();
  const [first, second] = [client(1), client(2)];
  first.callAndReply('LK', record(0, 0));
  const waiting = second.call('LK', record(0, 0));
  first.close(false);
  assert.deepEqual(holders(waiting.reply()), []);
});

test('a gap makes the locks of its connection uncertain', () => {
  const { client, context } = newBricks();
  const [first, second, third] = [client(1), client(2), client(3)];
  first.callAndReply('INODELK', inode(0, 10));
  second.callAndReply('INODELK', inode(20, 10));
  const waiting = third.call('INODELK', inode(0, 0));
  first.markCallsLost();
  assert.deepEqual(holders(waiting.describeCall()), ['client2']);
  // A later unlock may be lost.
  third.markCallsLost();
  waiting.reply();
  assert.deepEqual(holders(client(4).call('INODELK', inode(0, 0)).describeCall()), ['client2']);
  context.locks.markAllUncertain();
  assert.deepEqual(holders(client(4).call('INODELK', inode(0, 0)).describeCall()), []);
});

test('a truncated call may have unlocked anything', () => {
  for (const [procedure, request] of [
    ['INODELK', undefined],
    ['INODELK', { gfid: FILE, cmd: 1 }],
    ['FINODELK', { gfid: FILE, cmd: 1, type: 2 }],
    ['LK', { gfid: FILE, cmd: 1, type: 2, flock: { start: 0 } }],
    ['ENTRYLK', { gfid: FILE, cmd: 1, type: 1 }],
    ['FLUSH', undefined],
    ['COMPOUND', {}],
  ] as const) {
    const { client } = newBricks(procedure === 'COMPOUND' ? 330 : 400);
    const [first, second] = [client(1), client(2)];
    first.callAndReply('INODELK', inode(0, 0));
    first.call(procedure, request ?? {}, undefined, false);
    assert.deepEqual(holders(second.call('INODELK', inode(0, 0)).describeCall()), [], procedure);
  }
  // Only the dictionary at the end is truncated.
  const { client } = newBricks();
  client(1).call('INODELK', inode(0, 0), undefined, false).reply();
  assert.deepEqual(holders(client(2).call('INODELK', inode(0, 0)).describeCall()), ['client1']);
});

test('a call whose reply is lost holds nothing', () => {
  const { client } = newBricks();
  const [first, second] = [client(1), client(2)];
  const call = first.call('INODELK', inode(0, 0));
  call.loseReply();
  call.reply();
  assert.deepEqual(holders(second.call('INODELK', inode(0, 0)).describeCall()), []);
  first.call('INODELK', inode(0, 0)).reply({});
  assert.deepEqual(holders(second.call('INODELK', inode(0, 0)).describeCall()), []);
});

test('a midstream pickup is named by its address, and its earlier locks are unknown', () => {
  const { client } = newBricks();
  const late = client(1, { identified: false });
  late.callAndReply('INODELK', inode(0, 0, unlocking));
  late.callAndReply('INODELK', inode(0, 0));
  const { holders: words } = client(2, { identified: false }).call('INODELK', inode(0, 0)).describeCall();
  assert.equal(words, ', held by 10.0.1.1 port 49001 pid 4001 owner 0000000000000001 for 0.00 ms');
});
