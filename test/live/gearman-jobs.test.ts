/**
 * Jobs at a real gearmand, captured live: each has one record, with the fields that its client and workers know, and
 * the times of tshark's packets.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createNetns, run, whyNoNetns } from '../helpers/netns.js';
import { ended, finalStats, type Line, linesOf, startCapture, until, wiretail } from '../helpers/wiretail.js';
import type { JobDone } from './gearman-jobs.js';
import { listening } from './gearman-server.js';
import { type FramedPacket, readWithTshark } from './tshark.js';

const WORKLOAD = fileURLToPath(new URL('./gearman-jobs.js', import.meta.url));
const PORTS = [4730, 7003];
const skip = whyNoNetns('gearmand', 'tcpdump', 'tshark');

interface JobLine extends Line {
  readonly log: { readonly level: string };
  readonly event: Line['event'] & { readonly outcome: string };
  readonly source: { readonly ip: string; readonly port: number };
  readonly destination: { readonly ip: string; readonly port: number };
  readonly packet?: { readonly number: number };
  readonly gearman: { readonly job: Job };
}

type Peer = { readonly ip: string; readonly port: number; readonly client_id?: string };

interface Job {
  readonly [name: string]: unknown;
  readonly handle?: string;
  readonly delay?: number;
  readonly queue_wait?: number;
  readonly run_time?: number;
  readonly lost_run_time?: number;
  readonly age?: number;
  readonly worker?: Peer;
  readonly previous_worker?: Peer;
}

const jobLines = (lines: readonly Line[]) =>
  lines.filter((line) => line.event.dataset === 'gearman.job') as JobLine[];

/** Nanoseconds since the epoch of each frame, by its number. */
function timesOf(file: string): bigint[] {
  const times: bigint[] = [];
  for (const line of run('tshark', ['-r', file, '-T', 'fields', '-e', 'frame.time_epoch'])
    .trim()
    .split('\n')) {
    const [seconds, fraction] = line.split('.');
    times.push(BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0')));
  }
  return times;
}

suite('jobs at a real gearmand', { skip, timeout: 90000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'wiretail-jobs-'));
  const file = join(directory, 'jobs.pcap');
  let done: readonly JobDone[];
  let live: JobLine[];
  let read: JobLine[];
  after(() => rmSync(directory, { recursive: true, force: true }));

  before(async () => {
    const netns = createNetns();
    for (const [port, ...more] of [[PORTS[0]], [PORTS[1], '--job-retries=1']] as const) {
      const options = [`--port=${port}`, '--listen=127.0.0.1', '--threads=4', '--log-file=none', ...more];
      await listening(netns.spawn('gearmand', options, { stdio: 'ignore' }).pid, 'gearmand', port);
    }
    const tcpdump = netns.spawn('tcpdump', [
      ...['-i', 'lo', '-Z', 'root', '-s', '0', '-B', '65536', '--time-stamp-precision=nano'],
      ...['--immediate-mode', '-U', '-w', file, 'tcp'],
    ]);
    const tcpdumpEnd = ended(tcpdump);
    let output = '';
    tcpdump.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    const capture = await startCapture(netns, ['-i', 'lo', '--stuck', '2s']);
    await until(
      () => output.includes('listening on'),
      () => `tcpdump does not capture: ${output}`,
    );
    done = JSON.parse(netns.run(process.execPath, [WORKLOAD]));
    for (let size = -1; size !== statSync(file).size; await sleep(200)) size = statSync(file).size;
    tcpdump.kill('SIGTERM');
    await tcpdumpEnd;
    assert.equal((await capture.stop()).code, 0);
    const stats = finalStats(capture.lines());
    assert.equal(stats.packets.dropped, 0);
    live = jobLines(capture.lines());
    const ran = wiretail(['read', file, '--stuck', '2s']);
    assert.equal(ran.code, 0, ran.stderr);
    read = jobLines(linesOf(ran.stdout));
  });

  const ends = (lines: readonly JobLine[]) => lines.filter(({ event }) => event.action !== 'stuck');
  const keyOf = (port: number, unique: unknown, handle: unknown) => `${port} ${handle ?? ''} ${unique}`;

  for (const how of ['live', 'from the file'] as const) {
    test(`each job has one record, ${how}`, (t) => {
      const lines = new Map<string, JobLine>();
      for (const line of ends(how === 'live' ? live : read)) {
        const { handle, unique_id } = line.gearman.job;
        const key = keyOf(line.destination.port, unique_id, handle);
        assert.ok(!lines.has(key), `two lines of ${key}`);
        lines.set(key, line);
      }
      for (const { name, port, handle, action, fields, client, workers, waited = 0, ran = 0 } of done) {
        const line = lines.get(keyOf(port, fields.unique_id, handle));
        assert.ok(line !== undefined, `no line of ${name}`);
        const { job } = line.gearman;
        assert.equal(line.event.action, action, name);
        const outcome =
          action === 'WORK_COMPLETE' ? 'success' : /FAIL|EXC|ref/.test(action) ? 'failure' : 'unknown';
        assert.deepEqual([line.event.outcome, line.log.level], [outcome, 'info'], name);
        for (const [field, value] of Object.entries(fields)) {
          assert.deepEqual(job[field], value, `${field} of ${name}`);
        }
        assert.equal(line.source.port, client, `client of ${name}`);
        // The server fails the job of a disconnected worker from another thread: the client may get WORK_FAIL before
        // the end of the worker's connection is captured.
        const isGivenUp = action === 'WORK_FAIL' && name === 'once' && job.worker === undefined;
        const has = isGivenUp ? [...workers, undefined] : workers;
        assert.equal(job.worker?.port, has.at(-1), `worker of ${name}`);
        assert.equal(job.previous_worker?.port, has.at(-2), `worker before of ${name}`);
        assert.ok((job.queue_wait ?? 0) >= waited * 1e6, `${name} waited ${job.queue_wait}`);
        assert.ok((job.run_time ?? 0) >= ran * 1e6, `${name} ran ${job.run_time}`);
        if (line.event.duration !== undefined && action !== 'refused') {
          const { delay = 0, queue_wait = 0, lost_run_time = 0, run_time = 0 } = job;
          assert.equal(delay + queue_wait + lost_run_time + run_time, line.event.duration, name);
        }
      }
      assert.equal(lines.size, done.length);
      t.diagnostic(`${lines.size} jobs`);
    });

    test(`the job without a worker is reported as stuck once, ${how}`, () => {
      const stuck = (how === 'live' ? live : read).filter(({ event }) => event.action === 'stuck');
      assert.deepEqual(
        stuck.map(({ log, gearman: { job } }) => [log.level, job.unique_id, job.workers, job.running]),
        [['warn', 'stuck', 0, 0]],
      );
      const { age = 0, queue_wait = 0 } = stuck[0].gearman.job;
      // Live time advances without packets, time in a file with the next packet.
      assert.ok(age >= 2e9 && age < (how === 'live' ? 4e9 : 10e9) && age === queue_wait, `${age}`);
    });
  }

  test('records have names and addresses of workers', () => {
    const workerOf = (unique: string) =>
      ends(live).find(({ gearman: { job } }) => job.unique_id === unique)?.gearman.job;
    assert.deepEqual(
      [workerOf('all')?.worker?.client_id, workerOf('all')?.worker?.ip],
      ['quick', '127.0.0.1'],
    );
    assert.equal(workerOf('killed')?.previous_worker?.client_id, 'victim');
    assert.equal(workerOf('slow')?.worker?.client_id, undefined);
    assert.ok(Number(workerOf('killed')?.lost_run_time) >= 50e6);
    assert.ok(Number(workerOf('killed')?.queue_wait) >= 30e6);
    assert.ok(Number(workerOf('slow')?.lost_run_time) >= 1.5e9);
    const later = workerOf('later');
    assert.ok(Number(later?.delay) > 0.9e9 && Number(later?.delay) <= 2e9, `${later?.delay}`);
  });

  test("the times are those of tshark's packets", (t) => {
    const times = timesOf(file);
    let compared = 0;
    for (const port of PORTS) {
      const { packets } = readWithTshark(file, port);
      const timeOf = ({ frame }: FramedPacket) => times[frame - 1];
      for (const { event, packet, destination, gearman } of ends(read)) {
        const { job } = gearman;
        if (destination.port !== port || !event.action.startsWith('WORK_')) continue;
        const of = (type: RegExp, from: string) =>
          packets.filter(
            (packet) =>
              packet.from === from && type.test(packet.type) && packet.arguments.handle === job.handle,
          );
        const created = of(/^JOB_CREATED$/, 'server')[0];
        // The last submission before it on the connection: the workload waits for each answer.
        const submitted = packets
          .filter(
            (packet) =>
              packet.port === created.port && /^SUBMIT/.test(packet.type) && packet.frame <= created.frame,
          )
          .at(-1) as FramedPacket;
        const end = packets.find(({ frame, type }) => frame === packet?.number && type === event.action);
        assert.ok(end !== undefined, `frame ${packet?.number} is no ${event.action}`);
        assert.equal(
          BigInt(event.duration ?? 0),
          timeOf(end) - timeOf(submitted),
          `duration of ${job.unique_id}`,
        );
        const assigns = of(/^JOB_ASSIGN/, 'server');
        if (job.run_time !== undefined) {
          const assigned = assigns.at(-1) as FramedPacket;
          assert.equal(BigInt(job.run_time), timeOf(end) - timeOf(assigned), `run time of ${job.unique_id}`);
        }
        if (assigns.length === 1 && job.run_time !== undefined) {
          const wait = timeOf(assigns[0]) - timeOf(submitted);
          const reported = BigInt(job.queue_wait ?? 0) + BigInt(job.delay ?? 0);
          assert.equal(reported, wait, `wait of ${job.unique_id}`);
        }
        compared++;
      }
    }
    assert.equal(compared, done.filter(({ action }) => action.startsWith('WORK_')).length);
    t.diagnostic(`the times of ${compared} jobs are equal`);
  });
});
