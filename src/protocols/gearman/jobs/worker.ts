/** The worker's side of jobs: what it is given, what it says of them, and what it can do. */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import type { Fields } from '../fields.js';
import { dropClaim, isSame, release } from './connection.js';
import { countRunning, countWorkers } from './demand.js';
import { believe, finish, give, requeue, unfinished } from './end.js';
import { endingOf, handleOf, namesOf, newJob, setSince, sinceThen } from './job.js';
import { type Job, type JobConnection, State } from './model.js';
import { progress } from './progress.js';

/** Functions of one worker that are remembered. */
const AbilitiesLimit = 4096;
/** Ends in doubt that are remembered for one worker. */
const ClaimsLimit = 256;
/** Jobs that one worker has at once: each GRAB_JOB looks at all of them. */
const AssignedLimit = 4096;

function handleIn(fields: Fields): string {
  return String(fields.handle);
}

/** A job of which nothing was seen before. */
function unseen(connection: JobConnection, fields: Fields, at: PacketTimestamp): Job {
  const { server, table } = connection;
  const job = newJob(server);
  job.names = handleOf(fields);
  job.state = State.waiting;
  setSince(job, at);
  table.setHandle(job, handleIn(fields));
  table.add(job);
  return job;
}

/** CAN_DO and CAN_DO_TIMEOUT. @param timed gearmand takes the job back when its time is over */
export function canDo(connection: JobConnection, name: string, timed: boolean): void {
  const { abilities, server } = connection;
  if (!abilities.has(name)) {
    if (abilities.size >= AbilitiesLimit) return;
    countWorkers(server, name, 1);
  }
  abilities.set(name, timed);
}

/**
 * CANT_DO and, of all functions, RESET_ABILITIES and the end of a connection: gearmand takes back what the
 * worker has of them (worker.cc, gearman_server_worker_free).
 */
export function cantDo(connection: JobConnection, name: string | undefined, at: PacketTimestamp): void {
  const { abilities, assigned, server, table } = connection;
  for (const ability of name === undefined ? [...abilities.keys()] : [name]) {
    if (abilities.delete(ability)) countWorkers(server, ability, -1);
  }
  for (const job of [...assigned]) {
    if (name === undefined || job.names.function === name) requeue(table, job, at);
  }
}

/** JOB_ASSIGN, JOB_ASSIGN_UNIQ, JOB_ASSIGN_ALL. */
export function assigned(connection: JobConnection, fields: Fields, at: PacketTimestamp): void {
  const { server, table, peer } = connection;
  let job = server.handles.get(handleIn(fields));
  if (job?.state === State.done) {
    // Its end was seen before, from the client's side.
    if (sinceThen(job, at) <= 0) return;
    job = undefined;
  } else if (job?.names.function !== undefined && job.names.function !== fields.function) {
    unfinished(table, job, 'its handle was given to another job', at);
    job = undefined;
  }
  job ??= unseen(connection, fields, at);
  if (job.names.function === undefined || job.names.unique_id === undefined) {
    job.names = { ...namesOf(fields), ...job.names };
    table.weigh(job);
  }
  if (job.workloadBytes === undefined && typeof fields.payload_bytes === 'number') {
    job.workloadBytes = fields.payload_bytes;
  }
  const { claimant } = job;
  // What was given before was seen only now: the worker has said how it ended.
  const isLate = claimant === connection;
  give(job, peer, at);
  table.show(job);
  own(connection, job);
  if (typeof fields.function === 'string')
    canDo(connection, fields.function, connection.abilities.get(fields.function) ?? false);
  if (isLate) believe(table, job);
}

function own(connection: JobConnection, job: Job): void {
  if (job.state === State.done) return;
  release(job);
  job.runner = connection;
  connection.assigned.add(job);
  if (connection.assigned.size > AssignedLimit) {
    const [oldest] = connection.assigned;
    release(oldest);
  }
  countRunning(job, typeof job.names.function === 'string' ? job.names.function : undefined);
}

/** Whether the server may have taken the job back meanwhile. */
function isTimed(connection: JobConnection, job: Job): boolean {
  return typeof job.names.function === 'string' && connection.abilities.get(job.names.function) === true;
}

/** The job, where it is this worker's by all that is known. */
function ownJob(connection: JobConnection, fields: Fields, at: PacketTimestamp): Job | undefined {
  const { server, table, peer, complete } = connection;
  let job = server.handles.get(handleIn(fields));
  if (job?.state === State.done) return undefined;
  if (job !== undefined && isSame(job.worker, peer)) {
    if (job.runner !== connection) own(connection, job);
    return job;
  }
  // When it was given this job may not have been seen; else the server refuses what it says.
  if (complete || (job?.worker !== undefined && job.state === State.running)) return undefined;
  job ??= unseen(connection, fields, at);
  job.worker = peer;
  job.state = State.running;
  job.queueWait = Number.NaN;
  job.sinceSeconds = Number.NaN;
  table.show(job);
  own(connection, job);
  return job;
}

/** WORK_DATA, WORK_WARNING, WORK_STATUS. */
export function worked(connection: JobConnection, type: string, fields: Fields, at: PacketTimestamp): void {
  const job = ownJob(connection, fields, at);
  if (job !== undefined) job.byWorker = progress(job.byWorker, type, fields);
}

/**
 * WORK_COMPLETE, WORK_FAIL, WORK_EXCEPTION: each ends the job (server.cc, gearman_server_run_command; a
 * WORK_FAIL behind a WORK_EXCEPTION is refused). gearmand takes the word of nobody but the worker that has
 * the job, and answers nothing where it does; so where it may refuse, its next answer is waited for.
 */
export function ended(
  connection: JobConnection,
  type: string,
  fields: Fields,
  serial: number,
  at: PacketTimestamp,
): void {
  const { server, table, peer, claims } = connection;
  let job = server.handles.get(handleIn(fields));
  if (job?.state === State.done) return;
  if (job !== undefined && isSame(job.worker, peer) && !isTimed(connection, job)) {
    finish(table, job, endingOf(type, fields, serial, at));
    return;
  }
  if (job?.claim !== undefined) return;
  job ??= unseen(connection, fields, at);
  job.claim = endingOf(type, fields, serial, at);
  job.claimant = connection;
  claims.add(job);
  if (claims.size > ClaimsLimit) believeOldest(connection);
}

function believeOldest(connection: JobConnection): void {
  for (const job of connection.claims) {
    believe(connection.table, job);
    return;
  }
}

/** The server answers what was asked with this number (0: not known): it has refused nothing before that. */
export function answered(connection: JobConnection, serial: number): void {
  for (const job of [...connection.claims]) {
    if (serial !== 0 && (job.claim?.serial ?? 0) >= serial) return;
    believe(connection.table, job);
  }
}

/** ERROR JOB_NOT_FOUND: the job is not this worker's. */
export function notFound(connection: JobConnection, at: PacketTimestamp): void {
  const { table, peer } = connection;
  for (const job of connection.claims) {
    dropClaim(job);
    // It was taken back unseen, or it is none.
    if (isSame(job.worker, peer)) requeue(table, job, at);
    else if (job.client === undefined && job.worker === undefined && job.previous === undefined) {
      table.remove(job);
    }
    return;
  }
}

/** The worker asks for the next job: it is done with those whose end nobody will be told of again. */
export function asks(connection: JobConnection, at: PacketTimestamp): void {
  for (const job of [...connection.assigned]) {
    if (!job.unsure || job.background === false) continue;
    unfinished(connection.table, job, "bytes of its worker's connection were lost", at);
  }
}
