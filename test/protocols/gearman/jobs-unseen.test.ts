/** Jobs seen in part: unknown fields are left out, and each job has one record. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToClient, ToServer } from './harness.js';
import { assign, newLab, submit } from './jobs-harness.js';

const midstream = { fromStart: false };

test('a job of which only the client was seen', () => {
  const l = newLab();
  const client = l.connect();
  submit(l, client, 'SUBMIT_JOB', 'H:1');
  client.receives('WORK_DATA', 'H:1', 'abc');
  client.receives('WORK_STATUS', 'H:1', 1, 2);
  l.advance(9);
  client.receives('WORK_COMPLETE', 'H:1', 'xy');
  client.receives('WORK_COMPLETE', 'H:1', 'xy');
  l.end();
  const [line, ...more] = l.lines();
  assert.equal(more.length, 0);
  assert.deepEqual([line.action, line.outcome, line.duration], ['WORK_COMPLETE', 'success', 10e6]);
  const { queue_wait, run_time, worker, result_bytes, data_bytes, last_status } = line.job;
  assert.deepEqual([queue_wait, run_time, worker], [undefined, undefined, undefined]);
  assert.deepEqual([result_bytes, data_bytes, last_status], [2, 3, { numerator: 1, denominator: 2 }]);
});

test('the server ends a cancelled job, and a job that was retried too often', () => {
  const l = newLab();
  const [client, worker] = [l.connect(), l.connect()];
  submit(l, client, 'SUBMIT_JOB', 'H:1');
  assign(worker, 'H:1');
  l.advance(5);
  worker.close();
  l.advance(2);
  client.receives('WORK_FAIL', 'H:1');
  submit(l, client, 'SUBMIT_JOB', 'H:2', 'v');
  l.advance(2);
  client.receives('WORK_FAIL', 'H:2');
  l.end();
  const [line, other, ...more] = l.lines();
  assert.equal(more.length, 0);
  assert.deepEqual([line.action, line.outcome], ['WORK_FAIL', 'failure']);
  assert.deepEqual([other.duration, other.job.queue_wait, other.job.run_time], [3e6, undefined, undefined]);
  assert.deepEqual([line.job.worker, line.job.previous_worker?.ip], [undefined, '10.0.0.3']);
  assert.deepEqual([line.job.queue_wait, line.job.run_time, line.job.lost_run_time], [3e6, undefined, 5e6]);
});

test('a midstream pickup of a worker with a job', () => {
  const l = newLab();
  const worker = l.connect(midstream);
  worker.sends('WORK_STATUS', 'H:1', 1, 2);
  l.advance(5);
  worker.sends('WORK_COMPLETE', 'H:1', 'x');
  worker.sends('WORK_COMPLETE', 'H:2', 'xy');
  worker.sends('GRAB_JOB');
  worker.receives('NO_JOB');
  l.end();
  assert.deepEqual(
    l.lines().map(({ job, duration, from }) => [job, duration, from]),
    [
      [
        {
          handle: 'H:1',
          worker: { ip: '10.0.0.3', port: 50_000 },
          last_status: { numerator: 1, denominator: 2 },
          result_bytes: 1,
        },
        undefined,
        ToClient,
      ],
      [{ handle: 'H:2', worker: { ip: '10.0.0.3', port: 50_000 }, result_bytes: 2 }, undefined, ToClient],
    ],
  );
  assert.equal(l.lines()[1].message, 'job H:2 -> ok, 2 bytes; ran on 10.0.0.3:50000');
});

test('a midstream worker disconnects: its job is reported as reassigned to the next one', () => {
  const l = newLab();
  const [late, worker] = [l.connect(midstream), l.connect()];
  late.sends('WORK_STATUS', 'H:1', 1, 2);
  late.close();
  l.advance(7);
  assign(worker, 'H:1');
  worker.sends('WORK_COMPLETE', 'H:1', '');
  const [{ job }] = l.lines();
  assert.deepEqual([job.reassigned, job.queue_wait, job.lost_run_time], [1, undefined, undefined]);
});

test('a midstream pickup of a client', () => {
  const l = newLab();
  const client = l.connect(midstream);
  client.receives('WORK_FAIL', 'H:1');
  const [line] = l.lines();
  assert.deepEqual(line.job, { handle: 'H:1', background: false });
  assert.deepEqual([line.from, line.duration, line.outcome], [ToServer, undefined, 'failure']);
});

test("without paired answers the function is the worker's, and the rest is unknown", () => {
  const l = newLab();
  const [client, worker] = [l.connect(), l.connect()];
  submit(l, client, 'SUBMIT_JOB_HIGH', 'H:1', 'a');
  client.lose(ToServer);
  submit(l, client, 'SUBMIT_JOB_HIGH', 'H:2', 'b');
  l.advance(3);
  assign(worker, 'H:2', 'b');
  l.advance(4);
  worker.sends('WORK_COMPLETE', 'H:2', 'x');
  const [line] = l.lines();
  assert.equal(line.from, ToServer);
  assert.deepEqual(line.job, {
    handle: 'H:2',
    function: 'f',
    unique_id: 'b',
    workload_bytes: 4,
    worker: { ip: '10.0.0.3', port: 50_001 },
    run_time: 4e6,
    result_bytes: 1,
  });
  assert.equal(line.duration, undefined);
});

test('an answer seen before its submission is not paired with the next submission', () => {
  const l = newLab();
  const [client, worker] = [l.connect(), l.connect()];
  client.receives('JOB_CREATED', 'H:1');
  client.sends('SUBMIT_JOB', 'f', 'a', 'data');
  client.sends('SUBMIT_JOB', 'g', 'b', 'data');
  client.receives('JOB_CREATED', 'H:2');
  worker.receives('JOB_ASSIGN_UNIQ', 'H:2', 'g', 'b', 'data');
  worker.sends('WORK_COMPLETE', 'H:2', '');
  assert.equal(l.lines()[0].job.function, 'g');
});

test('an assignment seen before the answer to the submission', () => {
  const l = newLab();
  const [client, worker] = [l.connect({ port: 1 }), l.connect()];
  client.sends('SUBMIT_JOB', 'f', 'u', 'work');
  l.advance(1);
  assign(worker, 'H:1');
  l.advance(1);
  client.receives('JOB_CREATED', 'H:1');
  worker.sends('WORK_COMPLETE', 'H:1', '');
  l.end();
  const [line, ...more] = l.lines();
  assert.equal(more.length, 0);
  assert.deepEqual([line.port, line.job.queue_wait, line.job.run_time], [1, 1e6, 1e6]);
  assert.deepEqual([line.job.priority, line.job.coalesced], ['normal', undefined]);
});

test('a completion seen before the answer to the submission', () => {
  const l = newLab();
  const [client, worker] = [l.connect(), l.connect()];
  client.sends('SUBMIT_JOB', 'f', '', 'work');
  assign(worker, 'H:1', '');
  worker.sends('WORK_COMPLETE', 'H:1', '');
  client.receives('JOB_CREATED', 'H:1');
  client.receives('WORK_COMPLETE', 'H:1', '');
  l.end();
  assert.equal(l.lines().length, 1);
});

test('an assignment that was lost', () => {
  for (const late of [true, false]) {
    const l = newLab();
    const [client, worker] = [l.connect(), l.connect()];
    worker.sends('CAN_DO', 'f');
    worker.receives('NOOP');
    submit(l, client, 'SUBMIT_JOB_BG', 'H:1');
    worker.sends('GRAB_JOB_UNIQ');
    l.advance(5);
    worker.sends('WORK_COMPLETE', 'H:1', 'x');
    assert.equal(l.lines().length, 0, 'the server may refuse it');
    if (late) {
      // The gap is filled: the assignment was only late.
      l.advance(-1);
      worker.receives('JOB_ASSIGN_UNIQ', 'H:1', 'f', 'u', 'work');
      l.advance(1);
    } else worker.lose(ToClient);
    l.end();
    const [line, ...more] = l.lines();
    assert.equal(more.length, 0);
    assert.deepEqual([line.duration, line.job.worker?.port], [6e6, 50_001]);
    assert.deepEqual([line.job.queue_wait, line.job.run_time], late ? [5e6, 1e6] : [undefined, undefined]);
  }
});

test("a completion relayed to the client before the worker's own is seen", () => {
  const l = newLab();
  const [client, worker] = [l.connect(), l.connect()];
  submit(l, client, 'SUBMIT_JOB', 'H:1');
  l.advance(10);
  client.receives('WORK_COMPLETE', 'H:1', 'x');
  l.advance(-5);
  assign(worker, 'H:1');
  worker.sends('WORK_COMPLETE', 'H:1', 'x');
  l.advance(5);
  l.end();
  assert.equal(l.lines().length, 1);
});

test("packets about another worker's job are ignored", () => {
  const l = newLab();
  const [client, a, b] = [l.connect(), l.connect(), l.connect()];
  submit(l, client, 'SUBMIT_JOB', 'H:1');
  assign(a, 'H:1');
  b.sends('WORK_DATA', 'H:1', 'x');
  b.receives('ERROR', 'JOB_NOT_FOUND', '');
  b.sends('WORK_COMPLETE', 'H:1', 'x');
  b.receives('ERROR', 'JOB_NOT_FOUND', '');
  b.sends('WORK_COMPLETE', 'H:none', 'x');
  b.receives('ERROR', 'JOB_NOT_FOUND', '');
  b.sends('GRAB_JOB');
  b.receives('NO_JOB');
  assert.equal(l.lines().length, 0);
  a.sends('WORK_COMPLETE', 'H:1', 'mine');
  l.end();
  const [{ job }, ...more] = l.lines();
  assert.equal(more.length, 0);
  assert.deepEqual([job.worker?.port, job.result_bytes, job.data_packets], [50_001, 4, undefined]);
});

test('a lost completion of a background job is reported when its worker grabs the next job or disconnects', () => {
  for (const end of ['asks', 'closes'] as const) {
    const l = newLab();
    const [client, worker] = [l.connect(), l.connect()];
    submit(l, client, 'SUBMIT_JOB_BG', 'H:1');
    assign(worker, 'H:1');
    worker.lose(ToServer);
    if (end === 'asks') worker.sends('GRAB_JOB');
    else worker.close();
    l.end();
    const [line, ...more] = l.lines();
    assert.equal(more.length, 0);
    assert.deepEqual([line.action, line.outcome, line.job.state], ['unfinished', 'unknown', 'running']);
    assert.match(
      line.message,
      /end not seen, bytes of its worker were lost; last seen running for [\d.]+ ms on 10/,
    );
  }
});

test('a restarted server reuses its handles', () => {
  const l = newLab();
  const [client, worker] = [l.connect(), l.connect()];
  submit(l, client, 'SUBMIT_JOB_BG', 'H:1', '');
  submit(l, client, 'SUBMIT_JOB_BG', 'H:2', 'b');
  submit(l, client, 'SUBMIT_JOB_BG', 'H:3', 'c');
  assign(worker, 'H:3', 'c');
  worker.sends('WORK_COMPLETE', 'H:3', '');
  l.advance(60_000);
  submit(l, client, 'SUBMIT_JOB_BG', 'H:1', '');
  submit(l, client, 'SUBMIT_JOB_BG', 'H:2', 'x');
  submit(l, client, 'SUBMIT_JOB_BG', 'H:3', 'c');
  for (const [handle, unique] of [
    ['H:1', ''],
    ['H:2', 'x'],
    ['H:3', 'c'],
  ]) {
    assign(worker, handle, unique);
    worker.sends('WORK_COMPLETE', handle, '');
  }
  worker.receives('JOB_ASSIGN_UNIQ', 'H:9', 'f', 'u', '');
  worker.receives('JOB_ASSIGN_UNIQ', 'H:9', 'g', 'u', '');
  assert.deepEqual(
    l.lines().map(({ action, job }) => [action, job.handle, job.unique_id]),
    [
      ['WORK_COMPLETE', 'H:3', 'c'],
      ['unfinished', 'H:1', ''],
      ['unfinished', 'H:2', 'b'],
      ['WORK_COMPLETE', 'H:1', ''],
      ['WORK_COMPLETE', 'H:2', 'x'],
      ['WORK_COMPLETE', 'H:3', 'c'],
      ['unfinished', 'H:9', 'u'],
    ],
  );
});

test('an evicted connection that is picked up again is the same worker', () => {
  const l = newLab();
  const [client, worker] = [l.connect(), l.connect({ port: 9 })];
  worker.sends('SET_CLIENT_ID', 'nine');
  submit(l, client, 'SUBMIT_JOB_BG', 'H:1');
  assign(worker, 'H:1');
  worker.close('evicted');
  const again = l.connect({ port: 9, fromStart: false });
  l.advance(3);
  again.sends('WORK_COMPLETE', 'H:1', '');
  const [{ job }] = l.lines();
  assert.deepEqual([job.worker?.client_id, job.run_time], ['nine', 3e6]);
});

test('a truncated packet ends no job', () => {
  const l = newLab();
  const [client, worker] = [l.connect(), l.connect()];
  submit(l, client, 'SUBMIT_JOB', 'H:1');
  assign(worker, 'H:1');
  worker.feed.send(ToServer, Buffer.from('\0REQ\0\0\0\x0d\0\0\0\x40H:1\0half of it', 'latin1'));
  worker.close();
  client.close();
  l.end();
  assert.deepEqual(
    l.lines().map(({ action }) => action),
    ['abandoned'],
  );
});
