/** Locks that become uncertain: observations contradict them, or calls passed unseen. */
import assert from 'node:assert/strict';
import test from 'node:test';
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
  first.do('INODELK', inode(0, 0));
  const secondCall = second.ask('INODELK', inode(0, 0));
  clock.seconds += 1;
  // The release was not seen, so it is uncertain that the first client held it.
  const granted = secondCall.reply();
  assert.deepEqual(holders(granted), []);
  assert.equal(waited(granted), 1e9);
  assert.deepEqual(holders(third.ask('INODELK', inode(0, 0)).describeAlone()), ['client2']);
});

test('a grant captured late does not end the current holder’s lock', () => {
  const { client, clock } = newBricks();
  const [first, second, third] = [client(1), client(2), client(3)];
  const late = first.ask('INODELK', inode(0, 0));
  clock.seconds += 5;
  second.do('INODELK', inode(0, 0));
  clock.seconds -= 2;
  late.reply();
  clock.seconds += 2;
  assert.deepEqual(holders(third.ask('INODELK', inode(0, 0)).describeAlone()), ['client2']);
});

test('a lock unlocked before its grant was seen is not held', () => {
  const { client } = newBricks();
  const [first, second] = [client(1), client(2)];
  for (const [procedure, lock, unlock] of [
    ['INODELK', inode(0, 0), inode(0, 0, unlocking)],
    ['LK', record(0, 9), record(5, 0, unlocking)],
    ['ENTRYLK', names('a'), names('a', unlockingName)],
  ] as const) {
    const late = first.ask(procedure, lock);
    first.do(procedure, unlock);
    late.reply();
    assert.deepEqual(holders(second.ask(procedure, lock).describeAlone()), [], procedure);
  }
});

test('an evicted connection leaves its locks uncertain', () => {
  const { client } = newBricks();
  const [first, second] = [client(1), client(2)];
  first.do('LK', record(0, 0));
  const waiting = second.ask('LK', record(0, 0));
  first.close(false);
  assert.deepEqual(holders(waiting.reply()), []);
});

test('a gap makes the locks of its connection uncertain', () => {
  const { client, context } = newBricks();
  const [first, second, third] = [client(1), client(2), client(3)];
  first.do('INODELK', inode(0, 10));
  second.do('INODELK', inode(20, 10));
  const waiting = third.ask('INODELK', inode(0, 0));
  first.markCallsLost();
  assert.deepEqual(holders(waiting.describeAlone()), ['client2']);
  // A later unlock may pass unseen.
  third.markCallsLost();
  waiting.reply();
  assert.deepEqual(holders(client(4).ask('INODELK', inode(0, 0)).describeAlone()), ['client2']);
  context.locks.markAllUncertain();
  assert.deepEqual(holders(client(4).ask('INODELK', inode(0, 0)).describeAlone()), []);
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
    first.do('INODELK', inode(0, 0));
    first.ask(procedure, request ?? {}, undefined, false);
    assert.deepEqual(holders(second.ask('INODELK', inode(0, 0)).describeAlone()), [], procedure);
  }
  // Only the dictionary at the end was not seen.
  const { client } = newBricks();
  client(1).ask('INODELK', inode(0, 0), undefined, false).reply();
  assert.deepEqual(holders(client(2).ask('INODELK', inode(0, 0)).describeAlone()), ['client1']);
});

test('a call whose reply is lost holds nothing', () => {
  const { client } = newBricks();
  const [first, second] = [client(1), client(2)];
  const call = first.ask('INODELK', inode(0, 0));
  call.loseReply();
  call.reply();
  assert.deepEqual(holders(second.ask('INODELK', inode(0, 0)).describeAlone()), []);
  first.ask('INODELK', inode(0, 0)).reply({});
  assert.deepEqual(holders(second.ask('INODELK', inode(0, 0)).describeAlone()), []);
});

test('a midstream pickup is named by its address, and its earlier locks are unknown', () => {
  const { client } = newBricks();
  const late = client(1, { introduced: false });
  late.do('INODELK', inode(0, 0, unlocking));
  late.do('INODELK', inode(0, 0));
  const { holders: words } = client(2, { introduced: false }).ask('INODELK', inode(0, 0)).describeAlone();
  assert.equal(words, ', held by 10.0.1.1 port 49001 pid 4001 owner 0000000000000001 for 0.00 ms');
});
