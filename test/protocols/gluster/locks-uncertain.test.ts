/** Locks that are not believed to be held: what was seen speaks against it, or not all was seen. */
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

test('a grant that could not be beside another lock ends the belief in that', () => {
  const { client, clock } = newBricks();
  const [one, two, three] = [client(1), client(2), client(3)];
  one.do('INODELK', inode(0, 0));
  const second = two.ask('INODELK', inode(0, 0));
  clock.seconds += 1;
  // Nobody was seen to let go: that the first one held it is not so sure any more.
  const granted = second.reply();
  assert.deepEqual(holders(granted), []);
  assert.equal(waited(granted), 1e9);
  assert.deepEqual(holders(three.ask('INODELK', inode(0, 0)).waits()), ['client2']);
});

test('a grant that comes late to us does not push out who has it now', () => {
  const { client, clock } = newBricks();
  const [one, two, three] = [client(1), client(2), client(3)];
  const late = one.ask('INODELK', inode(0, 0));
  clock.seconds += 5;
  two.do('INODELK', inode(0, 0));
  clock.seconds -= 2;
  late.reply();
  clock.seconds += 2;
  assert.deepEqual(holders(three.ask('INODELK', inode(0, 0)).waits()), ['client2']);
});

test('what is unlocked before its grant was seen is not held', () => {
  const { client } = newBricks();
  const [one, two] = [client(1), client(2)];
  for (const [procedure, lock, unlock] of [
    ['INODELK', inode(0, 0), inode(0, 0, unlocking)],
    ['LK', record(0, 9), record(5, 0, unlocking)],
    ['ENTRYLK', names('a'), names('a', unlockingName)],
  ] as const) {
    const late = one.ask(procedure, lock);
    one.do(procedure, unlock);
    late.reply();
    assert.deepEqual(holders(two.ask(procedure, lock).waits()), [], procedure);
  }
});

test('a connection that was only given up here may have kept its locks, or not', () => {
  const { client } = newBricks();
  const [one, two] = [client(1), client(2)];
  one.do('LK', record(0, 0));
  const waits = two.ask('LK', record(0, 0));
  one.closed(false);
  assert.deepEqual(holders(waits.reply()), []);
});

test('bytes that were missed make doubtful what their connection held', () => {
  const { client, shared } = newBricks();
  const [one, two, three] = [client(1), client(2), client(3)];
  one.do('INODELK', inode(0, 10));
  two.do('INODELK', inode(20, 10));
  const waits = three.ask('INODELK', inode(0, 0));
  one.unseen();
  assert.deepEqual(holders(waits.waits()), ['client2']);
  // What it is asked for then may be unlocked without us.
  three.unseen();
  waits.reply();
  assert.deepEqual(holders(client(4).ask('INODELK', inode(0, 0)).waits()), ['client2']);
  shared.locks.markAllUncertain();
  assert.deepEqual(holders(client(4).ask('INODELK', inode(0, 0)).waits()), []);
});

test('a call of which only a part was seen may have unlocked anything', () => {
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
    const [one, two] = [client(1), client(2)];
    one.do('INODELK', inode(0, 0));
    one.ask(procedure, request ?? {}, undefined, false);
    assert.deepEqual(holders(two.ask('INODELK', inode(0, 0)).waits()), [], procedure);
  }
  // All but the dictionary behind it was seen.
  const { client } = newBricks();
  client(1).ask('INODELK', inode(0, 0), undefined, false).reply();
  assert.deepEqual(holders(client(2).ask('INODELK', inode(0, 0)).waits()), ['client1']);
});

test('a call whose reply was lost is not known to hold anything', () => {
  const { client } = newBricks();
  const [one, two] = [client(1), client(2)];
  const asked = one.ask('INODELK', inode(0, 0));
  asked.lost();
  asked.reply();
  assert.deepEqual(holders(two.ask('INODELK', inode(0, 0)).waits()), []);
  one.ask('INODELK', inode(0, 0)).reply({});
  assert.deepEqual(holders(two.ask('INODELK', inode(0, 0)).waits()), []);
});

test('a connection that was joined late is told by its address, and what it held before is not known', () => {
  const { client } = newBricks();
  const late = client(1, { introduced: false });
  late.do('INODELK', inode(0, 0, unlocking));
  late.do('INODELK', inode(0, 0));
  const { holders: words } = client(2, { introduced: false }).ask('INODELK', inode(0, 0)).waits();
  assert.equal(words, ', held by 10.0.1.1 port 49001 pid 4001 owner 0000000000000001 for 0.00 ms');
});
