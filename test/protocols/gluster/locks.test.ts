/** Lock calls and the holders in their lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AGAIN,
  CANCELLED,
  FILE,
  holders,
  inode,
  names,
  newBricks,
  nonBlocking,
  nonBlockingName,
  reading,
  record,
  unlocking,
  unlockingName,
  waited,
} from './lock-clients.js';

test('a blocked call names the holder, and its reply the former holder', () => {
  const { client, clock } = newBricks();
  const [first, second] = [client(1), client(2)];
  assert.equal(first.callAndReply('LK', record(0, 100), '5f3a000000000000').holders, undefined);
  clock.seconds += 10;
  const call = second.call('LK', record(20, 30), '77aa000000000000');
  clock.seconds += 30;
  const waiting = call.describeCall();
  assert.equal(waiting.holders, ', held by client1 pid 4001 owner 5f3a000000000000 for 40.00 s');
  assert.equal(waited(waiting), undefined);
  assert.deepEqual((waiting.fields.lock as { held_by: unknown }).held_by, [
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
  first.callAndReply('LK', record(0, 0, unlocking), '5f3a000000000000');
  clock.seconds += 1;
  const granted = call.reply();
  assert.equal(granted.holders, ', waited for client1 pid 4001 owner 5f3a000000000000');
  assert.equal(waited(granted), 31e9);
  assert.deepEqual(holders(granted), ['client1']);
});

test('a lock without conflicts shows only how long it waited', () => {
  const { client, clock } = newBricks();
  for (const [procedure, request] of [
    ['LK', record(0, 0)],
    ['INODELK', inode(0, 0)],
    ['FINODELK', inode(5, 1)],
    ['ENTRYLK', names('a')],
    ['FENTRYLK', names('b')],
  ] as const) {
    const call = client(1).call(procedure, request);
    clock.seconds += 2;
    const { fields, holders: words } = call.reply();
    assert.equal((fields.lock as { waited?: number }).waited, 2e9, procedure);
    assert.equal((fields.lock as { held_by?: unknown }).held_by, undefined);
    assert.equal(words, undefined);
  }
  for (const [procedure, request] of [
    ['LK', record(0, 0, nonBlocking)],
    ['LK', record(0, 0, unlocking)],
    ['LK', record(0, 0, { cmd: 0 })],
    ['INODELK', inode(0, 0, nonBlocking)],
    ['ENTRYLK', names('a', nonBlockingName)],
    ['ENTRYLK', names('a', unlockingName)],
  ] as const)
    assert.equal(waited(client(2).callAndReply(procedure, request)), undefined, procedure);
});

test('EAGAIN names the holder; other errors do not', () => {
  const { client } = newBricks();
  const [first, second] = [client(1), client(2)];
  first.callAndReply('INODELK', inode(0, 0));
  const denied = second.call('INODELK', inode(0, 10, nonBlocking)).reply(AGAIN);
  assert.deepEqual(holders(denied), ['client1']);
  assert.equal(denied.holders, ', held by client1 pid 4001 owner 0000000000000001');
  assert.equal(denied.expected, true);
  const stale = second.call('INODELK', inode(0, 10, nonBlocking)).reply({ op_ret: -1, op_errno: 116 });
  assert.deepEqual(holders(stale), []);
  const cancelled = second.call('INODELK', inode(0, 10)).reply(CANCELLED);
  assert.deepEqual(holders(cancelled), ['client1']);
  assert.equal(cancelled.holders, ', waited for client1 pid 4001 owner 0000000000000001');
});

test('readers share a range, writers do not, and separate ranges do not conflict', () => {
  for (const [procedure, lock] of [
    ['LK', record],
    ['INODELK', inode],
  ] as const) {
    const { client } = newBricks();
    const [first, second] = [client(1), client(2)];
    first.callAndReply(procedure, lock(10, 10, reading));
    const conflicts = (start: number | bigint, length: number | bigint, more = {}) =>
      holders(second.call(procedure, lock(start, length, { ...nonBlocking, ...more })).reply(AGAIN)).length >
      0;
    assert.equal(conflicts(0, 0, reading), false);
    assert.equal(conflicts(0, 0), true);
    assert.equal(conflicts(0, 10), false);
    assert.equal(conflicts(0, 11), true);
    assert.equal(conflicts(19, 1), true);
    assert.equal(conflicts(20, 0), false);
    assert.equal(conflicts(19, 9223372036854775780n), true);
    assert.equal(conflicts(2n ** 62n, 10), false);
    // The server rejects the range.
    assert.equal(conflicts(2n ** 63n, 10), false);
  }
});

test('an owner does not conflict with itself, but with another owner of the same client', () => {
  const { client } = newBricks();
  const first = client(1);
  first.callAndReply('INODELK', inode(0, 0), 'aa');
  assert.deepEqual(holders(first.call('INODELK', inode(0, 0), 'aa').describeCall()), []);
  assert.deepEqual(holders(first.call('INODELK', inode(0, 0), 'bb').describeCall()), ['client1']);
  // The same owner of another client is another owner.
  assert.deepEqual(holders(client(2).call('INODELK', inode(0, 0), 'aa').describeCall()), ['client1']);
});

test('entry locks are of one name or a whole directory, and readers do not share them', () => {
  const { client } = newBricks();
  const [first, second, third] = [client(1), client(2), client(3)];
  first.callAndReply('ENTRYLK', names('a', reading));
  const denied = (name: string) => holders(second.call('ENTRYLK', names(name, nonBlockingName)).reply(AGAIN));
  assert.deepEqual(denied('a'), ['client1']);
  assert.deepEqual(holders(second.call('ENTRYLK', names('a', reading)).describeCall()), ['client1']);
  assert.deepEqual(denied('b'), []);
  assert.deepEqual(denied(''), ['client1']);
  third.callAndReply('FENTRYLK', names('', { volume: 'other' }));
  assert.deepEqual(denied('b'), []);
  // An unlock of another type unlocks nothing.
  first.callAndReply('ENTRYLK', names('a', unlockingName));
  assert.deepEqual(denied('a'), ['client1']);
  first.callAndReply('ENTRYLK', names('a', { ...unlockingName, ...reading }));
  assert.deepEqual(denied('a'), []);
  third.callAndReply('ENTRYLK', names('', nonBlockingName));
  assert.deepEqual(denied('b'), ['client3']);
  // Two names that differ only in their bytes.
  const raw = (hex: string) => names('\ufffd', { name_hex: hex, gfid: FILE.replace('93', '94') });
  first.callAndReply('ENTRYLK', raw('ff'));
  assert.deepEqual(holders(second.call('ENTRYLK', raw('fe')).describeCall()), []);
  assert.deepEqual(holders(second.call('ENTRYLK', raw('ff')).describeCall()), ['client1']);
});

test('a lock granted to one waiting call blocks the next', () => {
  const { client, clock } = newBricks();
  const [first, second, third] = [client(1), client(2), client(3)];
  first.callAndReply('INODELK', inode(0, 0));
  const secondCall = second.call('INODELK', inode(0, 0));
  const thirdCall = third.call('INODELK', inode(0, 0));
  clock.seconds += 1;
  first.callAndReply('INODELK', inode(0, 0, unlocking));
  clock.seconds += 1;
  secondCall.reply();
  clock.seconds += 3;
  const waiting = thirdCall.describeCall();
  assert.deepEqual(holders(waiting), ['client2']);
  assert.equal(waiting.holders, ', held by client2 pid 4002 owner 0000000000000002 for 3.00 s');
  second.callAndReply('INODELK', inode(0, 0, unlocking));
  const granted = thirdCall.reply();
  assert.deepEqual(holders(granted), ['client1', 'client2']);
  assert.equal(granted.holders, ', waited for client1 pid 4001 owner 0000000000000001 and 1 more');
});

test('the list of conflicting locks is bounded and contains the latest', () => {
  const { client, clock } = newBricks();
  const last = client(99).call('INODELK', inode(0, 0));
  for (let i = 1; i <= 12; i++) {
    client(i).callAndReply('INODELK', inode(i, 1));
    clock.seconds++;
  }
  const { fields, holders: words } = last.describeCall();
  const { held_by, held_by_total } = fields.lock as { held_by: unknown[]; held_by_total: number };
  assert.equal(held_by.length, 8);
  assert.equal(held_by_total, 12);
  assert.match(words ?? '', / and 11 more$/);
});

test('internal clients of GlusterFS are named, and long owners are shortened', () => {
  const { client } = newBricks();
  client(2, { caller: -6 }).callAndReply('INODELK', inode(0, 0), 'ab'.repeat(20));
  const { holders: words, fields } = client(1).call('INODELK', inode(0, 0)).describeCall();
  assert.equal(words, ', held by client2 self-heal daemon owner abababababababab... for 0.00 ms');
  const [holder] = (fields.lock as { held_by: { lk_owner: string; pid: number; pid_name: string }[] })
    .held_by;
  assert.equal(holder.lk_owner, 'ab'.repeat(20));
  assert.equal(holder.pid, -6);
  assert.equal(holder.pid_name, 'self-heal daemon (GF_CLIENT_PID_SELF_HEALD)');
});

test('in the messages view the call names the holder and the reply the time waited', () => {
  const { client, clock } = newBricks();
  const [first, second] = [client(1), client(2)];
  first.callAndReply('INODELK', inode(0, 0));
  clock.seconds += 4;
  const call = second.call('INODELK', inode(0, 0));
  assert.equal(call.describeCall().holders, ', held by client1 pid 4001 owner 0000000000000001 for 4.00 s');
  clock.seconds += 1;
  first.callAndReply('INODELK', inode(0, 0, unlocking));
  const reply = call.describeReply();
  assert.equal(waited(reply), 1e9);
  assert.deepEqual(holders(reply), ['client1']);
});

test('versions 330 and 310 describe holders too', () => {
  for (const version of [330, 310]) {
    const { client } = newBricks(version);
    client(1).callAndReply('INODELK', inode(0, 0));
    assert.deepEqual(holders(client(2).call('INODELK', inode(0, 0)).describeCall()), ['client1']);
  }
});
