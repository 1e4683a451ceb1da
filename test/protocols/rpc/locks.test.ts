/** Who is in the way of a lock, from the bytes of several connections to one brick. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Feeder, feeder, glusterfs, messages, rpcOf, ToClient, ToServer } from './harness.js';
import { authV3, call, commonRsp, flushReply, NoDict, reply, words } from './rpc-bytes.js';
import { counted, long } from './xdr-bytes.js';

const Inodelk = 29;
const [Lock, Unlock] = [1, 2];
const Start = 1_700_000_000;

/** For each test a file of its own: the decoder is the same. */
let file = 0;

/** SETLKW of the first bytes of the file, or the unlock of them. */
function inodelk(xid: number, owner: number, type: number): Buffer {
  const gfid = Buffer.alloc(16, 0xc0 + file);
  const flock = Buffer.concat([words(type, 0), long(0n), long(10n), words(0), counted(Buffer.alloc(8))]);
  const body = Buffer.concat([gfid, words(type === Unlock ? 1 : 2, type), flock, counted('domain'), NoDict]);
  return call({ xid, procedure: Inodelk, body, credential: authV3(4000 + owner, Buffer.alloc(8, owner)) });
}

const granted = (xid: number) => reply(xid, commonRsp());
const last = (feed: Feeder) => messages(feed).at(-1)?.body.message ?? '';
const at = (seconds: number, ...feeds: readonly Feeder[]) => {
  for (const feed of feeds) feed.at = { seconds: Start + seconds, nanoseconds: 0, packet: 1 };
};

/** One has the lock, the other waits for it since 10 s later. */
function waiting(view: 'calls' | 'messages' = 'calls') {
  file++;
  const [one, two] = [feeder({ view }), feeder({ view })];
  at(0, one, two);
  one.send(ToServer, inodelk(1, 1, Lock));
  one.send(ToClient, granted(1));
  at(10, one, two);
  two.send(ToServer, inodelk(1, 2, Lock));
  return { one, two };
}

test('a call that waits too long, and its reply', () => {
  const { one, two } = waiting();
  for (const seconds of [39, 40]) glusterfs.tick?.({ seconds: Start + seconds, nanoseconds: 0, packet: 1 });
  assert.match(
    last(two),
    /domain -> no reply for 30\.00 s, held by 10\.0\.0\.2 port 49151 pid 4001 owner 0101010101010101 for 40\.00 s$/,
  );
  at(41, one, two);
  one.send(ToServer, inodelk(2, 1, Unlock));
  two.send(ToClient, granted(1));
  assert.match(
    last(two),
    /-> ok in 31\.00 s, waited for 10\.0\.0\.2 port 49151 pid 4001 owner 0101010101010101$/,
  );
  one.send(ToClient, granted(2));
  // Who has waited so long holds it now.
  at(50, one, two);
  one.send(ToServer, inodelk(3, 1, Lock));
  at(51, one, two);
  one.end();
  assert.match(last(one), /-> no reply for 1\.00 s, held by .* owner 0202020202020202 for 10\.00 s$/);
  two.end();
});

test('in the view of messages', () => {
  const { one, two } = waiting('messages');
  assert.match(
    last(two),
    /domain, held by 10\.0\.0\.2 port 49151 pid 4001 owner 0101010101010101 for 10\.00 s$/,
  );
  at(12, one, two);
  one.send(ToServer, inodelk(2, 1, Unlock));
  two.send(ToClient, granted(1));
  assert.match(last(two), /-> ok in 2\.00 s, waited for /);
  for (const feed of [one, two]) feed.end();
});

test('a call that is sent again waits as one', () => {
  const { one, two } = waiting();
  two.send(ToServer, inodelk(1, 2, Lock));
  one.send(ToServer, inodelk(2, 1, Unlock));
  two.send(ToClient, granted(1));
  assert.match(last(two), /, waited for .* owner 0101010101010101$/);
  assert.equal(rpcOf(messages(two)[0]).retransmission, true);
  // It holds it once: after one unlock it is free.
  two.send(ToServer, inodelk(2, 2, Unlock));
  one.send(ToServer, inodelk(3, 1, Lock));
  one.send(ToClient, granted(3));
  assert.match(last(one), / -> ok in 0\.00 ms$/);
  for (const feed of [one, two]) feed.end();
});

test('after a gap in what the holder sent, nobody says that it holds it still', () => {
  const { one, two } = waiting();
  one.gap(ToServer, 100);
  two.end();
  assert.match(last(two), /-> no reply for 0\.00 ms$/);
  one.end();
});

test('the holder is gone: it is not known that it has let go, unless it said so', () => {
  const { one, two } = waiting();
  one.end();
  two.send(ToClient, granted(1));
  assert.match(last(two), /-> ok in 0\.00 ms$/);
  two.end();
});

test('a reply to a call that was not seen makes doubtful what its connection holds', () => {
  const { one, two } = waiting();
  one.send(ToClient, flushReply(77));
  two.end();
  assert.match(last(two), /-> no reply for 0\.00 ms$/);
  one.end();
});

test('a call without a reply says who is in the way when its connection ends', () => {
  const { one, two } = waiting();
  at(15, one, two);
  two.end();
  assert.match(last(two), /-> no reply for 5\.00 s, held by .* for 15\.00 s$/);
  one.end();
});
