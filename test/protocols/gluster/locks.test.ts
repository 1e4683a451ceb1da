import assert from 'node:assert/strict';
import test from 'node:test';
import {
  AGAIN,
  CANCELLED,
  FILE,
  holders,
  inode,
  names,
  newBricks,
  reading,
  record,
  trying,
  tryingName,
  unlocking,
  unlockingName,
  waited,
} from './lock-clients.js';

test('a call that waits says whom it waits for, and its reply whom it has waited for', () => {
  const { client, clock } = newBricks();
  const [one, two] = [client(1), client(2)];
  assert.equal(one.do('LK', record(0, 100), '5f3a000000000000').holders, undefined);
  clock.seconds += 10;
  const asked = two.ask('LK', record(20, 30), '77aa000000000000');
  clock.seconds += 30;
  const waits = asked.waits();
  assert.equal(waits.holders, ', held by client1 pid 4001 owner 5f3a000000000000 for 40.00 s');
  assert.equal(waited(waits), undefined);
  assert.deepEqual((waits.fields.lock as { held_by: unknown }).held_by, [
    {
      lk_owner: '5f3a000000000000',
      pid: 4001,
      client: { host: 'client1', pid: 4001, process_name: 'fuse' },
      ip: '10.0.1.1',
      port: 49001,
      type: 'GF_LK_F_WRLCK',
      start: 0,
      length: 100,
      since: '2027-01-15T08:00:00.000000000Z',
    },
  ]);
  one.do('LK', record(0, 0, unlocking), '5f3a000000000000');
  clock.seconds += 1;
  const granted = asked.reply();
  assert.equal(granted.holders, ', waited for client1 pid 4001 owner 5f3a000000000000');
  assert.equal(waited(granted), 31e9);
  assert.deepEqual(holders(granted), ['client1']);
});

test('a lock that nobody is in the way of: how long it took, and no more', () => {
  const { client, clock } = newBricks();
  for (const [procedure, request] of [
    ['LK', record(0, 0)],
    ['INODELK', inode(0, 0)],
    ['FINODELK', inode(5, 1)],
    ['ENTRYLK', names('a')],
    ['FENTRYLK', names('b')],
  ] as const) {
    const asked = client(1).ask(procedure, request);
    clock.seconds += 2;
    const { fields, holders: words } = asked.reply();
    assert.equal((fields.lock as { waited?: number }).waited, 2e9, procedure);
    assert.equal((fields.lock as { held_by?: unknown }).held_by, undefined);
    assert.equal(words, undefined);
  }
  for (const [procedure, request] of [
    ['LK', record(0, 0, trying)],
    ['LK', record(0, 0, unlocking)],
    ['LK', record(0, 0, { cmd: 0 })],
    ['INODELK', inode(0, 0, trying)],
    ['ENTRYLK', names('a', tryingName)],
    ['ENTRYLK', names('a', unlockingName)],
  ] as const)
    assert.equal(waited(client(2).do(procedure, request)), undefined, procedure);
});

test('what fails at once with EAGAIN says who has it; what fails otherwise does not', () => {
  const { client } = newBricks();
  const [one, two] = [client(1), client(2)];
  one.do('INODELK', inode(0, 0));
  const denied = two.ask('INODELK', inode(0, 10, trying)).reply(AGAIN);
  assert.deepEqual(holders(denied), ['client1']);
  assert.equal(denied.holders, ', held by client1 pid 4001 owner 0000000000000001');
  assert.equal(denied.expected, true);
  const stale = two.ask('INODELK', inode(0, 10, trying)).reply({ op_ret: -1, op_errno: 116 });
  assert.deepEqual(holders(stale), []);
  const cancelled = two.ask('INODELK', inode(0, 10)).reply(CANCELLED);
  assert.deepEqual(holders(cancelled), ['client1']);
  assert.equal(cancelled.holders, ', waited for client1 pid 4001 owner 0000000000000001');
});

test('readers share, writers do not; ranges that do not touch are nobody else\u2019s business', () => {
  for (const [procedure, lock] of [
    ['LK', record],
    ['INODELK', inode],
  ] as const) {
    const { client } = newBricks();
    const [one, two] = [client(1), client(2)];
    one.do(procedure, lock(10, 10, reading));
    const inTheWay = (start: number | bigint, length: number | bigint, more = {}) =>
      holders(two.ask(procedure, lock(start, length, { ...trying, ...more })).reply(AGAIN)).length > 0;
    assert.equal(inTheWay(0, 0, reading), false);
    assert.equal(inTheWay(0, 0), true);
    assert.equal(inTheWay(0, 10), false);
    assert.equal(inTheWay(0, 11), true);
    assert.equal(inTheWay(19, 1), true);
    assert.equal(inTheWay(20, 0), false);
    assert.equal(inTheWay(19, 9223372036854775780n), true);
    assert.equal(inTheWay(2n ** 62n, 10), false);
    // No range that the server takes.
    assert.equal(inTheWay(2n ** 63n, 10), false);
  }
});

test('an owner is not in its own way, but another of the same client is', () => {
  const { client } = newBricks();
  const one = client(1);
  one.do('INODELK', inode(0, 0), 'aa');
  assert.deepEqual(holders(one.ask('INODELK', inode(0, 0), 'aa').waits()), []);
  assert.deepEqual(holders(one.ask('INODELK', inode(0, 0), 'bb').waits()), ['client1']);
  // The same number of another client is another's.
  assert.deepEqual(holders(client(2).ask('INODELK', inode(0, 0), 'aa').waits()), ['client1']);
});

test('entries: one name, or all of a directory; readers of the same name do not share it', () => {
  const { client } = newBricks();
  const [one, two, three] = [client(1), client(2), client(3)];
  one.do('ENTRYLK', names('a', reading));
  const denied = (name: string) => holders(two.ask('ENTRYLK', names(name, tryingName)).reply(AGAIN));
  assert.deepEqual(denied('a'), ['client1']);
  assert.deepEqual(holders(two.ask('ENTRYLK', names('a', reading)).waits()), ['client1']);
  assert.deepEqual(denied('b'), []);
  assert.deepEqual(denied(''), ['client1']);
  three.do('FENTRYLK', names('', { volume: 'other' }));
  assert.deepEqual(denied('b'), []);
  // With another type nothing is unlocked.
  one.do('ENTRYLK', names('a', unlockingName));
  assert.deepEqual(denied('a'), ['client1']);
  one.do('ENTRYLK', names('a', { ...unlockingName, ...reading }));
  assert.deepEqual(denied('a'), []);
  three.do('ENTRYLK', names('', tryingName));
  assert.deepEqual(denied('b'), ['client3']);
  // Two names that are told apart by their bytes alone.
  const raw = (hex: string) => names('\ufffd', { name_hex: hex, gfid: FILE.replace('93', '94') });
  one.do('ENTRYLK', raw('ff'));
  assert.deepEqual(holders(two.ask('ENTRYLK', raw('fe')).waits()), []);
  assert.deepEqual(holders(two.ask('ENTRYLK', raw('ff')).waits()), ['client1']);
});

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

test('those that are granted while others wait are in their way then', () => {
  const { client, clock } = newBricks();
  const [one, two, three] = [client(1), client(2), client(3)];
  one.do('INODELK', inode(0, 0));
  const second = two.ask('INODELK', inode(0, 0));
  const third = three.ask('INODELK', inode(0, 0));
  clock.seconds += 1;
  one.do('INODELK', inode(0, 0, unlocking));
  clock.seconds += 1;
  second.reply();
  clock.seconds += 3;
  const waits = third.waits();
  assert.deepEqual(holders(waits), ['client2']);
  assert.equal(waits.holders, ', held by client2 pid 4002 owner 0000000000000002 for 3.00 s');
  two.do('INODELK', inode(0, 0, unlocking));
  const granted = third.reply();
  assert.deepEqual(holders(granted), ['client1', 'client2']);
  assert.equal(granted.holders, ', waited for client1 pid 4001 owner 0000000000000001 and 1 more');
});

test('a list of those that are in the way ends somewhere; the latest is in it', () => {
  const { client, clock } = newBricks();
  const last = client(99).ask('INODELK', inode(0, 0));
  for (let i = 1; i <= 12; i++) {
    client(i).do('INODELK', inode(i, 1));
    clock.seconds++;
  }
  const { fields, holders: words } = last.waits();
  const { held_by, held_by_total } = fields.lock as { held_by: unknown[]; held_by_total: number };
  assert.equal(held_by.length, 8);
  assert.equal(held_by_total, 12);
  assert.match(words ?? '', / and 11 more$/);
});

test('a lock is gone with the call that unlocks it', () => {
  const { client } = newBricks();
  const [one, two] = [client(1), client(2)];
  one.do('LK', record(0, 0));
  const unlock = one.ask('LK', record(0, 0, unlocking));
  assert.deepEqual(holders(two.ask('LK', record(0, 0)).waits()), []);
  unlock.reply();
});

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
  shared.locks.doubtAll();
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

test('a connection that was joined late is told by its address, and what it held before is not known', () => {
  const { client } = newBricks();
  const late = client(1, { introduced: false });
  late.do('INODELK', inode(0, 0, unlocking));
  late.do('INODELK', inode(0, 0));
  const { holders: words } = client(2, { introduced: false }).ask('INODELK', inode(0, 0)).waits();
  assert.equal(words, ', held by 10.0.1.1 port 49001 pid 4001 owner 0000000000000001 for 0.00 ms');
});

test('the root of a client of a subdirectory is another directory', () => {
  const { client } = newBricks();
  const root = { gfid: '00000000-0000-0000-0000-000000000001' };
  client(1).do('ENTRYLK', names('a', root));
  // Which directory that is was not said.
  assert.deepEqual(holders(client(2, { subdir: '/sub' }).ask('ENTRYLK', names('a', root)).waits()), []);
  assert.deepEqual(holders(client(3).ask('ENTRYLK', names('a', root)).waits()), ['client1']);
});

test('processes of GlusterFS itself are told by what they are, and long owners by their beginning', () => {
  const { client } = newBricks();
  client(2, { caller: -6 }).do('INODELK', inode(0, 0), 'ab'.repeat(20));
  const { holders: words, fields } = client(1).ask('INODELK', inode(0, 0)).waits();
  assert.equal(words, ', held by client2 self-heal daemon owner abababababababab... for 0.00 ms');
  const [holder] = (fields.lock as { held_by: { lk_owner: string; pid: number; pid_name: string }[] })
    .held_by;
  assert.equal(holder.lk_owner, 'ab'.repeat(20));
  assert.equal(holder.pid, -6);
  assert.equal(holder.pid_name, 'self-heal daemon (GF_CLIENT_PID_SELF_HEALD)');
});

test('in the view of messages, the call says who is in the way, and the reply how long that was', () => {
  const { client, clock } = newBricks();
  const [one, two] = [client(1), client(2)];
  one.do('INODELK', inode(0, 0));
  clock.seconds += 4;
  const asked = two.ask('INODELK', inode(0, 0));
  assert.equal(asked.waits().holders, ', held by client1 pid 4001 owner 0000000000000001 for 4.00 s');
  clock.seconds += 1;
  one.do('INODELK', inode(0, 0, unlocking));
  const reply = asked.replyAlone();
  assert.equal(waited(reply), 1e9);
  assert.deepEqual(holders(reply), ['client1']);
});

test('versions 330 and 310 likewise', () => {
  for (const version of [330, 310]) {
    const { client } = newBricks(version);
    client(1).do('INODELK', inode(0, 0));
    assert.deepEqual(holders(client(2).ask('INODELK', inode(0, 0)).waits()), ['client1']);
  }
});
