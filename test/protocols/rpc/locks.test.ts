/** Conflicting locks, from the bytes of several connections to one brick. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Feeder, glusterfs, messages, newFeeder, rpcOf, ToClient, ToServer } from './harness.js';
import { authV3, call, commonRsp, flushReply, NO_DICT, reply, words } from './rpc-bytes.js';
import { counted, long } from './xdr-bytes.js';

const INODELK = 29;
const [LOCK, UNLOCK] = [1, 2];
const START = 1_700_000_000;

/** Each test uses a file of its own, since they share a decoder. */
let file = 0;

/** SETLKW of the first bytes of the file, or their unlock. */
function inodelk(xid: number, owner: number, type: number): Buffer {
  const gfid = Buffer.alloc(16, 0xc0 + file);
  const flock = Buffer.concat([words(type, 0), long(0n), long(10n), words(0), counted(Buffer.alloc(8))]);
  const body = Buffer.concat([gfid, words(type === UNLOCK ? 1 : 2, type), flock, counted('domain'), NO_DICT]);
  return call({ xid, procedure: INODELK, body, credential: authV3(4000 + owner, Buffer.alloc(8, owner)) });
}

const granted = (xid: number) => reply(xid, commonRsp());
const last = (feed: Feeder) => messages(feed).at(-1)?.body.message ?? '';
const at = (seconds: number, ...feeds: readonly Feeder[]) => {
  for (const feed of feeds) feed.at = { seconds: START + seconds, nanoseconds: 0, packet: 1 };
};

/** A holder has the lock; 10 s later a waiter calls for it. */
function waiting(view: 'calls' | 'messages' = 'calls') {
  file++;
  const [holder, waiter] = [newFeeder({ view }), newFeeder({ view })];
  at(0, holder, waiter);
  holder.send(ToServer, inodelk(1, 1, LOCK));
  holder.send(ToClient, granted(1));
  at(10, holder, waiter);
  waiter.send(ToServer, inodelk(1, 2, LOCK));
  return { holder, waiter };
}

test('the timeout of a blocked call, and its late reply, name the lock holder', () => {
  const { holder, waiter } = waiting();
  for (const seconds of [39, 40]) glusterfs.tick?.({ seconds: START + seconds, nanoseconds: 0, packet: 1 });
  assert.match(
    last(waiter),
    /domain -> no reply for 30\.00 s, held by 10\.0\.0\.2 port 49151 pid 4001 owner 0101010101010101 for 40\.00 s$/,
  );
  at(41, holder, waiter);
  holder.send(ToServer, inodelk(2, 1, UNLOCK));
  waiter.send(ToClient, granted(1));
  assert.match(
    last(waiter),
    /-> ok in 31\.00 s, waited for 10\.0\.0\.2 port 49151 pid 4001 owner 0101010101010101$/,
  );
  holder.send(ToClient, granted(2));
  // The waiter holds the lock now.
  at(50, holder, waiter);
  holder.send(ToServer, inodelk(3, 1, LOCK));
  at(51, holder, waiter);
  holder.end();
  assert.match(last(holder), /-> no reply for 1\.00 s, held by .* owner 0202020202020202 for 10\.00 s$/);
  waiter.end();
});

test('the messages view names the lock holder in the reply', () => {
  const { holder, waiter } = waiting('messages');
  assert.match(
    last(waiter),
    /domain, held by 10\.0\.0\.2 port 49151 pid 4001 owner 0101010101010101 for 10\.00 s$/,
  );
  at(12, holder, waiter);
  holder.send(ToServer, inodelk(2, 1, UNLOCK));
  waiter.send(ToClient, granted(1));
  assert.match(last(waiter), /-> ok in 2\.00 s, waited for /);
  for (const feed of [holder, waiter]) feed.end();
});

test('a retransmitted call takes the lock once', () => {
  const { holder, waiter } = waiting();
  waiter.send(ToServer, inodelk(1, 2, LOCK));
  holder.send(ToServer, inodelk(2, 1, UNLOCK));
  waiter.send(ToClient, granted(1));
  assert.match(last(waiter), /, waited for .* owner 0101010101010101$/);
  assert.equal(rpcOf(messages(waiter)[0]).retransmission, true);
  // A single unlock frees the lock.
  waiter.send(ToServer, inodelk(2, 2, UNLOCK));
  holder.send(ToServer, inodelk(3, 1, LOCK));
  holder.send(ToClient, granted(3));
  assert.match(last(holder), / -> ok in 0\.00 ms$/);
  for (const feed of [holder, waiter]) feed.end();
});

test('after a gap in its calls, a lock holder is not named', () => {
  const { holder, waiter } = waiting();
  holder.gap(ToServer, 100);
  waiter.end();
  assert.match(last(waiter), /-> no reply for 0\.00 ms$/);
  holder.end();
});

test('a holder whose connection is over is not named', () => {
  const { holder, waiter } = waiting();
  holder.end();
  waiter.send(ToClient, granted(1));
  assert.match(last(waiter), /-> ok in 0\.00 ms$/);
  waiter.end();
});

test('an orphan reply makes the locks of its connection uncertain', () => {
  const { holder, waiter } = waiting();
  holder.send(ToClient, flushReply(77));
  waiter.end();
  assert.match(last(waiter), /-> no reply for 0\.00 ms$/);
  holder.end();
});

test('a call without a reply names the lock holder when its connection ends', () => {
  const { holder, waiter } = waiting();
  at(15, holder, waiter);
  waiter.end();
  assert.match(last(waiter), /-> no reply for 5\.00 s, held by .* for 15\.00 s$/);
  holder.end();
});
