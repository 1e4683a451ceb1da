import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Awaits } from '../../../src/protocols/gearman/packet-types.js';
import { Pairing, PENDING_LIMIT, UNMATCHED, UNTIMED } from '../../../src/protocols/gearman/pairing.js';
import { type Feeder, newFeeder, ToClient, ToServer } from './harness.js';
import { packet } from './packets.js';

function tick(feed: Feeder, nanoseconds = 1000): void {
  const sum = feed.at.nanoseconds + nanoseconds;
  feed.at = {
    seconds: feed.at.seconds + Math.floor(sum / 1e9),
    nanoseconds: sum % 1e9,
    packet: feed.at.packet + 1,
  };
}

/** Sends packets in turn, 1 us apart. Returns action, outcome and duration of the records. */
function talk(...messages: [number, Buffer][]): [string, string | undefined, number | undefined][] {
  const feed = newFeeder();
  for (const [dir, bytes] of messages) {
    feed.send(dir === 0 ? ToServer : ToClient, bytes);
    tick(feed);
  }
  return feed.records
    .filter(({ from }) => from === ToClient)
    .map(({ body }) => [body.action, body.outcome, body.duration]);
}

const job = packet('REQ', 7, 'f\0u\0x');
const created = packet('RES', 8, 'H:1');

test('every request of the protocol is paired with its response', () => {
  const pairs: [number, string, number, string][] = [
    [7, 'f\0u\0x', 8, 'H:1'],
    [18, 'f\0u\0x', 8, 'H:1'],
    [21, 'f\0u\0x', 8, 'H:1'],
    [32, 'f\0u\0x', 8, 'H:1'],
    [33, 'f\0u\0x', 8, 'H:1'],
    [34, 'f\0u\0x', 8, 'H:1'],
    [35, 'f\0u\x001\x001\x001\x001\x001\0x', 8, 'H:1'],
    [36, 'f\0u\x001\0x', 8, 'H:1'],
    [37, 'f\0u\0r\0\0x', 8, 'H:1'],
    [38, 'f\0u\0r\0\0x', 8, 'H:1'],
    [9, '', 10, ''],
    [9, '', 11, 'H:1\0f\0x'],
    [30, '', 10, ''],
    [30, '', 31, 'H:1\0f\0u\0x'],
    [39, '', 10, ''],
    [39, '', 31, 'H:1\0f\0u\0x'],
    [39, '', 40, 'H:1\0f\0u\0r\0x'],
    [15, 'H:1', 20, 'H:1\x001\x001\x001\x001'],
    [41, 'u', 42, 'u\x001\x001\x001\x001\x001'],
    [16, 'x', 17, 'x'],
    [26, 'exceptions', 27, 'exceptions'],
  ];
  for (const [ask, request, answer, response] of pairs) {
    const [[, outcome, duration]] = talk(
      [0, packet('REQ', ask, request)],
      [1, packet('RES', answer, response)],
    );
    assert.deepEqual([outcome, duration], ['success', 1000], `${ask} -> ${answer}`);
  }
});

test('pipelined requests are answered in order', () => {
  assert.deepEqual(
    talk(
      [0, job],
      [0, job],
      [0, packet('REQ', 16, 'x')],
      [1, created],
      [1, created],
      [1, packet('RES', 17, 'x')],
    ),
    [
      ['JOB_CREATED', 'success', 3000],
      ['JOB_CREATED', 'success', 3000],
      ['ECHO_RES', 'success', 3000],
    ],
  );
});

test('unsolicited packets of the server answer no request', () => {
  assert.deepEqual(
    talk(
      [0, job],
      [1, packet('RES', 6)],
      [1, packet('RES', 12, 'H:0\x001\x002')],
      [1, packet('RES', 14, 'H:0')],
      [1, created],
    ),
    [
      ['NOOP', undefined, undefined],
      ['WORK_STATUS', undefined, undefined],
      ['WORK_FAIL', 'failure', undefined],
      ['JOB_CREATED', 'success', 4000],
    ],
  );
  assert.deepEqual(talk([1, created]), [['JOB_CREATED', undefined, undefined]]);
});

test('the code of an ERROR selects the request that it answers', () => {
  const error = (code: string): [number, Buffer] => [1, packet('RES', 19, `${code}\0text`)];
  const complete: [number, Buffer] = [0, packet('REQ', 13, 'H:9\0x')];
  assert.deepEqual(talk(complete, [0, job], error('JOB_NOT_FOUND'), [1, created]), [
    ['ERROR', 'failure', 2000],
    ['JOB_CREATED', 'success', 2000],
  ]);
  assert.deepEqual(talk(complete, [0, job], error('QUEUE_ERROR')), [['ERROR', 'failure', 1000]]);
  assert.deepEqual(talk(complete, complete, error('JOB_NOT_FOUND')), [['ERROR', 'failure', undefined]]);
  assert.deepEqual(talk([0, packet('REQ', 24)], [0, job], error('INVALID_COMMAND'), [1, created]), [
    ['ERROR', 'failure', 2000],
    ['JOB_CREATED', 'success', 2000],
  ]);
  assert.deepEqual(talk([0, packet('RES', 16, 'x')], [0, job], error('INVALID_MAGIC'), [1, created]), [
    ['ERROR', 'failure', 2000],
    ['JOB_CREATED', 'success', 2000],
  ]);
  assert.deepEqual(talk([0, packet('REQ', 26, 'no')], error('UNKNOWN_OPTION')), [['ERROR', 'failure', 1000]]);
  assert.deepEqual(talk([0, job], error('something_else')), [['ERROR', 'failure', 1000]]);
});

test('after a loss nothing is paired until the connection was quiet for a while', () => {
  const feed = newFeeder();
  feed.send(ToServer, job);
  tick(feed);
  feed.gap(ToClient, 100);
  tick(feed);
  feed.send(ToServer, job);
  tick(feed);
  feed.send(ToClient, created);
  assert.equal(feed.records.at(-1)?.body.duration, undefined);
  tick(feed, 200_000_000);
  feed.send(ToServer, job);
  tick(feed);
  feed.send(ToClient, created);
  assert.equal(feed.records.at(-1)?.body.duration, 1000);
});

test('pending requests are bounded, and evicted ones are counted', () => {
  const pairs = new Pairing(true);
  const at = { seconds: 1, nanoseconds: 0, packet: 0 };
  for (let i = 0; i < PENDING_LIMIT + 5; i++) pairs.addRequest(Awaits.echo, { ...at, nanoseconds: i });
  assert.equal(pairs.takeEvicted(), 5);
  assert.equal(pairs.takeEvicted(), 0);
  assert.equal(pairs.matchResponse(Awaits.echo, { ...at, nanoseconds: 100 }), 95);
  assert.equal(pairs.matchResponse(Awaits.submit, at), UNMATCHED);
  for (let i = 0; i < 100_000; i++) pairs.addRequest(Awaits.work, at);
  assert.equal(pairs.takeEvicted(), 0, 'a run of WORK packets is one entry');
  assert.equal(pairs.matchResponse(Awaits.work, at), UNTIMED);
});

test('the ring buffer keeps its order as it grows and wraps', () => {
  const pairs = new Pairing(true);
  const at = (seconds: number) => ({ seconds, nanoseconds: 0, packet: 0 });
  let requested = 0;
  let answered = 0;
  for (let round = 1; round < 60; round++) {
    for (let i = 0; i < round; i++) pairs.addRequest(Awaits.echo, at(requested++));
    for (let i = 0; i < round - 1; i++)
      assert.equal(pairs.matchResponse(Awaits.echo, at(1e6)), (1e6 - answered++) * 1e9);
  }
  while (answered < requested)
    assert.equal(pairs.matchResponse(Awaits.echo, at(1e6)), (1e6 - answered++) * 1e9);
  assert.equal(pairs.matchResponse(Awaits.echo, at(1e6)), UNMATCHED);
});
