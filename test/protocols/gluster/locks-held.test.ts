/** Which locks are held, by whom, and how long. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  AGAIN,
  FILE,
  holders,
  inode,
  names,
  newBricks,
  nonBlocking,
  reading,
  record,
  unlocking,
} from './lock-clients.js';

test('locks of different kinds, domains, files and bricks do not conflict', () => {
  const { client } = newBricks();
  const first = client(1);
  first.do('INODELK', inode(0, 0));
  const second = client(2);
  assert.deepEqual(holders(second.ask('FINODELK', inode(0, 0)).describeAlone()), ['client1']);
  assert.deepEqual(holders(second.ask('LK', record(0, 0)).describeAlone()), []);
  assert.deepEqual(holders(second.ask('ENTRYLK', names('')).describeAlone()), []);
  assert.deepEqual(
    holders(second.ask('INODELK', inode(0, 0, { volume: 'dht.layout.heal' })).describeAlone()),
    [],
  );
  assert.deepEqual(
    holders(second.ask('INODELK', inode(0, 0, { gfid: FILE.replace('9', 'a') })).describeAlone()),
    [],
  );
  assert.deepEqual(holders(client(3, { port: 49153 }).ask('INODELK', inode(0, 0)).describeAlone()), []);
  // AFR's metadata lock is in a domain of its own, though the call does not name it.
  const attributes = inode(9223372036854775806n, 0);
  assert.deepEqual(holders(second.ask('INODELK', attributes).describeAlone()), []);
  first.do('INODELK', attributes, 'aa');
  assert.deepEqual(holders(second.ask('INODELK', attributes).describeAlone()), ['client1']);
  const spelt = { volume: 'v-replicate-0:metadata' };
  assert.deepEqual(holders(second.ask('INODELK', { ...attributes, ...spelt }).describeAlone()), ['client1']);
});

test('an inode lock is unlocked by its exact range, once for each grant', () => {
  const { client } = newBricks();
  const [first, second] = [client(1), client(2)];
  const held = () => holders(second.ask('INODELK', inode(0, 0, nonBlocking)).reply(AGAIN));
  first.do('INODELK', inode(0, 100));
  first.do('INODELK', inode(0, 100, reading));
  first.ask('INODELK', inode(0, 50, unlocking)).reply({ op_ret: -1, op_errno: 22 });
  assert.deepEqual(held(), ['client1']);
  first.do('INODELK', inode(0, 100, unlocking));
  assert.deepEqual(held(), ['client1']);
  first.do('INODELK', inode(0, 100, unlocking));
  assert.deepEqual(held(), []);
});

test('an unlock in the middle of a record lock leaves both ends', () => {
  const { client, clock } = newBricks();
  const [first, second] = [client(1), client(2)];
  const held = (start: number, length: number, more = {}) =>
    holders(second.ask('LK', record(start, length, { ...nonBlocking, ...more })).reply(AGAIN)).length > 0;
  first.do('LK', record(0, 100));
  const middle = second.ask('LK', record(40, 20));
  const behind = second.ask('LK', record(90, 5), 'bb');
  clock.seconds += 5;
  first.do('LK', record(40, 20, unlocking));
  assert.equal(held(30, 10), true);
  assert.equal(held(40, 20), false);
  assert.equal(held(60, 1), true);
  assert.equal(held(100, 0), false);
  assert.deepEqual(holders(middle.describeAlone()), []);
  assert.deepEqual(holders(middle.reply()), ['client1']);
  const still = behind.describeAlone();
  assert.deepEqual(holders(still), ['client1']);
  assert.equal(still.holders, ', held by client1 pid 4001 owner 0000000000000001 for 5.00 s');
  // A part becomes a read lock.
  first.do('LK', record(60, 10, reading));
  assert.equal(held(60, 10, reading), false);
  assert.equal(held(60, 10), true);
  assert.equal(held(60, 11, reading), true);
  first.do('LK', record(0, 0, unlocking));
  assert.equal(held(0, 40), false);
  assert.equal(held(60, 0), false);
});

test('a lock that is requested again is held since the first grant', () => {
  const { client, clock } = newBricks();
  const [first, second] = [client(1), client(2)];
  first.do('LK', record(0, 100, nonBlocking));
  clock.seconds += 7;
  first.do('LK', record(10, 10, nonBlocking));
  clock.seconds += 1;
  const { holders: words } = second.ask('LK', record(15, 1)).describeAlone();
  assert.equal(words, ', held by client1 pid 4001 owner 0000000000000001 for 8.00 s');
});

test('a blocking record request releases the owner’s locks of the range', () => {
  const { client } = newBricks();
  const [first, second, third] = [client(1), client(2), client(3)];
  first.do('LK', record(0, 0, reading));
  second.do('LK', record(0, 0, reading));
  second.ask('LK', record(0, 0));
  assert.deepEqual(holders(third.ask('LK', record(0, 0)).describeAlone()), ['client1']);
});

test('a lock ends with the call that unlocks it', () => {
  const { client } = newBricks();
  const [first, second] = [client(1), client(2)];
  first.do('LK', record(0, 0));
  const unlock = first.ask('LK', record(0, 0, unlocking));
  assert.deepEqual(holders(second.ask('LK', record(0, 0)).describeAlone()), []);
  unlock.reply();
});

test('a closed connection releases its locks', () => {
  const { client, context } = newBricks();
  const [first, second] = [client(1), client(2)];
  first.do('LK', record(0, 0));
  first.do('INODELK', inode(0, 0));
  first.do('ENTRYLK', names(''));
  const waiting = second.ask('LK', record(0, 0));
  first.close();
  assert.deepEqual(holders(waiting.describeAlone()), []);
  assert.deepEqual(holders(waiting.reply()), ['client1']);
  assert.deepEqual(holders(second.ask('INODELK', inode(0, 0, nonBlocking)).reply(AGAIN)), []);
  second.close();
  assert.equal(context.locks.size(), 0);
});

test('FLUSH, RELEASE and the clear-locks command end locks', () => {
  const { client } = newBricks();
  const [first, second] = [client(1), client(2)];
  const held = () => holders(second.ask('LK', record(0, 0, nonBlocking)).reply(AGAIN)).length > 0;
  first.do('LK', record(0, 9), 'aa');
  first.do('FLUSH', { gfid: FILE, fd: '1' }, 'bb');
  second.do('FLUSH', { gfid: FILE, fd: '1' }, 'aa');
  assert.equal(held(), true);
  first.do('FLUSH', { gfid: FILE, fd: '1' }, 'aa');
  assert.equal(held(), false);

  first.do('LK', record(0, 9, { fd: '7' }), 'aa');
  first.do('RELEASE', { gfid: FILE, fd: '8' }, 'aa');
  assert.equal(held(), true);
  first.do('RELEASE', { gfid: FILE, fd: '7' }, '');
  assert.equal(held(), false);

  first.do('LK', record(0, 9, { fd: '7' }), 'aa');
  first.do('FLUSH', { gfid: FILE }, '');
  assert.equal(held(), false);

  const admin = client(3);
  first.do('LK', record(0, 9), 'aa');
  first.do('INODELK', inode(0, 0));
  admin.do('GETXATTR', { gfid: FILE, name: 'glusterfs.clrlk.tposix.kblocked' });
  admin.do('GETXATTR', { gfid: FILE, name: 'glusterfs.clrlk.tentry.kall' });
  assert.equal(held(), true);
  admin.do('GETXATTR', { gfid: FILE, name: 'glusterfs.clrlk.tposix.kgranted' });
  assert.equal(held(), false);
  assert.deepEqual(holders(second.ask('INODELK', inode(0, 0, nonBlocking)).reply(AGAIN)), ['client1']);
  admin.do('GETXATTR', { gfid: FILE, name: 'glusterfs.clrlk.tinode.kall' });
  assert.deepEqual(holders(second.ask('INODELK', inode(0, 0, nonBlocking)).reply(AGAIN)), []);

  first.do('LK', record(0, 9), 'aa');
  second.do('FSETXATTR', { gfid: FILE, dict: { 'trusted.glusterfs.lockinfo': '00' } });
  assert.equal(held(), false);
});

test('the root of a client with a directory as root is another directory', () => {
  const { client } = newBricks();
  const root = { gfid: '00000000-0000-0000-0000-000000000001' };
  client(1).do('ENTRYLK', names('a', root));
  // Which directory it is stays unknown.
  assert.deepEqual(
    holders(client(2, { subdir: '/sub' }).ask('ENTRYLK', names('a', root)).describeAlone()),
    [],
  );
  assert.deepEqual(holders(client(3).ask('ENTRYLK', names('a', root)).describeAlone()), ['client1']);
});
