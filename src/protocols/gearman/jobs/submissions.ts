/** The client's side of jobs: what it submits, and what the server answers. */
import { nanosecondsBetween, type PacketTimestamp } from '../../../packet/timestamp.js';
import type { Fields } from '../fields.js';
import { attachClient, isSamePeer } from './connection.js';
import { age, endingOf, enterState, handleOf, namesOf, namesWithHandle, newJob, timeInState } from './job.js';
import { acceptEnd, closeUnfinished, finishJob } from './lifecycle.js';
import { type Job, type JobConnection, JobState } from './model.js';
import { addProgress } from './progress.js';
import { reportRefused } from './report.js';

interface SubmissionType {
  readonly priority: 'low' | 'normal' | 'high';
  readonly background: boolean;
}

/** server.cc, gearman_server_run_command: what each type of submission is. */
const SUBMISSIONS: Readonly<Record<string, SubmissionType>> = {
  SUBMIT_JOB: { priority: 'normal', background: false },
  SUBMIT_JOB_BG: { priority: 'normal', background: true },
  SUBMIT_JOB_HIGH: { priority: 'high', background: false },
  SUBMIT_JOB_HIGH_BG: { priority: 'high', background: true },
  SUBMIT_JOB_LOW: { priority: 'low', background: false },
  SUBMIT_JOB_LOW_BG: { priority: 'low', background: true },
  // PROTOCOL: like SUBMIT_JOB_BG; gearmand itself takes only the second.
  SUBMIT_JOB_SCHED: { priority: 'normal', background: true },
  SUBMIT_JOB_EPOCH: { priority: 'normal', background: true },
  SUBMIT_REDUCE_JOB: { priority: 'normal', background: false },
  SUBMIT_REDUCE_JOB_BACKGROUND: { priority: 'normal', background: true },
};

/** How long after a job's end, in nanoseconds, the server may still have taken a submission for it: it reads
 * both later than they are seen. */
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
  const job = newJob(connection.server);
  job.names = namesOf(fields);
  job.priority = kind.priority;
  job.background = kind.background;
  if (typeof fields.payload_bytes === 'number') job.workloadBytes = fields.payload_bytes;
  job.client = connection.peer;
  job.seconds = at.seconds;
  job.nanoseconds = at.nanoseconds;
  job.queueWait = 0;
  enterState(job, at);
  connection.submissions.set(serial, job);
  connection.table.add(job);
}

/** The submission that is answered; those before it will have no answer any more. */
function takeSubmission(connection: JobConnection, serial: number): Job | undefined {
  const { submissions, table } = connection;
  const job = submissions.get(serial);
  for (const [number, older] of submissions) {
    if (number > serial) break;
    submissions.delete(number);
    if (older !== job && older.state === JobState.submitted) table.remove(older);
  }
  // It may be forgotten since.
  return job?.state === JobState.submitted ? job : undefined;
}

/**
 * Whether the server can't have taken the submission for this job (job.cc, gearman_server_job_add_reducer): it
 * goes by function and unique id, and by the workload where that is "-".
 */
function cannotCoalesce(submission: Job, job: Job): boolean {
  const { names } = job;
  const unique = submission.names.unique_id;
  if (unique === '' || (unique === '-' && submission.workloadBytes === 0)) return true;
  if (names.function !== undefined && names.function !== submission.names.function) return true;
  return names.unique_id !== undefined && names.unique_id !== unique;
}

/** Whether what is said of a job that is done already is meant for that one: its end overtook the answer. */
function endedEarlier(job: Job, submission: Job | undefined, at: PacketTimestamp): boolean {
  if (submission === undefined) return timeInState(job, at) < LATE_SUBMISSION;
  const sinceEnd = timeInState(job, submission);
  return sinceEnd <= 0 || (sinceEnd < LATE_SUBMISSION && submission.names.unique_id !== '');
}

/** Whether what is asked for by `submission` may be the job that was seen at a worker before its handle was. */
function maySubmit(submission: Job, job: Job): boolean {
  const { names } = job;
  if (names.function !== undefined && names.function !== submission.names.function) return false;
  if (names.unique_id !== undefined && names.unique_id !== submission.names.unique_id) return false;
  return !(age(submission, { seconds: job.stateSeconds, nanoseconds: job.stateNanoseconds }) < 0);
}

/** The job that a worker has already gets its submission: the two connections are not written in turn. */
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

/** A handle that is not in use: the submission's job has it, or one of which the submission was not seen. */
function startJob(
  connection: JobConnection,
  submission: Job | undefined,
  fields: Fields,
  at: PacketTimestamp,
): void {
  const { server, table, peer } = connection;
  const job = submission ?? newJob(server);
  if (submission === undefined) {
    enterState(job, at);
    job.client = peer;
  }
  job.names = namesWithHandle(fields, job.names);
  job.state = JobState.waiting;
  table.setHandle(job, String(fields.handle));
  if (submission === undefined) table.add(job);
  else if (job.background === false) attachClient(connection, job);
}

/** JOB_CREATED. @param serial of the submission that it answers; 0: not known */
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
  // It became the job, or was for one that is known.
  if (submission?.state === JobState.submitted) table.remove(submission);
}

/** The server has such a job already. */
function coalesce(
  connection: JobConnection,
  job: Job,
  submission: Job | undefined,
  fields: Fields,
  at: PacketTimestamp,
): void {
  const { table, peer } = connection;
  if (submission === undefined) {
    // Without its submission it is not known whether anybody waits for it.
    if (job.client === undefined) job.client = peer;
    else job.coalesced++;
    return;
  }
  if (job.client === undefined && maySubmit(submission, job)) {
    adoptSubmission(job, submission);
    table.weigh(job);
  } else if (!cannotCoalesce(submission, job)) job.coalesced++;
  else {
    // A server that begins anew counts its handles from 1 again.
    closeUnfinished(table, job, 'its handle was given to another job', at);
    startJob(connection, submission, fields, at);
    return;
  }
  if (submission.background === false) attachClient(connection, job);
}

/** An ERROR that answers a submission. */
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

/** WORK_* as the server hands it on: it counts where the worker's own is not seen. */
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
    job = newJob(server);
    job.client = peer;
    // Nobody is told of a background job.
    job.background = false;
    job.names = handleOf(fields);
    job.state = JobState.running;
    table.setHandle(job, String(fields.handle));
    table.add(job);
    attachClient(connection, job);
  }
  if (type === 'WORK_DATA' || type === 'WORK_STATUS' || type === 'WORK_WARNING') {
    // Each of its clients is told; one of them is enough.
    if (isSamePeer(job.client, peer)) job.toClient = addProgress(job.toClient, type, fields);
    if (job.state === JobState.waiting) markRunning(job, at);
    table.show(job);
    return;
  }
  // The server hands on only what it believes.
  if (job.unacknowledged !== undefined) acceptEnd(table, job);
  else {
    const isGivenUp = type === 'WORK_FAIL' && job.previousWorker !== undefined;
    // Else a worker that is not seen had it, and since when is not known.
    if (job.state === JobState.waiting) job.queueWait += isGivenUp ? timeInState(job, at) : Number.NaN;
    finishJob(table, job, endingOf(type, fields, 0, at));
  }
}

/** A worker has it, whoever that is. */
function markRunning(job: Job, at: PacketTimestamp): void {
  job.state = JobState.running;
  job.queueWait = Number.NaN;
  job.stateSeconds = Number.NaN;
  job.stateNanoseconds = at.nanoseconds;
}
