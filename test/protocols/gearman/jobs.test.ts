/** The records of jobs that were seen completely. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToClient, ToServer } from './harness.js';
import { assign, newLab, submit } from './jobs-harness.js';

test('a job from its submission to its end', () => {
  const l = newLab();
  const client = l.connect({ port: 1001 });
  const worker = l.connect({ port: 1002, address: 0x0a000007 });
  client.sends('SET_CLIENT_ID', 'web-3');
  worker.sends('SET_CLIENT_ID', 'worker-7');
  worker.sends('CAN_DO', 'f');
  submit(l, client, 'SUBMIT_JOB_HIGH', 'H:lab:12');
  worker.receives('NOOP');
  l.advance(2);
  assign(worker, 'H:lab:12');
  l.advance(4);
  worker.sends('WORK_DATA', 'H:lab:12', 'some');
  client.receives('WORK_DATA', 'H:lab:12', 'some');
  worker.sends('WORK_WARNING', 'H:lab:12', 'hm');
  client.receives('WORK_WARNING', 'H:lab:12', 'hm');
  worker.sends('WORK_STATUS', 'H:lab:12', 1, 4);
  worker.sends('WORK_STATUS', 'H:lab:12', 2, 4);
  l.advance(4);
  worker.sends('WORK_COMPLETE', 'H:lab:12', 'krow!');
  const { packet, seconds, nanoseconds } = l.at;
  l.advance(1);
  client.receives('WORK_COMPLETE', 'H:lab:12', 'krow!');
  l.end();
  const [line, ...more] = l.lines();
  assert.equal(more.length, 0);
  assert.deepEqual(line.job, {
    handle: 'H:lab:12',
    function: 'f',
    unique_id: 'u',
    priority: 'high',
    background: false,
    workload_bytes: 4,
    client_id: 'web-3',
    worker: { client_id: 'worker-7', ip: '10.0.0.7', port: 1002 },
    queue_wait: 3e6,
    run_time: 8e6,
    data_packets: 1,
    data_bytes: 4,
    warnings: 1,
    last_status: { numerator: 2, denominator: 4 },
    result_bytes: 5,
  });
  const { body } = line;
  assert.deepEqual(
    [line.action, line.level, line.outcome, line.duration, line.port, line.from],
    ['WORK_COMPLETE', 'info', 'success', 11e6, 1001, ToServer],
  );
  assert.deepEqual([body.packet, body.seconds, body.nanoseconds], [packet, seconds, nanoseconds]);
  assert.equal(
    line.message,
    'job f H:lab:12 (unique u) -> ok, 5 bytes; queued 3.00 ms, ran 8.00 ms on worker-7 10.0.0.7',
  );
});

test('each submission type has its priority, and is background or not', () => {
  const kinds: [string, string, boolean, string[]][] = [
    ['SUBMIT_JOB', 'normal', false, []],
    ['SUBMIT_JOB_BG', 'normal', true, []],
    ['SUBMIT_JOB_HIGH', 'high', false, []],
    ['SUBMIT_JOB_HIGH_BG', 'high', true, []],
    ['SUBMIT_JOB_LOW', 'low', false, []],
    ['SUBMIT_JOB_LOW_BG', 'low', true, []],
    ['SUBMIT_JOB_SCHED', 'normal', true, ['1', '2', '3', '4', '5']],
    ['SUBMIT_JOB_EPOCH', 'normal', true, ['1']],
    ['SUBMIT_REDUCE_JOB', 'normal', false, ['sum', '0']],
    ['SUBMIT_REDUCE_JOB_BACKGROUND', 'normal', true, ['sum', '0']],
  ];
  for (const [type, priority, background, args] of kinds) {
    const l = newLab();
    const client = l.connect();
    const worker = l.connect();
    client.sends(type, 'f', 'u', ...args, 'data');
    client.receives('JOB_CREATED', 'H:1');
    assign(worker, 'H:1');
    worker.sends('WORK_COMPLETE', 'H:1', '');
    const [{ job }] = l.lines();
    assert.deepEqual([job.priority, job.background, job.workload_bytes], [priority, background, 4], type);
    assert.equal(job.reducer, type.includes('REDUCE') ? 'sum' : undefined);
    assert.equal(job.hour, type.includes('SCHED') ? 2 : undefined);
  }
});

test('a scheduled job: its delay does not count as queue wait', () => {
  const l = newLab();
  const client = l.connect();
  const worker = l.connect();
  client.sends('SUBMIT_JOB_EPOCH', 'f', 'u', l.at.seconds + 10, 'data');
  l.advance(1);
  client.receives('JOB_CREATED', 'H:1');
  client.close();
  l.advance(12_499);
  assign(worker, 'H:1');
  l.advance(500);
  worker.sends('WORK_COMPLETE', 'H:1', 'x');
  const [line] = l.lines();
  assert.deepEqual(
    [line.job.delay, line.job.queue_wait, line.job.run_time, line.duration],
    [10e9, 2.5e9, 0.5e9, 13e9],
  );
  assert.equal(line.job.epoch, 1_700_000_010);
  assert.match(line.message, /delayed 10.00 s, queued 2.50 s, ran 500 ms/);
});

test('WORK_FAIL, WORK_EXCEPTION, and a refused submission', () => {
  const l = newLab();
  const client = l.connect();
  const worker = l.connect();
  submit(l, client, 'SUBMIT_JOB', 'H:1', 'a');
  assign(worker, 'H:1', 'a');
  worker.sends('WORK_FAIL', 'H:1');
  client.receives('WORK_FAIL', 'H:1');
  submit(l, client, 'SUBMIT_JOB', 'H:2', 'b');
  assign(worker, 'H:2', 'b');
  worker.sends('WORK_EXCEPTION', 'H:2', 'boom');
  // A client without the option gets WORK_FAIL instead; the worker's own WORK_FAIL is refused.
  client.receives('WORK_FAIL', 'H:2');
  worker.sends('WORK_FAIL', 'H:2');
  worker.receives('ERROR', 'JOB_NOT_FOUND', 'no such job');
  client.sends('SUBMIT_JOB_BG', 'f', 'c', 'work');
  l.advance(1);
  client.receives('ERROR', 'QUEUE_ERROR', 'Job queue is full');
  l.end();
  const [fail, exception, refused, ...more] = l.lines();
  assert.equal(more.length, 0);
  assert.deepEqual([fail.action, fail.outcome, fail.job.result_bytes], ['WORK_FAIL', 'failure', undefined]);
  assert.deepEqual([exception.action, exception.outcome], ['WORK_EXCEPTION', 'failure']);
  assert.deepEqual([exception.job.exception_bytes, exception.job.result_bytes], [4, undefined]);
  assert.deepEqual([refused.action, refused.outcome, refused.duration], ['refused', 'failure', 1e6]);
  assert.deepEqual(refused.job, {
    function: 'f',
    unique_id: 'c',
    priority: 'normal',
    background: true,
    workload_bytes: 4,
    error_code: 'QUEUE_ERROR',
    error_text: 'Job queue is full',
  });
  assert.equal(refused.message, 'job f (unique c) -> refused: QUEUE_ERROR: Job queue is full');
});

test('submissions with the same unique id are one job with one record', () => {
  const l = newLab();
  const [first, second, third, worker] = [l.connect({ port: 1 }), l.connect(), l.connect(), l.connect()];
  submit(l, first, 'SUBMIT_JOB', 'H:1');
  submit(l, second, 'SUBMIT_JOB', 'H:1');
  assign(worker, 'H:1');
  submit(l, third, 'SUBMIT_JOB_BG', 'H:1');
  first.close();
  worker.sends('WORK_COMPLETE', 'H:1', 'x');
  second.receives('WORK_COMPLETE', 'H:1', 'x');
  l.end();
  const [line, ...more] = l.lines();
  assert.equal(more.length, 0);
  assert.deepEqual(
    [line.job.coalesced, line.port, line.job.abandoned, line.duration],
    [2, 1, undefined, 3e6],
  );
  assert.match(line.message, /, 2 coalesced submissions$/);
});

test('a submission while the end of the job is in flight is the same job', () => {
  const l = newLab();
  const [first, second, worker] = [l.connect(), l.connect(), l.connect()];
  submit(l, first, 'SUBMIT_JOB', 'H:1');
  assign(worker, 'H:1');
  second.sends('SUBMIT_JOB', 'f', 'u', 'work');
  worker.sends('WORK_COMPLETE', 'H:1', 'x');
  l.advance(1);
  second.receives('JOB_CREATED', 'H:1');
  second.receives('WORK_COMPLETE', 'H:1', 'x');
  l.end();
  assert.equal(l.lines().length, 1);
});

test('with the unique id "-" jobs coalesce by workload', () => {
  const l = newLab();
  const [client, worker] = [l.connect(), l.connect()];
  submit(l, client, 'SUBMIT_JOB_BG', 'H:1', '-', 'same');
  submit(l, client, 'SUBMIT_JOB_BG', 'H:1', '-', 'same');
  assign(worker, 'H:1', '-', 'same');
  worker.sends('WORK_COMPLETE', 'H:1', '');
  assert.equal(l.lines()[0].job.coalesced, 1);
});

test('a worker disconnects: its job waits again and is reassigned', () => {
  const l = newLab();
  const [client, a, b] = [l.connect(), l.connect({ port: 11 }), l.connect({ port: 12 })];
  a.sends('SET_CLIENT_ID', 'a');
  submit(l, client, 'SUBMIT_JOB', 'H:1');
  assign(a, 'H:1');
  a.sends('WORK_DATA', 'H:1', 'lost');
  l.advance(10);
  a.close('rst');
  l.advance(100);
  assign(b, 'H:1');
  l.advance(5);
  b.sends('WORK_COMPLETE', 'H:1', 'x');
  l.end();
  const [line, ...more] = l.lines();
  assert.equal(more.length, 0);
  const { job } = line;
  assert.deepEqual(
    [job.queue_wait, job.lost_run_time, job.run_time, line.duration],
    [101e6, 10e6, 5e6, 116e6],
  );
  assert.deepEqual(
    [job.reassigned, job.worker?.port, job.previous_worker],
    [1, 12, { client_id: 'a', ip: '10.0.0.3', port: 11 }],
  );
  assert.equal(job.data_packets, undefined);
  assert.match(line.message, /ran 5.00 ms on 10.0.0.3:12, reassigned once, previous worker a 10.0.0.3$/);
});

test('a reassignment before the FIN of the previous worker, or after its timeout', () => {
  const l = newLab();
  const [client, a, b] = [l.connect(), l.connect(), l.connect()];
  submit(l, client, 'SUBMIT_JOB', 'H:1');
  assign(a, 'H:1');
  l.advance(10);
  assign(b, 'H:1');
  a.close();
  b.sends('WORK_COMPLETE', 'H:1', 'x');
  l.end();
  const [{ job }, ...more] = l.lines();
  assert.equal(more.length, 0);
  assert.deepEqual([job.reassigned, job.lost_run_time, job.run_time], [1, 10e6, 0]);
});

test('CANT_DO and RESET_ABILITIES requeue the job', () => {
  for (const [type, ...args] of [['CANT_DO', 'f'], ['RESET_ABILITIES']]) {
    const l = newLab();
    const [client, a, b] = [l.connect(), l.connect(), l.connect()];
    submit(l, client, 'SUBMIT_JOB', 'H:1');
    a.sends('CAN_DO', 'f');
    assign(a, 'H:1');
    a.sends('CANT_DO', 'other');
    a.sends(type, ...args);
    a.sends('WORK_COMPLETE', 'H:1', 'refused');
    a.receives('ERROR', 'JOB_NOT_FOUND', 'x');
    assert.equal(l.lines().length, 0);
    assign(b, 'H:1');
    b.sends('WORK_COMPLETE', 'H:1', 'x');
    l.end();
    const [{ job }, ...more] = l.lines();
    assert.equal(more.length, 0);
    assert.deepEqual([job.reassigned, job.result_bytes], [1, 1]);
  }
});

test('a completion after the timeout is refused, one in time is accepted', () => {
  const l = newLab();
  const [client, worker] = [l.connect(), l.connect()];
  worker.sends('CAN_DO_TIMEOUT', 'f', 1000);
  submit(l, client, 'SUBMIT_JOB_BG', 'H:1');
  assign(worker, 'H:1');
  l.advance(2000);
  worker.sends('WORK_COMPLETE', 'H:1', 'late');
  worker.receives('ERROR', 'JOB_NOT_FOUND', 'x');
  assign(worker, 'H:1');
  assert.equal(l.lines().length, 0);
  l.advance(500);
  worker.sends('WORK_COMPLETE', 'H:1', 'ok');
  worker.sends('GRAB_JOB');
  assert.equal(l.lines().length, 0);
  l.advance(1);
  worker.receives('NO_JOB');
  const [line] = l.lines();
  assert.deepEqual([line.job.result_bytes, line.job.reassigned, line.job.lost_run_time], [2, 1, 2e9]);
  assert.equal(line.job.run_time, 0.5e9);
});

test('a client disconnects: its waiting job is abandoned, its running job continues', () => {
  const l = newLab();
  const [client, other, worker] = [l.connect(), l.connect(), l.connect()];
  submit(l, client, 'SUBMIT_JOB', 'H:1', 'a');
  submit(l, client, 'SUBMIT_JOB_BG', 'H:2', 'b');
  submit(l, client, 'SUBMIT_JOB', 'H:3', 'c');
  submit(l, client, 'SUBMIT_JOB', 'H:4', 'd');
  submit(l, other, 'SUBMIT_JOB', 'H:4', 'd');
  assign(worker, 'H:1', 'a');
  l.advance(100);
  client.close();
  assert.deepEqual(
    l.lines().map(({ action, outcome, job }) => [action, outcome, job.handle, job.state]),
    [['abandoned', 'unknown', 'H:3', 'waiting']],
  );
  worker.sends('WORK_COMPLETE', 'H:1', 'x');
  assign(worker, 'H:2', 'b');
  worker.sends('WORK_COMPLETE', 'H:2', 'x');
  assign(worker, 'H:4', 'd');
  worker.sends('WORK_COMPLETE', 'H:4', 'x');
  l.end();
  assert.deepEqual(
    l.lines().map(({ action, job }) => [action, job.handle, job.abandoned]),
    [
      ['abandoned', 'H:3', true],
      ['WORK_COMPLETE', 'H:1', true],
      ['WORK_COMPLETE', 'H:2', undefined],
      ['WORK_COMPLETE', 'H:4', undefined],
    ],
  );
});

test('waiting and running jobs are reported when the run ends', () => {
  const l = newLab();
  const [client, worker] = [l.connect({ port: 1 }), l.connect()];
  submit(l, client, 'SUBMIT_JOB_BG', 'H:1', 'a');
  submit(l, client, 'SUBMIT_JOB', 'H:2', 'b');
  assign(worker, 'H:1', 'a');
  client.sends('SUBMIT_JOB', 'f', 'not answered', '');
  l.advance(2000);
  l.end();
  assert.deepEqual(
    l.lines().map(({ action, outcome, port, duration, age, job }) => [
      [action, outcome, port, duration, age],
      [job.handle, job.state, job.age, job.queue_wait, job.run_time],
    ]),
    [
      [
        ['unfinished', 'unknown', 1, undefined, 2002e6],
        ['H:1', 'running', 2002e6, 2e6, 2e9],
      ],
      [
        ['unfinished', 'unknown', 1, undefined, 2001e6],
        ['H:2', 'waiting', 2001e6, 2001e6, undefined],
      ],
    ],
  );
  assert.match(
    l.lines()[1].message,
    /^job f H:2 \(unique b\) -> wiretail stopped; job still queued after 2.00 s$/,
  );
});

test('the messages view has no job records', () => {
  const l = newLab({ view: 'messages', stuck: 1000 });
  const [client, worker] = [l.connect(), l.connect()];
  submit(l, client, 'SUBMIT_JOB', 'H:1');
  assign(worker, 'H:1');
  worker.sends('WORK_COMPLETE', 'H:1', 'x');
  l.tick();
  l.end();
  assert.equal(l.lines().length, 0);
});

test('the record of a job seen only at its worker goes from server to worker', () => {
  const l = newLab();
  const worker = l.connect({ port: 7 });
  assign(worker, 'H:1');
  l.advance(3);
  worker.sends('WORK_COMPLETE', 'H:1', 'x');
  const [line] = l.lines();
  assert.deepEqual([line.port, line.from, line.duration], [7, ToClient, undefined]);
  assert.deepEqual(line.job, {
    handle: 'H:1',
    function: 'f',
    unique_id: 'u',
    workload_bytes: 4,
    worker: { ip: '10.0.0.3', port: 7 },
    run_time: 3e6,
    result_bytes: 1,
  });
});
