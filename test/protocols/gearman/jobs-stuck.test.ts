/** Stuck jobs, and the limits of the job table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JOBS_LIMIT } from '../../../src/protocols/gearman/jobs/table.js';
import { newRandom } from '../../helpers/random.js';
import { ToClient, ToServer } from './harness.js';
import { assign, type Lab, newLab, type Peer, submit } from './jobs-harness.js';
import { PACKET_EXAMPLES, packet } from './packets.js';

/** Advances time by seconds, with a packet in each. */
function wait(l: Lab, seconds: number): void {
  for (let n = 0; n < seconds; n++) {
    l.advance(1000);
    for (let packets = 0; packets < 4; packets++) l.tick();
  }
}

const stuckOf = (l: Lab) => l.lines().filter(({ action }) => action === 'stuck');

test('a waiting job is reported as stuck once, and again when it waits again', () => {
  const l = newLab({ stuck: 5000 });
  const [client, worker] = [l.connect({ port: 1 }), l.connect()];
  submit(l, client, 'SUBMIT_JOB_BG', 'H:1', 'a');
  wait(l, 4);
  assert.equal(stuckOf(l).length, 0);
  wait(l, 10);
  const [first, ...more] = stuckOf(l);
  assert.equal(more.length, 0);
  assert.deepEqual(
    [first.level, first.outcome, first.duration, first.age, first.port, first.body.packet],
    ['warn', 'unknown', undefined, 5.001e9, 1, 0],
  );
  const { state, queue_wait, age, workers, running } = first.job;
  assert.deepEqual([state, queue_wait, age, workers, running], ['waiting', 5.001e9, 5.001e9, 0, 0]);
  assert.equal(first.message, 'job f H:1 (unique a) queued for 5.00 s: no worker of the function was seen');
  assign(worker, 'H:1', 'a');
  wait(l, 10);
  assert.equal(stuckOf(l).length, 1, 'one that runs is not stuck');
  worker.close();
  wait(l, 10);
  const again = stuckOf(l)[1];
  assert.deepEqual([again.age, again.job.queue_wait, again.job.lost_run_time], [5e9, 19.001e9, 10e9]);
  assert.equal(stuckOf(l).length, 2);
});

test('with a short limit a stuck job is reported early', () => {
  const l = newLab({ stuck: 200 });
  submit(l, l.connect(), 'SUBMIT_JOB_BG', 'H:1', 'a');
  for (let n = 0; n < 30; n++) {
    l.advance(10);
    l.tick();
  }
  const [{ age = Number.NaN }] = stuckOf(l);
  assert.ok(age >= 0.2e9 && age <= 0.26e9, `${age}`);
});

test('a stuck job is reported with the workers and running jobs of its function', () => {
  const l = newLab({ stuck: 1000 });
  const [client, a, b, c] = [l.connect(), l.connect(), l.connect(), l.connect()];
  for (const worker of [a, b, c]) worker.sends('CAN_DO', 'f');
  a.sends('CAN_DO', 'f');
  c.close();
  for (const handle of ['H:1', 'H:2', 'H:3']) submit(l, client, 'SUBMIT_JOB', handle, handle);
  assign(a, 'H:1', 'H:1');
  assign(b, 'H:2', 'H:2');
  wait(l, 2);
  const [line] = stuckOf(l);
  assert.deepEqual([line.job.handle, line.job.workers, line.job.running], ['H:3', 2, 2]);
  assert.match(line.message, /queued for [\d.]+ s: 2 workers of the function, 2 of its jobs run$/);
  b.sends('WORK_COMPLETE', 'H:2', '');
  b.sends('CANT_DO', 'f');
  submit(l, client, 'SUBMIT_JOB', 'H:4', 'H:4');
  wait(l, 2);
  assert.match(stuckOf(l)[1].message, /1 worker of the function, 1 of its jobs runs$/);
});

test('a scheduled job is not stuck before its time', () => {
  const l = newLab({ stuck: 2000 });
  const client = l.connect();
  client.sends('SUBMIT_JOB_EPOCH', 'f', 'u', l.at.seconds + 10, '');
  client.receives('JOB_CREATED', 'H:1');
  client.sends('SUBMIT_JOB_SCHED', 'f', 's', 1, 1, 1, 1, 1, '');
  client.receives('JOB_CREATED', 'H:2');
  wait(l, 11);
  assert.equal(stuckOf(l).length, 0);
  wait(l, 1);
  assert.deepEqual(
    stuckOf(l).map(({ job, age }) => [job.handle, age, job.delay, job.queue_wait]),
    [['H:1', 2e9, 10e9, 2e9]],
  );
});

test('--stuck 0 reports nothing; the end of the run reports stuck jobs', () => {
  for (const stuck of [0, 3000]) {
    const l = newLab({ stuck });
    submit(l, l.connect(), 'SUBMIT_JOB', 'H:1');
    l.advance(3000);
    l.end();
    const actions = l.lines().map(({ action }) => action);
    assert.deepEqual(actions, stuck === 0 ? ['unfinished'] : ['stuck', 'unfinished']);
  }
});

test('the oldest jobs are evicted first, and their ends are still reported', () => {
  const l = newLab();
  const [client, worker] = [l.connect(), l.connect()];
  assign(worker, 'H:worked', 'w');
  for (let n = 0; n < JOBS_LIMIT; n++) {
    client.sends('SUBMIT_JOB_BG', 'f', n, '');
    client.receives('JOB_CREATED', `H:${n}`);
  }
  assert.deepEqual(l.counted, ['jobs_evicted']);
  worker.sends('WORK_COMPLETE', 'H:worked', 'x');
  worker.sends('GRAB_JOB');
  worker.receives('NO_JOB');
  const [line] = l.lines();
  assert.deepEqual([line.job.handle, line.job.function], ['H:worked', undefined]);
  l.end();
  assert.equal(l.lines().length, 10_001);
  assert.equal(l.counted.length, 1 + JOBS_LIMIT - 10_000);
});

test('long names count for the limit', () => {
  const l = newLab();
  const client = l.connect();
  const long = 'x'.repeat(1000);
  for (let n = 0; n < 40_000; n++) {
    client.sends('SUBMIT_JOB_BG', long, `${n}${long}`, '');
    client.receives('JOB_CREATED', `H:${n}`);
  }
  assert.ok(l.counted.length > 5000 && l.counted.length < 10_000, `${l.counted.length}`);
});

test('random packets in random order, with losses', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { below, chance, pick } = newRandom(seed);
    const l = newLab({ stuck: 1000 });
    const peers: Peer[] = [];
    for (let step = 0; step < 1500; step++) {
      if (peers.length < 5) peers.push(l.connect({ fromStart: chance(0.8), port: below(9) }));
      const peer = pick(peers);
      const event = below(100);
      if (event === 0) {
        peers.splice(peers.indexOf(peer), 1);
        peer.close(pick(['fin', 'rst', 'evicted', 'reused'] as const));
      } else if (event === 1) peer.lose(pick([ToServer, ToClient]));
      else {
        const { type, magic, data } = pick(PACKET_EXAMPLES);
        const text = Buffer.from(data)
          .toString('latin1')
          .replace('H:lap:1', `H:${below(4)}`);
        const toServer = chance(0.1) ? magic === 'RES' : magic === 'REQ';
        const bytes = packet(magic, type, Buffer.from(text.replace('u1', pick(['', '-', 'u1'])), 'latin1'));
        peer.feed.send(toServer ? ToServer : ToClient, bytes);
      }
      l.advance(pick([0, 0.01, 1, 50, 700, -1]));
      l.tick();
    }
    l.end();
    for (const { job, duration, age } of l.lines()) {
      for (const time of [
        duration,
        age,
        job.queue_wait,
        job.run_time,
        job.lost_run_time,
        job.delay,
        job.age,
      ]) {
        assert.ok(time === undefined || (Number.isInteger(time) && Number(time) >= 0), `${time}`);
      }
    }
    const left = l.lines().length;
    l.end();
    assert.equal(l.lines().length, left, 'nothing is left at the end');
  }
});
