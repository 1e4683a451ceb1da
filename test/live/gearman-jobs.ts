/**
 * Jobs of every kind at the gearmand on 127.0.0.1:4730, and one at the gearmand on port 7003, which does not retry:
 * clients and workers over plain sockets. It prints the jobs as JSON.
 *   gearman-jobs                     all jobs
 *   gearman-jobs victim FUNCTION     a worker that takes a job and stays silent until it is killed
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as timer } from 'node:timers/promises';
import { type Arguments, Connection } from './gearman-connection.js';

/** A job as its client and workers know it. */
export interface JobDone {
  readonly name: string;
  readonly port: number;
  readonly handle: string;
  readonly action: string;
  /** The known fields of its record, without times. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The least time in the queue, in milliseconds. */
  readonly waited?: number;
  readonly ran?: number;
  /** The port of the client, and of its workers in order. */
  readonly client: number;
  readonly workers: readonly number[];
}

/** Sleeps at least this long. A timer may fire early: it counts from the start of its event-loop turn. */
async function sleep(milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  for (let left = milliseconds; left > 0; left = end - performance.now()) await timer(left);
}

const ASSIGNMENTS = ['JOB_ASSIGN', 'JOB_ASSIGN_UNIQ', 'JOB_ASSIGN_ALL'];

async function worker(id: string, functions: readonly string[], port?: number): Promise<Connection> {
  const connection = await Connection.open(port);
  connection.send('SET_CLIENT_ID', { client_id: id });
  for (const name of functions) connection.send('CAN_DO', { function: name });
  return connection;
}

async function grab(connection: Connection, how = 'GRAB_JOB_UNIQ'): Promise<string> {
  for (;;) {
    connection.send(how);
    const answer = await connection.until(...ASSIGNMENTS, 'NO_JOB');
    if (answer.type !== 'NO_JOB') return String(answer.arguments.handle);
    await sleep(20);
  }
}

async function submit(client: Connection, type: string, args: Arguments, payload: string): Promise<string> {
  client.send(type, args, payload);
  return String((await client.until('JOB_CREATED')).arguments.handle);
}

async function settled(...connections: Connection[]): Promise<void> {
  for (const connection of connections) {
    connection.send('ECHO_REQ', {}, 'settled?');
    await connection.until('ECHO_RES');
  }
}

const [, script, role, victimOf] = process.argv;
if (role === 'victim') {
  const victim = await worker('victim', [victimOf]);
  process.stdout.write(`${victim.port}\n`);
  await grab(victim);
  process.stdout.write('taken\n');
  await sleep(60000);
}

const done: JobDone[] = [];
const client = await Connection.open();
client.send('SET_CLIENT_ID', { client_id: 'the client' });
const quick = await worker('quick', ['quick', 'victim', 'reset']);
const base = { client: client.port, workers: [quick.port], port: 4730 };
const known = { client_id: 'the client', priority: 'normal', background: false };

// A job with all progress packets, which waits for 60 ms and runs for 40 ms.
{
  const handle = await submit(client, 'SUBMIT_JOB', { function: 'quick', unique_id: 'all' }, 'pay\0load');
  await sleep(60);
  await grab(quick, 'GRAB_JOB_ALL');
  quick.send('WORK_DATA', { handle }, 'part');
  quick.send('WORK_DATA', { handle }, 'part two');
  quick.send('WORK_WARNING', { handle }, 'careful');
  quick.send('WORK_STATUS', { handle, numerator: 3, denominator: 4 });
  await sleep(40);
  quick.send('WORK_COMPLETE', { handle }, 'the result');
  await client.until('WORK_COMPLETE');
  const fields = {
    ...known,
    ...{ function: 'quick', unique_id: 'all', workload_bytes: 8, result_bytes: 10 },
    ...{ data_packets: 2, data_bytes: 12, warnings: 1, last_status: { numerator: 3, denominator: 4 } },
  };
  done.push({ ...base, name: 'all', handle, action: 'WORK_COMPLETE', fields, waited: 60, ran: 40 });
}

// Background jobs, submitted from low to high priority, run from high to low.
{
  const kinds = [
    ['SUBMIT_JOB_LOW_BG', 'low'],
    ['SUBMIT_JOB_BG', 'normal'],
    ['SUBMIT_JOB_HIGH_BG', 'high'],
  ];
  const handles: string[] = [];
  for (const [type, priority] of kinds) {
    const handle = await submit(client, type, { function: 'quick', unique_id: priority }, priority);
    handles.unshift(handle);
    const fields = { ...known, background: true, priority, unique_id: priority, result_bytes: 0 };
    done.push({ ...base, name: priority, handle, action: 'WORK_COMPLETE', fields });
  }
  for (const handle of handles) {
    if ((await grab(quick, 'GRAB_JOB')) !== handle) throw new Error('the priorities are not kept');
    quick.send('WORK_COMPLETE', { handle }, '');
  }
}

// The same unique id three times, by two clients.
{
  const other = await Connection.open();
  const args = { function: 'quick', unique_id: 'same' };
  const handle = await submit(client, 'SUBMIT_JOB', args, 'x');
  for (const [connection, type] of [
    [other, 'SUBMIT_JOB'],
    [other, 'SUBMIT_JOB_BG'],
  ] as const) {
    if ((await submit(connection, type, args, 'y')) !== handle) throw new Error('not the same job');
  }
  await grab(quick);
  quick.send('WORK_COMPLETE', { handle }, 'once');
  await client.until('WORK_COMPLETE');
  await other.until('WORK_COMPLETE');
  await other.close();
  const fields = { ...known, unique_id: 'same', coalesced: 2, result_bytes: 4 };
  done.push({ ...base, name: 'coalesced', handle, action: 'WORK_COMPLETE', fields });
}

// Failures, and an exception, which is a failure for a client without the option.
for (const action of ['WORK_FAIL', 'WORK_EXCEPTION']) {
  const handle = await submit(client, 'SUBMIT_JOB', { function: 'quick', unique_id: '' }, 'x');
  await grab(quick);
  quick.send(action, { handle }, 'boom');
  await client.until('WORK_FAIL');
  if (action === 'WORK_EXCEPTION') {
    quick.send('WORK_FAIL', { handle });
    const error = await quick.until('ERROR');
    if (error.arguments.error_code !== 'JOB_NOT_FOUND') throw new Error('an exception ends no job');
  }
  const fields = { ...known, unique_id: '', ...(action === 'WORK_EXCEPTION' ? { exception_bytes: 4 } : {}) };
  done.push({ ...base, name: action, handle, action, fields });
}

/** Starts a worker in a process of its own, which takes the next job of the function. */
async function startVictim(name: string) {
  const child = spawn(process.execPath, [script, 'victim', name], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const says = async (word: RegExp) => {
    while (!word.test(output)) await sleep(10);
  };
  await says(/\n/);
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
  };
  return { port: Number.parseInt(output, 10), taken: () => says(/taken/), kill };
}

// A worker is killed while it runs a job: the job is reassigned.
{
  const victim = await startVictim('victim');
  const handle = await submit(client, 'SUBMIT_JOB', { function: 'victim', unique_id: 'killed' }, 'x');
  await victim.taken();
  await sleep(50);
  await victim.kill();
  await sleep(30);
  await grab(quick);
  await sleep(20);
  quick.send('WORK_COMPLETE', { handle }, 'at last');
  await client.until('WORK_COMPLETE');
  const fields = { ...known, unique_id: 'killed', reassigned: 1, result_bytes: 7 };
  const workers = [victim.port, quick.port];
  done.push({ ...base, workers, name: 'killed', handle, action: 'WORK_COMPLETE', fields, ran: 20 });
}

// A worker resets its abilities while it runs a job: the server takes the job back.
{
  const handle = await submit(client, 'SUBMIT_JOB', { function: 'reset', unique_id: 'reset' }, 'x');
  const fickle = await worker('fickle', ['reset']);
  await grab(fickle);
  fickle.send('RESET_ABILITIES');
  fickle.send('WORK_COMPLETE', { handle }, 'refused');
  await fickle.until('ERROR');
  await grab(quick);
  quick.send('WORK_COMPLETE', { handle }, 'taken');
  await client.until('WORK_COMPLETE');
  await fickle.close();
  const fields = { ...known, unique_id: 'reset', reassigned: 1, result_bytes: 5 };
  const workers = [fickle.port, quick.port];
  done.push({ ...base, workers, name: 'reset', handle, action: 'WORK_COMPLETE', fields });
}

// A worker exceeds its timeout: the server takes the job back, and refuses the result.
{
  const slow = await Connection.open();
  slow.send('CAN_DO_TIMEOUT', { function: 'slow', timeout: 1000 });
  const handle = await submit(client, 'SUBMIT_JOB_BG', { function: 'slow', unique_id: 'slow' }, 'x');
  await grab(slow);
  await sleep(1500);
  slow.send('WORK_COMPLETE', { handle }, 'too late');
  const error = await slow.until('ERROR');
  if (error.arguments.error_code !== 'JOB_NOT_FOUND') throw new Error('its time was not over');
  await grab(slow);
  slow.send('WORK_COMPLETE', { handle }, 'in time');
  await settled(slow);
  await slow.close();
  const fields = { ...known, background: true, unique_id: 'slow', reassigned: 1, result_bytes: 7 };
  const workers = [slow.port, slow.port];
  done.push({ ...base, workers, name: 'slow', handle, action: 'WORK_COMPLETE', fields });
}

// A server without retries: when the worker disconnects, the client gets WORK_FAIL.
{
  const [submitter, exiting] = [await Connection.open(7003), await worker('exiting', ['once'], 7003)];
  const handle = await submit(submitter, 'SUBMIT_JOB', { function: 'once', unique_id: 'once' }, 'x');
  await grab(exiting);
  await exiting.close();
  await submitter.until('WORK_FAIL');
  await submitter.close();
  const fields = { function: 'once', unique_id: 'once' };
  const ports = { port: 7003, client: submitter.port, workers: [exiting.port] };
  done.push({ ...ports, name: 'once', handle, action: 'WORK_FAIL', fields });
}

// A scheduled job, an abandoned one, one without a worker, and a refused one.
const epoch = Math.floor(Date.now() / 1000) + 2;
{
  const args = { function: 'quick', unique_id: 'later', epoch };
  const handle = await submit(client, 'SUBMIT_JOB_EPOCH', args, 'later');
  const fields = { ...known, background: true, unique_id: 'later', epoch };
  done.push({ ...base, name: 'later', handle, action: 'WORK_COMPLETE', fields });
}
{
  const leaving = await Connection.open();
  const handle = await submit(leaving, 'SUBMIT_JOB', { function: 'nobody', unique_id: 'left' }, 'x');
  await sleep(100);
  await leaving.close();
  const fields = { unique_id: 'left', state: 'waiting', abandoned: true };
  const ports = { port: 4730, client: leaving.port, workers: [] };
  done.push({ ...ports, name: 'left', handle, action: 'abandoned', fields, waited: 100 });
}
{
  const handle = await submit(client, 'SUBMIT_JOB_BG', { function: 'nobody', unique_id: 'stuck' }, 'x');
  const fields = { ...known, background: true, unique_id: 'stuck', state: 'waiting' };
  done.push({ ...base, workers: [], name: 'stuck', handle, action: 'unfinished', fields });
}
{
  const schedule = { minute: 1, hour: 2, day_of_month: 31, month: 12, day_of_week: 6 };
  client.send('SUBMIT_JOB_SCHED', { function: 'quick', unique_id: 'cron', ...schedule }, 'x');
  await client.until('ERROR');
  const fields = { unique_id: 'cron', error_code: 'INVALID_COMMAND', ...schedule };
  done.push({ ...base, workers: [], name: 'cron', handle: '', action: 'refused', fields });
}
await sleep(Math.max(0, epoch * 1000 + 100 - Date.now()));
await grab(quick);
quick.send('WORK_COMPLETE', { handle: String(done.find(({ name }) => name === 'later')?.handle) }, '');
await settled(quick);
// Longer than --stuck and the sweep interval.
await sleep(3200);
await settled(client);
for (const connection of [client, quick]) await connection.close();
process.stdout.write(`${JSON.stringify(done)}\n`);
