/** Calls for locks: who is in their way, and what is said of that. */
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
