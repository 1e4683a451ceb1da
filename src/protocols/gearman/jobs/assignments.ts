/** The worker's side of jobs: what it is given, what it says of them, and what it can do. */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import type { Fields } from '../fields.js';
import { dropUnacknowledged, isSamePeer, releaseWorker } from './connection.js';
import { countRunning, countWorkers } from './demand.js';
import { endingOf, enterState, handleOf, namesOf, newJob, timeInState } from './job.js';
import { acceptEnd, assignJob, closeUnfinished, finishJob, requeueJob } from './lifecycle.js';
import { type Job, type JobConnection, JobState } from './model.js';
import { addProgress } from './progress.js';

/** Functions of one worker that are remembered. */
const ABILITIES_LIMIT = 4096;
/** Ends in doubt that are remembered for one worker. */
const UNACKNOWLEDGED_LIMIT = 256;
/** Jobs that one worker has at once: each GRAB_JOB looks at all of them. */
const ASSIGNED_LIMIT = 4096;

function handleText(fields: Fields): string {
  return String(fields.handle);
}

/** A job of which nothing was seen before. */
function newUnseenJob(connection: JobConnection, fields: Fields, at: PacketTimestamp): Job {
  const { server, table } = connection;
  const job = newJob(server);
  job.names = handleOf(fields);
  job.state = JobState.waiting;
  enterState(job, at);
  table.setHandle(job, handleText(fields));
  table.add(job);
  return job;
}

/** CAN_DO and CAN_DO_TIMEOUT. @param timed gearmand takes the job back when its time is over */
export function addAbility(connection: JobConnection, name: string, timed: boolean): void {
  const { abilities, server } = connection;
  if (!abilities.has(name)) {
    if (abilities.size >= ABILITIES_LIMIT) return;
    countWorkers(server, name, 1);
  }
  abilities.set(name, timed);
}

/**
 * CANT_DO and, of all functions, RESET_ABILITIES and the end of a connection: gearmand takes back what the
 * worker has of them (worker.cc, gearman_server_worker_free).
 */
export function removeAbilities(
  connection: JobConnection,
  name: string | undefined,
  at: PacketTimestamp,
): void {
  const { abilities, assigned, server, table } = connection;
  for (const ability of name === undefined ? [...abilities.keys()] : [name]) {
    if (abilities.delete(ability)) countWorkers(server, ability, -1);
  }
  for (const job of [...assigned]) {
    if (name === undefined || job.names.function === name) requeueJob(table, job, at);
  }
}

/** JOB_ASSIGN, JOB_ASSIGN_UNIQ, JOB_ASSIGN_ALL. */
export function onAssigned(connection: JobConnection, fields: Fields, at: PacketTimestamp): void {
  const { server, table, peer } = connection;
  let job = server.handles.get(handleText(fields));
  if (job?.state === JobState.done) {
    // Its end was seen before, from the client's side.
    if (timeInState(job, at) <= 0) return;
    job = undefined;
  } else if (job?.names.function !== undefined && job.names.function !== fields.function) {
    closeUnfinished(table, job, 'its handle was given to another job', at);
    job = undefined;
  }
  job ??= newUnseenJob(connection, fields, at);
  if (job.names.function === undefined || job.names.unique_id === undefined) {
    job.names = { ...namesOf(fields), ...job.names };
    table.weigh(job);
  }
  if (job.workloadBytes === undefined && typeof fields.payload_bytes === 'number') {
    job.workloadBytes = fields.payload_bytes;
  }
  const { unacknowledgedBy: claimant } = job;
  // What was given before was seen only now: the worker has said how it ended.
  const isLate = claimant === connection;
  assignJob(job, peer, at);
  table.show(job);
  setRunner(connection, job);
  if (typeof fields.function === 'string')
    addAbility(connection, fields.function, connection.abilities.get(fields.function) ?? false);
  if (isLate) acceptEnd(table, job);
}

function setRunner(connection: JobConnection, job: Job): void {
  if (job.state === JobState.done) return;
  releaseWorker(job);
  job.runner = connection;
  connection.assigned.add(job);
  if (connection.assigned.size > ASSIGNED_LIMIT) {
    const [oldest] = connection.assigned;
    releaseWorker(oldest);
  }
  countRunning(job, typeof job.names.function === 'string' ? job.names.function : undefined);
}

/** Whether the server may have taken the job back meanwhile. */
function hasTimeout(connection: JobConnection, job: Job): boolean {
  return typeof job.names.function === 'string' && connection.abilities.get(job.names.function) === true;
}

/** The job, where it is this worker's by all that is known. */
function jobOfWorker(connection: JobConnection, fields: Fields, at: PacketTimestamp): Job | undefined {
  const { server, table, peer, sawAllResponses: complete } = connection;
  let job = server.handles.get(handleText(fields));
  if (job?.state === JobState.done) return undefined;
  if (job !== undefined && isSamePeer(job.worker, peer)) {
    if (job.runner !== connection) setRunner(connection, job);
    return job;
  }
  // When it was given this job may not have been seen; else the server refuses what it says.
  if (complete || (job?.worker !== undefined && job.state === JobState.running)) return undefined;
  job ??= newUnseenJob(connection, fields, at);
  job.worker = peer;
  job.state = JobState.running;
  job.queueWait = Number.NaN;
  job.stateSeconds = Number.NaN;
  table.show(job);
  setRunner(connection, job);
  return job;
}

/** WORK_DATA, WORK_WARNING, WORK_STATUS. */
export function onProgress(
  connection: JobConnection,
  type: string,
  fields: Fields,
  at: PacketTimestamp,
): void {
  const job = jobOfWorker(connection, fields, at);
  if (job !== undefined) job.byWorker = addProgress(job.byWorker, type, fields);
}

/**
 * WORK_COMPLETE, WORK_FAIL, WORK_EXCEPTION: each ends the job (server.cc, gearman_server_run_command; a
 * WORK_FAIL behind a WORK_EXCEPTION is refused). gearmand takes the word of nobody but the worker that has
 * the job, and answers nothing where it does; so where it may refuse, its next answer is waited for.
 */
export function onWorkerEnd(
  connection: JobConnection,
  type: string,
  fields: Fields,
  serial: number,
  at: PacketTimestamp,
): void {
  const { server, table, peer, unacknowledged: claims } = connection;
  let job = server.handles.get(handleText(fields));
  if (job?.state === JobState.done) return;
  if (job !== undefined && isSamePeer(job.worker, peer) && !hasTimeout(connection, job)) {
    finishJob(table, job, endingOf(type, fields, serial, at));
    return;
  }
  if (job?.unacknowledged !== undefined) return;
  job ??= newUnseenJob(connection, fields, at);
  job.unacknowledged = endingOf(type, fields, serial, at);
  job.unacknowledgedBy = connection;
  claims.add(job);
  if (claims.size > UNACKNOWLEDGED_LIMIT) acceptOldest(connection);
}

function acceptOldest(connection: JobConnection): void {
  for (const job of connection.unacknowledged) {
    acceptEnd(connection.table, job);
    return;
  }
}

/** The server answers what was asked with this number (0: not known): it has refused nothing before that. */
export function acceptBefore(connection: JobConnection, serial: number): void {
  for (const job of [...connection.unacknowledged]) {
    if (serial !== 0 && (job.unacknowledged?.serial ?? 0) >= serial) return;
    acceptEnd(connection.table, job);
  }
}

/** ERROR JOB_NOT_FOUND: the job is not this worker's. */
export function onJobNotFound(connection: JobConnection, at: PacketTimestamp): void {
  const { table, peer } = connection;
  for (const job of connection.unacknowledged) {
    dropUnacknowledged(job);
    // It was taken back unseen, or it is none.
    if (isSamePeer(job.worker, peer)) requeueJob(table, job, at);
    else if (job.client === undefined && job.worker === undefined && job.previousWorker === undefined) {
      table.remove(job);
    }
    return;
  }
}

/** The worker asks for the next job: it is done with those whose end nobody will be told of again. */
export function onGrabJob(connection: JobConnection, at: PacketTimestamp): void {
  for (const job of [...connection.assigned]) {
    if (!job.endMayBeLost || job.background === false) continue;
    closeUnfinished(connection.table, job, "bytes of its worker's connection were lost", at);
  }
}
