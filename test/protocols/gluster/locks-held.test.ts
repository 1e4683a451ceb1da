/** Which locks are held, by whom, and until when. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  AGAIN,
  FILE,
  holders,
  inode,
  names,
  newBricks,
  reading,
  record,
  trying,
  unlocking,
} from './lock-clients.js';

test('kinds, domains, files and bricks do not know of each other', () => {
  const { client } = newBricks();
  const one = client(1);
  one.do('INODELK', inode(0, 0));
  const two = client(2);
  assert.deepEqual(holders(two.ask('FINODELK', inode(0, 0)).waits()), ['client1']);
  assert.deepEqual(holders(two.ask('LK', record(0, 0)).waits()), []);
  assert.deepEqual(holders(two.ask('ENTRYLK', names('')).waits()), []);
  assert.deepEqual(holders(two.ask('INODELK', inode(0, 0, { volume: 'dht.layout.heal' })).waits()), []);
  assert.deepEqual(holders(two.ask('INODELK', inode(0, 0, { gfid: FILE.replace('9', 'a') })).waits()), []);
  assert.deepEqual(holders(client(3, { port: 49153 }).ask('INODELK', inode(0, 0)).waits()), []);
  // AFR's lock of a file's attributes is in a domain of its own, though it does not say so.
  const attributes = inode(9223372036854775806n, 0);
  assert.deepEqual(holders(two.ask('INODELK', attributes).waits()), []);
  one.do('INODELK', attributes, 'aa');
  assert.deepEqual(holders(two.ask('INODELK', attributes).waits()), ['client1']);
  const spelt = { volume: 'v-replicate-0:metadata' };
  assert.deepEqual(holders(two.ask('INODELK', { ...attributes, ...spelt }).waits()), ['client1']);
});

test('an inode lock is unlocked by its exact range, once for each time that it was locked', () => {
  const { client } = newBricks();
  const [one, two] = [client(1), client(2)];
  const held = () => holders(two.ask('INODELK', inode(0, 0, trying)).reply(AGAIN));
  one.do('INODELK', inode(0, 100));
  one.do('INODELK', inode(0, 100, reading));
  one.ask('INODELK', inode(0, 50, unlocking)).reply({ op_ret: -1, op_errno: 22 });
  assert.deepEqual(held(), ['client1']);
  one.do('INODELK', inode(0, 100, unlocking));
  assert.deepEqual(held(), ['client1']);
  one.do('INODELK', inode(0, 100, unlocking));
  assert.deepEqual(held(), []);
});

test('record locks of an owner replace each other: what is unlocked in the middle leaves both ends', () => {
  const { client, clock } = newBricks();
  const [one, two] = [client(1), client(2)];
  const held = (start: number, length: number, more = {}) =>
    holders(two.ask('LK', record(start, length, { ...trying, ...more })).reply(AGAIN)).length > 0;
  one.do('LK', record(0, 100));
  const middle = two.ask('LK', record(40, 20));
  const behind = two.ask('LK', record(90, 5), 'bb');
  clock.seconds += 5;
  one.do('LK', record(40, 20, unlocking));
  assert.equal(held(30, 10), true);
  assert.equal(held(40, 20), false);
  assert.equal(held(60, 1), true);
  assert.equal(held(100, 0), false);
  assert.deepEqual(holders(middle.waits()), []);
  assert.deepEqual(holders(middle.reply()), ['client1']);
  const still = behind.waits();
  assert.deepEqual(holders(still), ['client1']);
  assert.equal(still.holders, ', held by client1 pid 4001 owner 0000000000000001 for 5.00 s');
  // Part of it for reading.
  one.do('LK', record(60, 10, reading));
  assert.equal(held(60, 10, reading), false);
  assert.equal(held(60, 10), true);
  assert.equal(held(60, 11, reading), true);
  one.do('LK', record(0, 0, unlocking));
  assert.equal(held(0, 40), false);
  assert.equal(held(60, 0), false);
});

test('locked again, it is held since the first time', () => {
  const { client, clock } = newBricks();
  const [one, two] = [client(1), client(2)];
  one.do('LK', record(0, 100, trying));
  clock.seconds += 7;
  one.do('LK', record(10, 10, trying));
  clock.seconds += 1;
  const { holders: words } = two.ask('LK', record(15, 1)).waits();
  assert.equal(words, ', held by client1 pid 4001 owner 0000000000000001 for 8.00 s');
});

test('who waits for a record gives up what he has of it himself', () => {
  const { client } = newBricks();
  const [one, two, three] = [client(1), client(2), client(3)];
  one.do('LK', record(0, 0, reading));
  two.do('LK', record(0, 0, reading));
  two.ask('LK', record(0, 0));
  assert.deepEqual(holders(three.ask('LK', record(0, 0)).waits()), ['client1']);
});

test('a lock is gone with the call that unlocks it', () => {
  const { client } = newBricks();
  const [one, two] = [client(1), client(2)];
  one.do('LK', record(0, 0));
  const unlock = one.ask('LK', record(0, 0, unlocking));
  assert.deepEqual(holders(two.ask('LK', record(0, 0)).waits()), []);
  unlock.reply();
});

test('the end of a connection ends its locks', () => {
  const { client, shared } = newBricks();
  const [one, two] = [client(1), client(2)];
  one.do('LK', record(0, 0));
  one.do('INODELK', inode(0, 0));
  one.do('ENTRYLK', names(''));
  const waits = two.ask('LK', record(0, 0));
  one.closed();
  assert.deepEqual(holders(waits.waits()), []);
  assert.deepEqual(holders(waits.reply()), ['client1']);
  assert.deepEqual(holders(two.ask('INODELK', inode(0, 0, trying)).reply(AGAIN)), []);
  two.closed();
  assert.equal(shared.locks.size(), 0);
});

test('what ends record locks besides: FLUSH, RELEASE, and an administrator', () => {
  const { client } = newBricks();
  const [one, two] = [client(1), client(2)];
  const held = () => holders(two.ask('LK', record(0, 0, trying)).reply(AGAIN)).length > 0;
  one.do('LK', record(0, 9), 'aa');
  one.do('FLUSH', { gfid: FILE, fd: '1' }, 'bb');
  two.do('FLUSH', { gfid: FILE, fd: '1' }, 'aa');
  assert.equal(held(), true);
  one.do('FLUSH', { gfid: FILE, fd: '1' }, 'aa');
  assert.equal(held(), false);

  one.do('LK', record(0, 9, { fd: '7' }), 'aa');
  one.do('RELEASE', { gfid: FILE, fd: '8' }, 'aa');
  assert.equal(held(), true);
  one.do('RELEASE', { gfid: FILE, fd: '7' }, '');
  assert.equal(held(), false);

  one.do('LK', record(0, 9, { fd: '7' }), 'aa');
  one.do('FLUSH', { gfid: FILE }, '');
  assert.equal(held(), false);

  const admin = client(3);
  one.do('LK', record(0, 9), 'aa');
  one.do('INODELK', inode(0, 0));
  admin.do('GETXATTR', { gfid: FILE, name: 'glusterfs.clrlk.tposix.kblocked' });
  admin.do('GETXATTR', { gfid: FILE, name: 'glusterfs.clrlk.tentry.kall' });
  assert.equal(held(), true);
  admin.do('GETXATTR', { gfid: FILE, name: 'glusterfs.clrlk.tposix.kgranted' });
  assert.equal(held(), false);
  assert.deepEqual(holders(two.ask('INODELK', inode(0, 0, trying)).reply(AGAIN)), ['client1']);
  admin.do('GETXATTR', { gfid: FILE, name: 'glusterfs.clrlk.tinode.kall' });
  assert.deepEqual(holders(two.ask('INODELK', inode(0, 0, trying)).reply(AGAIN)), []);

  one.do('LK', record(0, 9), 'aa');
  two.do('FSETXATTR', { gfid: FILE, dict: { 'trusted.glusterfs.lockinfo': '00' } });
  assert.equal(held(), false);
});

test('the root of a client of a subdirectory is another directory', () => {
  const { client } = newBricks();
  const root = { gfid: '00000000-0000-0000-0000-000000000001' };
  client(1).do('ENTRYLK', names('a', root));
  // Which directory that is was not said.
  assert.deepEqual(holders(client(2, { subdir: '/sub' }).ask('ENTRYLK', names('a', root)).waits()), []);
  assert.deepEqual(holders(client(3).ask('ENTRYLK', names('a', root)).waits()), ['client1']);
});
