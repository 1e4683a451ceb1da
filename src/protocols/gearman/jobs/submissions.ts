/** The client's side of jobs: submissions, the server's answers, and packets relayed from workers. */
import { nanosecondsBetween, type PacketTimestamp } from '../../../packet/timestamp.js';
import type { Fields } from '../fields.js';
import { attachClient, isSamePeer } from './connection.js';
import { endingOf, handleOf, namesOf, namesWithHandle } from './job-fields.js';
import { acceptCompletion, closeUnfinished, endJob } from './lifecycle.js';
import { Job, type JobConnection, JobState } from './model.js';
import { addProgress } from './progress.js';
import { reportRefused } from './report.js';

interface SubmissionType {
  readonly priority: 'low' | 'normal' | 'high';
  readonly background: boolean;
}

/** By packet type (server.cc, gearman_server_run_command). */
const SUBMISSIONS: Readonly<Record<string, SubmissionType>> = {
  SUBMIT_JOB: { priority: 'normal', background: false },
  SUBMIT_JOB_BG: { priority: 'normal', background: true },
  SUBMIT_JOB_HIGH: { priority: 'high', background: false },
  SUBMIT_JOB_HIGH_BG: { priority: 'high', background: true },
  SUBMIT_JOB_LOW: { priority: 'low', background: false },
  SUBMIT_JOB_LOW_BG: { priority: 'low', background: true },
  // PROTOCOL: like SUBMIT_JOB_BG. gearmand accepts only the second.
  SUBMIT_JOB_SCHED: { priority: 'normal', background: true },
  SUBMIT_JOB_EPOCH: { priority: 'normal', background: true },
  SUBMIT_REDUCE_JOB: { priority: 'normal', background: false },
  SUBMIT_REDUCE_JOB_BACKGROUND: { priority: 'normal', background: true },
};

/**
 * Nanoseconds after the end of a job within which the server may still coalesce a submission with it: the server reads
 * both packets later than they are captured.
 */
const LATE_SUBMISSION = 1e9;

export function onSubmit(
  connection: JobConnection,
  type: string,
  fields: Fields,
  serial: number,
  at: PacketTimestamp,
): void {
  const kind = SUBMISSIONS[type];
  if (kind === undefined || serial === 0) return;
  const job = new Job(connection.server);
  job.names = namesOf(fields);
  job.priority = kind.priority;
  job.background = kind.background;
  if (typeof fields.payload_bytes === 'number') job.workloadBytes = fields.payload_bytes;
  job.client = connection.peer;
  job.seconds = at.seconds;
  job.nanoseconds = at.nanoseconds;
  job.queueWait = 0;
  job.restartTimeInState(at);
  connection.submissions.set(serial, job);
  connection.table.add(job);
}

/** Takes the answered submission, and drops the older ones: the server answers in order. */
function takeSubmission(connection: JobConnection, serial: number): Job | undefined {
  const { submissions, table } = connection;
  const job = submissions.get(serial);
  for (const [number, older] of submissions) {
    if (number > serial) break;
    submissions.delete(number);
    if (older !== job && older.state === JobState.submitted) table.remove(older);
  }
  // The submission may have been evicted.
  return job?.state === JobState.submitted ? job : undefined;
}

/**
 * Whether the server cannot have coalesced the submission with this job (job.cc, gearman_server_job_add_reducer): it
 * compares function and unique id, and the workload if the unique id is "-".
 */
function cannotCoalesce(submission: Job, job: Job): boolean {
  const { names } = job;
  const unique = submission.names.unique_id;
  if (unique === '' || (unique === '-' && submission.workloadBytes === 0)) return true;
  if (names.function !== undefined && names.function !== submission.names.function) return true;
  return names.unique_id !== undefined && names.unique_id !== unique;
}

/** Whether an answer is about a job that is already done: its end was decoded before the answer. */
function endedEarlier(job: Job, submission: Job | undefined, at: PacketTimestamp): boolean {
  if (submission === undefined) return job.timeInState(at) < LATE_SUBMISSION;
  const sinceEnd = job.timeInState(submission);
  return sinceEnd <= 0 || (sinceEnd < LATE_SUBMISSION && submission.names.unique_id !== '');
}

/** Whether this may be the submission of a job whose assignment was decoded before the answer with its handle. */
function maySubmit(submission: Job, job: Job): boolean {
  const { names } = job;
  if (names.function !== undefined && names.function !== submission.names.function) return false;
  if (names.unique_id !== undefined && names.unique_id !== submission.names.unique_id) return false;
  return !(submission.age({ seconds: job.stateSeconds, nanoseconds: job.stateNanoseconds }) < 0);
}

/** Adds the submission to a job that a worker already has: two connections may be decoded out of order. */
function adoptSubmission(job: Job, submission: Job): void {
  job.names = namesWithHandle(job.names, submission.names);
  job.client = submission.client;
  job.priority = submission.priority;
  job.background = submission.background;
  job.workloadBytes = submission.workloadBytes;
  job.seconds = submission.seconds;
  job.nanoseconds = submission.nanoseconds;
  const wait = nanosecondsBetween(job.seconds, job.nanoseconds, {
    seconds: job.stateSeconds,
    nanoseconds: job.stateNanoseconds,
  });
  if (job.reassigned === 0 && job.previousWorker === undefined) job.queueWait = wait;
}

/** A new handle: of the submission's job, or of a job whose submission was not seen. */
function startJob(
  connection: JobConnection,
  submission: Job | undefined,
  fields: Fields,
  at: PacketTimestamp,
): void {
  const { server, table, peer } = connection;
  const job = submission ?? new Job(server);
  if (submission === undefined) {
    job.restartTimeInState(at);
    job.client = peer;
  }
  job.names = namesWithHandle(fields, job.names);
  job.state = JobState.waiting;
  table.setHandle(job, String(fields.handle));
  if (submission === undefined) table.add(job);
  else if (job.background === false) attachClient(connection, job);
}

/** JOB_CREATED. @param serial the submission that it answers; 0: not known */
export function onJobCreated(
  connection: JobConnection,
  fields: Fields,
  serial: number,
  at: PacketTimestamp,
): void {
  const { server, table } = connection;
  const submission = serial === 0 ? undefined : takeSubmission(connection, serial);
  const found = server.handles.get(String(fields.handle));
  if (found === undefined) startJob(connection, submission, fields, at);
  else if (found.state !== JobState.done) coalesce(connection, found, submission, fields, at);
  else if (!endedEarlier(found, submission, at)) startJob(connection, submission, fields, at);
  // The server coalesced it with a known job.
  if (submission?.state === JobState.submitted) table.remove(submission);
}

/** The server answers with the handle of a job that is not done. */
function coalesce(
  connection: JobConnection,
  job: Job,
  submission: Job | undefined,
  fields: Fields,
  at: PacketTimestamp,
): void {
  const { table, peer } = connection;
  if (submission === undefined) {
    // Only the submission would show whether this client waits for the job.
    if (job.client === undefined) job.client = peer;
    else job.coalesced++;
    return;
  }
  if (job.client === undefined && maySubmit(submission, job)) {
    adoptSubmission(job, submission);
    table.updateWeight(job);
  } else if (!cannotCoalesce(submission, job)) job.coalesced++;
  else {
    // A restarted server counts its handles from 1 again.
    closeUnfinished(table, job, 'handle reused', at);
    startJob(connection, submission, fields, at);
    return;
  }
  if (submission.background === false) attachClient(connection, job);
}

/** ERROR as the answer to a submission. */
export function onSubmissionRefused(
  connection: JobConnection,
  fields: Fields,
  serial: number,
  at: PacketTimestamp,
): void {
  const submission = serial === 0 ? undefined : takeSubmission(connection, serial);
  if (submission === undefined) return;
  reportRefused(submission, fields, at);
  connection.table.remove(submission);
}

/** A WORK_* packet that the server relays to the client: used if the worker's own packet is not seen. */
export function onRelayedWork(
  connection: JobConnection,
  type: string,
  fields: Fields,
  at: PacketTimestamp,
): void {
  const { server, table, peer } = connection;
  let job = server.handles.get(String(fields.handle));
  if (job?.state === JobState.done) return;
  if (job === undefined) {
    job = new Job(server);
    job.client = peer;
    // The server relays no packets of background jobs.
    job.background = false;
    job.names = handleOf(fields);
    job.state = JobState.running;
    table.setHandle(job, String(fields.handle));
    table.add(job);
    attachClient(connection, job);
  }
  if (type === 'WORK_DATA' || type === 'WORK_STATUS' || type === 'WORK_WARNING') {
    // Each client gets a copy; only one is counted.
    if (isSamePeer(job.client, peer)) job.toClient = addProgress(job.toClient, type, fields);
    if (job.state === JobState.waiting) markRunning(job, at);
    table.updateGauge(job);
    return;
  }
  // The server relays only packets that it accepted.
  if (job.unacknowledged !== undefined) acceptCompletion(table, job);
  else {
    const isRetryLimit = type === 'WORK_FAIL' && job.previousWorker !== undefined;
    // Otherwise an unseen worker had the job for an unknown time.
    if (job.state === JobState.waiting) job.queueWait += isRetryLimit ? job.timeInState(at) : Number.NaN;
    endJob(table, job, endingOf(type, fields, 0, at));
  }
}

/** An unseen worker has the job. */
function markRunning(job: Job, at: PacketTimestamp): void {
  job.state = JobState.running;
  job.queueWait = Number.NaN;
  job.stateSeconds = Number.NaN;
  job.stateNanoseconds = at.nanoseconds;
}
