/** The worker's side of jobs: assignments, progress, completions, and abilities. */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import type { Fields } from '../fields.js';
import { dropUnacknowledged, isSamePeer, releaseWorker } from './connection.js';
import { countRunning, countWorkers } from './demand.js';
import { endingOf, handleOf, namesOf } from './job-fields.js';
import { acceptCompletion, assignJob, closeUnfinished, endJob, requeueJob } from './lifecycle.js';
import { Job, type JobConnection, JobState } from './model.js';
import { addProgress } from './progress.js';

/** Functions kept for one worker. */
const ABILITIES_LIMIT = 4096;
/** Unacknowledged completions kept for one worker. */
const UNACKNOWLEDGED_LIMIT = 256;
/** Jobs assigned to one worker at once: each GRAB_JOB checks all of them. */
const ASSIGNED_LIMIT = 4096;

function handleText(fields: Fields): string {
  return String(fields.handle);
}

/** A job whose submission was not seen. */
function newUnseenJob(connection: JobConnection, fields: Fields, at: PacketTimestamp): Job {
  const { server, table } = connection;
  const job = new Job(server);
  job.names = handleOf(fields);
  job.state = JobState.waiting;
  job.restartTimeInState(at);
  table.setHandle(job, handleText(fields));
  table.add(job);
  return job;
}

/** CAN_DO and CAN_DO_TIMEOUT. @param timed gearmand takes the job back after a timeout */
export function addAbility(connection: JobConnection, name: string, timed: boolean): void {
  const { abilities, server } = connection;
  if (!abilities.has(name)) {
    if (abilities.size >= ABILITIES_LIMIT) return;
    countWorkers(server, name, 1);
  }
  abilities.set(name, timed);
}

/**
 * CANT_DO; without a name RESET_ABILITIES or the end of the connection. gearmand takes back the worker's jobs of
 * these functions (worker.cc, gearman_server_worker_free).
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
    // Its end was seen before, on the client's connection.
    if (job.timeInState(at) <= 0) return;
    job = undefined;
  } else if (job?.names.function !== undefined && job.names.function !== fields.function) {
    closeUnfinished(table, job, 'handle reused', at);
    job = undefined;
  }
  job ??= newUnseenJob(connection, fields, at);
  if (job.names.function === undefined || job.names.unique_id === undefined) {
    job.names = { ...namesOf(fields), ...job.names };
    table.updateWeight(job);
  }
  if (job.workloadBytes === undefined && typeof fields.payload_bytes === 'number') {
    job.workloadBytes = fields.payload_bytes;
  }
  // The directions were captured out of order: the completion came before the assignment.
  const isCompleted = job.unacknowledgedBy === connection;
  assignJob(job, peer, at);
  table.updateGauge(job);
  setRunner(connection, job);
  if (typeof fields.function === 'string') {
    addAbility(connection, fields.function, connection.abilities.get(fields.function) ?? false);
  }
  if (isCompleted) acceptCompletion(table, job);
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

/** Whether the server may have requeued the job after its timeout. */
function hasTimeout(connection: JobConnection, job: Job): boolean {
  return typeof job.names.function === 'string' && connection.abilities.get(job.names.function) === true;
}

/** The job of a worker's packet, unless it is known to be another worker's. */
function jobOfWorker(connection: JobConnection, fields: Fields, at: PacketTimestamp): Job | undefined {
  const { server, table, peer, sawAllResponses } = connection;
  let job = server.handles.get(handleText(fields));
  if (job?.state === JobState.done) return undefined;
  if (job !== undefined && isSamePeer(job.worker, peer)) {
    if (job.runner !== connection) setRunner(connection, job);
    return job;
  }
  // The assignment may have been lost; otherwise the server refuses the packet.
  if (sawAllResponses || (job?.worker !== undefined && job.state === JobState.running)) return undefined;
  job ??= newUnseenJob(connection, fields, at);
  job.worker = peer;
  job.state = JobState.running;
  job.queueWait = Number.NaN;
  job.stateSeconds = Number.NaN;
  table.updateGauge(job);
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
 * WORK_COMPLETE, WORK_FAIL, WORK_EXCEPTION: each ends the job (server.cc, gearman_server_run_command; a WORK_FAIL
 * after a WORK_EXCEPTION is refused). gearmand accepts them only from the worker that has the job, without an answer. A
 * completion that it may refuse stays unacknowledged until the next response.
 */
export function onWorkerEnd(
  connection: JobConnection,
  type: string,
  fields: Fields,
  serial: number,
  at: PacketTimestamp,
): void {
  const { server, table, peer, unacknowledged } = connection;
  let job = server.handles.get(handleText(fields));
  if (job?.state === JobState.done) return;
  if (job !== undefined && isSamePeer(job.worker, peer) && !hasTimeout(connection, job)) {
    endJob(table, job, endingOf(type, fields, serial, at));
    return;
  }
  if (job?.unacknowledged !== undefined) return;
  job ??= newUnseenJob(connection, fields, at);
  job.unacknowledged = endingOf(type, fields, serial, at);
  job.unacknowledgedBy = connection;
  unacknowledged.add(job);
  if (unacknowledged.size > UNACKNOWLEDGED_LIMIT) acceptOldestCompletion(connection);
}

function acceptOldestCompletion(connection: JobConnection): void {
  for (const job of connection.unacknowledged) {
    acceptCompletion(connection.table, job);
    return;
  }
}

/** The server answers the request with this number (0: not known), so it did not refuse earlier completions. */
export function acceptCompletionsBefore(connection: JobConnection, serial: number): void {
  for (const job of [...connection.unacknowledged]) {
    if (serial !== 0 && (job.unacknowledged?.serial ?? 0) >= serial) return;
    acceptCompletion(connection.table, job);
  }
}

/** ERROR JOB_NOT_FOUND: the server refuses the oldest unacknowledged completion. */
export function onJobNotFound(connection: JobConnection, at: PacketTimestamp): void {
  const { table, peer } = connection;
  for (const job of connection.unacknowledged) {
    dropUnacknowledged(job);
    // The server requeued the job unseen, or there is no such job.
    if (isSamePeer(job.worker, peer)) requeueJob(table, job, at);
    else if (job.client === undefined && job.worker === undefined && job.previousWorker === undefined) {
      table.remove(job);
    }
    return;
  }
}

/** GRAB_JOB: the worker has ended all its jobs. No later packet reports the end of a background job. */
export function onGrabJob(connection: JobConnection, at: PacketTimestamp): void {
  for (const job of [...connection.assigned]) {
    if (!job.endMayBeLost || job.background === false) continue;
    closeUnfinished(connection.table, job, 'bytes lost', at);
  }
}
