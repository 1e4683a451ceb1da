/** Locks that are held: their holders and durations. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  first.callAndReply('INODELK', inode(0, 0));
  const second = client(2);
  assert.deepEqual(holders(second.call('FINODELK', inode(0, 0)).describeCall()), ['client1']);
  assert.deepEqual(holders(second.call('LK', record(0, 0)).describeCall()), []);
  assert.deepEqual(holders(second.call('ENTRYLK', names('')).describeCall()), []);
  assert.deepEqual(
    holders(second.call('INODELK', inode(0, 0, { volume: 'dht.layout.heal' })).describeCall()),
    [],
  );
  assert.deepEqual(
    holders(second.call('INODELK', inode(0, 0, { gfid: FILE.replace('9', 'a') })).describeCall()),
    [],
  );
  assert.deepEqual(holders(client(3, { port: 49153 }).call('INODELK', inode(0, 0)).describeCall()), []);
  // AFR's metadata lock is in a domain of its own, though the call does not name it.
  const attributes = inode(9223372036854775806n, 0);
  assert.deepEqual(holders(second.call('INODELK', attributes).describeCall()), []);
  first.callAndReply('INODELK', attributes, 'aa');
  assert.deepEqual(holders(second.call('INODELK', attributes).describeCall()), ['client1']);
  const spelt = { volume: 'v-replicate-0:metadata' };
  assert.deepEqual(holders(second.call('INODELK', { ...attributes, ...spelt }).describeCall()), ['client1']);
});

test('an inode lock is unlocked by its exact range, once for each grant', () => {
  const { client } = newBricks();
  const [first, second] = [client(1), client(2)];
  const held = () => holders(second.call('INODELK', inode(0, 0, nonBlocking)).reply(AGAIN));
  first.callAndReply('INODELK', inode(0, 100));
  first.callAndReply('INODELK', inode(0, 100, reading));
  first.call('INODELK', inode(0, 50, unlocking)).reply({ op_ret: -1, op_errno: 22 });
  assert.deepEqual(held(), ['client1']);
  first.callAndReply('INODELK', inode(0, 100, unlocking));
  assert.deepEqual(held(), ['client1']);
  first.callAndReply('INODELK', inode(0, 100, unlocking));
  assert.deepEqual(held(), []);
});

test('an unlock in the middle of a record lock leaves both ends', () => {
  const { client, clock } = newBricks();
  const [first, second] = [client(1), client(2)];
  const held = (start: number, length: number, more = {}) =>
    holders(second.call('LK', record(start, length, { ...nonBlocking, ...more })).reply(AGAIN)).length > 0;
  first.callAndReply('LK', record(0, 100));
  const middle = second.call('LK', record(40, 20));
  const behind = second.call('LK', record(90, 5), 'bb');
  clock.seconds += 5;
  first.callAndReply('LK', record(40, 20, unlocking));
  assert.equal(held(30, 10), true);
  assert.equal(held(40, 20), false);
  assert.equal(held(60, 1), true);
  assert.equal(held(100, 0), false);
  assert.deepEqual(holders(middle.describeCall()), []);
  assert.deepEqual(holders(middle.reply()), ['client1']);
  const still = behind.describeCall();
  assert.deepEqual(holders(still), ['client1']);
  assert.equal(still.holders, ', held by client1 pid 4001 owner 0000000000000001 for 5.00 s');
  // A part becomes a read lock.
  first.callAndReply('LK', record(60, 10, reading));
  assert.equal(held(60, 10, reading), false);
  assert.equal(held(60, 10), true);
  assert.equal(held(60, 11, reading), true);
  first.callAndReply('LK', record(0, 0, unlocking));
  assert.equal(held(0, 40), false);
  assert.equal(held(60, 0), false);
});

test('a lock that is requested again is held since the first grant', () => {
  const { client, clock } = newBricks();
  const [first, second] = [client(1), client(2)];
  first.callAndReply('LK', record(0, 100, nonBlocking));
  clock.seconds += 7;
  first.callAndReply('LK', record(10, 10, nonBlocking));
  clock.seconds += 1;
  const { holders: words } = second.call('LK', record(15, 1)).describeCall();
  assert.equal(words, ', held by client1 pid 4001 owner 0000000000000001 for 8.00 s');
});

test('a blocking record request releases the owner’s locks of the range', () => {
  const { client } = newBricks();
  const [first, second, third] = [client(1), client(2), client(3)];
  first.callAndReply('LK', record(0, 0, reading));
  second.callAndReply('LK', record(0, 0, reading));
  second.call('LK', record(0, 0));
  assert.deepEqual(holders(third.call('LK', record(0, 0)).describeCall()), ['client1']);
});

test('a lock ends with the call that unlocks it', () => {
  const { client } = newBricks();
  const [first, second] = [client(1), client(2)];
  first.callAndReply('LK', record(0, 0));
  const unlock = first.call('LK', record(0, 0, unlocking));
  assert.deepEqual(holders(second.call('LK', record(0, 0)).describeCall()), []);
  unlock.reply();
});

test('a closed connection releases its locks', () => {
  const { client, context } = newBricks();
  const [first, second] = [client(1), client(2)];
  first.callAndReply('LK', record(0, 0));
  first.callAndReply('INODELK', inode(0, 0));
  first.callAndReply('ENTRYLK', names(''));
  const waiting = second.call('LK', record(0, 0));
  first.close();
  assert.deepEqual(holders(waiting.describeCall()), []);
  assert.deepEqual(holders(waiting.reply()), ['client1']);
  assert.deepEqual(holders(second.call('INODELK', inode(0, 0, nonBlocking)).reply(AGAIN)), []);
  second.close();
  assert.equal(context.locks.size(), 0);
});

test('FLUSH, RELEASE and the clear-locks command end locks', () => {
  const { client } = newBricks();
  const [first, second] = [client(1), client(2)];
  const held = () => holders(second.call('LK', record(0, 0, nonBlocking)).reply(AGAIN)).length > 0;
  first.callAndReply('LK', record(0, 9), 'aa');
  first.callAndReply('FLUSH', { gfid: FILE, fd: '1' }, 'bb');
  second.callAndReply('FLUSH', { gfid: FILE, fd: '1' }, 'aa');
  assert.equal(held(), true);
  first.callAndReply('FLUSH', { gfid: FILE, fd: '1' }, 'aa');
  assert.equal(held(), false);

  first.callAndReply('LK', record(0, 9, { fd: '7' }), 'aa');
  first.callAndReply('RELEASE', { gfid: FILE, fd: '8' }, 'aa');
  assert.equal(held(), true);
  first.callAndReply('RELEASE', { gfid: FILE, fd: '7' }, '');
  assert.equal(held(), false);

  first.callAndReply('LK', record(0, 9, { fd: '7' }), 'aa');
  first.callAndReply('FLUSH', { gfid: FILE }, '');
  assert.equal(held(), false);

  const admin = client(3);
  first.callAndReply('LK', record(0, 9), 'aa');
  first.callAndReply('INODELK', inode(0, 0));
  admin.callAndReply('GETXATTR', { gfid: FILE, name: 'glusterfs.clrlk.tposix.kblocked' });
  admin.callAndReply('GETXATTR', { gfid: FILE, name: 'glusterfs.clrlk.tentry.kall' });
  assert.equal(held(), true);
  admin.callAndReply('GETXATTR', { gfid: FILE, name: 'glusterfs.clrlk.tposix.kgranted' });
  assert.equal(held(), false);
  assert.deepEqual(holders(second.call('INODELK', inode(0, 0, nonBlocking)).reply(AGAIN)), ['client1']);
  admin.callAndReply('GETXATTR', { gfid: FILE, name: 'glusterfs.clrlk.tinode.kall' });
  assert.deepEqual(holders(second.call('INODELK', inode(0, 0, nonBlocking)).reply(AGAIN)), []);

  first.callAndReply('LK', record(0, 9), 'aa');
  second.callAndReply('FSETXATTR', { gfid: FILE, dict: { 'trusted.glusterfs.lockinfo': '00' } });
  assert.equal(held(), false);
});

test('the root of a client with a directory as root is another directory', () => {
  const { client } = newBricks();
  const root = { gfid: '00000000-0000-0000-0000-000000000001' };
  client(1).callAndReply('ENTRYLK', names('a', root));
  // The gfid of the root directory is unknown.
  assert.deepEqual(
    holders(client(2, { subdir: '/sub' }).call('ENTRYLK', names('a', root)).describeCall()),
    [],
  );
  assert.deepEqual(holders(client(3).call('ENTRYLK', names('a', root)).describeCall()), ['client1']);
});
