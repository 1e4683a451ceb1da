/** The gauges of waiting and running jobs by function. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assign, type Lab, newLab, submit } from './jobs-harness.js';

type Gauges = Record<string, readonly [waiting: number, running: number]>;

function watched(): { l: Lab; now(): Gauges } {
  const gauges = new Map<string, [number, number]>();
  const l = newLab({}, (gauge, name, by) => {
    const values = gauges.get(name ?? '?') ?? [0, 0];
    values[gauge] += by;
    gauges.set(name ?? '?', values);
  });
  const isSome = ([, [waiting, running]]: [string, [number, number]]) => waiting !== 0 || running !== 0;
  return { l, now: () => Object.fromEntries([...gauges].filter(isSome)) };
}

test('a job waits, runs and is done', () => {
  const { l, now } = watched();
  const [client, worker] = [l.connect(), l.connect()];
  submit(l, client, 'SUBMIT_JOB', 'H:1', 'a');
  submit(l, client, 'SUBMIT_JOB_BG', 'H:2', 'b');
  assert.deepEqual(now(), { f: [2, 0] });
  assign(worker, 'H:1', 'a');
  assert.deepEqual(now(), { f: [1, 1] });
  worker.sends('WORK_COMPLETE', 'H:1', '');
  assert.deepEqual(now(), { f: [1, 0] });
  l.end();
  assert.deepEqual(now(), {});
});

test('an unanswered submission is not counted, nor is a refused one', () => {
  const { l, now } = watched();
  const client = l.connect();
  client.sends('SUBMIT_JOB', 'f', 'u', '');
  assert.deepEqual(now(), {});
  client.receives('ERROR', 'QUEUE_ERROR', 'full');
  assert.deepEqual(now(), {});
});

test('a job waits again after its worker disconnects; an abandoned job is not counted', () => {
  const { l, now } = watched();
  const [client, worker] = [l.connect(), l.connect()];
  submit(l, client, 'SUBMIT_JOB', 'H:1');
  assign(worker, 'H:1');
  worker.close();
  assert.deepEqual(now(), { f: [1, 0] });
  client.close();
  assert.deepEqual(now(), {});
});

test('a job of unknown function is counted as such until its function is seen', () => {
  const { l, now } = watched();
  const [client, worker, late] = [
    l.connect({ fromStart: false }),
    l.connect(),
    l.connect({ fromStart: false }),
  ];
  client.receives('WORK_STATUS', 'H:7', '1', '2');
  late.sends('WORK_STATUS', 'H:9', '1', '2');
  assert.deepEqual(now(), { '?': [0, 2] });
  assign(worker, 'H:8');
  assert.deepEqual(now(), { '?': [0, 2], f: [0, 1] });
  // The new assignment has its function.
  assign(worker, 'H:7');
  assert.deepEqual(now(), { '?': [0, 1], f: [0, 2] });
  client.receives('WORK_FAIL', 'H:7');
  assert.deepEqual(now(), { '?': [0, 1], f: [0, 1] });
});

test('progress that the server relays shows that a waiting job runs', () => {
  const { l, now } = watched();
  const client = l.connect();
  submit(l, client, 'SUBMIT_JOB', 'H:1');
  client.receives('WORK_STATUS', 'H:1', '1', '2');
  assert.deepEqual(now(), { f: [0, 1] });
});
