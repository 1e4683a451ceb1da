/**
 * Transitions of a job. It waits after the server has answered the submission, runs after its assignment to a worker,
 * and waits again if the server requeues it. It is reported once: when it ends, is abandoned, or can no longer be followed.
 */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import { dropUnacknowledged, isSamePeer, releaseWorker } from './connection.js';
import { type Ending, type Job, JobState, type JobTable, type Peer } from './model.js';
import { reportAbandoned, reportEnd, reportUnfinished, type UnfinishedReason } from './report.js';

/** WORK_COMPLETE, WORK_FAIL or WORK_EXCEPTION. */
export function endJob(table: JobTable, job: Job, ending: Ending): void {
  reportEnd(job, ending);
  job.restartTimeInState(ending);
  table.retire(job);
}

/** The last client disconnected while the job waited: the server drops it. */
export function abandonJob(table: JobTable, job: Job, at: PacketTimestamp): void {
  reportAbandoned(job, at);
  // A later packet with this handle is taken to be about another job.
  table.remove(job);
}

/** The end of the job was not seen and will not be. */
export function closeUnfinished(
  table: JobTable,
  job: Job,
  reason: UnfinishedReason,
  at: PacketTimestamp,
): void {
  reportUnfinished(job, reason, at);
  job.restartTimeInState(at);
  table.retire(job);
}

/** The worker does not finish the job. */
function loseWorker(job: Job, at: PacketTimestamp): void {
  job.lostRunTime += job.timeInState(at);
  job.previousWorker = job.worker;
  job.worker = undefined;
  job.byWorker = undefined;
  job.endMayBeLost = false;
  releaseWorker(job);
}

/** running -> waiting: the server requeues the job (job.cc, gearman_server_job_queue). */
export function requeueJob(table: JobTable, job: Job, at: PacketTimestamp): void {
  if (job.endMayBeLost) {
    closeUnfinished(table, job, 'bytes lost', at);
    return;
  }
  loseWorker(job, at);
  dropUnacknowledged(job);
  job.state = JobState.waiting;
  job.stuckReported = false;
  table.updateGauge(job);
  job.restartTimeInState(at);
  // gearmand gives an abandoned job to no worker (client.cc, gearman_server_client_free).
  if (job.abandoned) abandonJob(table, job, at);
}

/** waiting or running -> running, with this worker. */
export function assignJob(job: Job, worker: Peer, at: PacketTimestamp): void {
  if (job.state === JobState.running) {
    // The server requeued the job unseen: after a timeout, or the worker's last FIN is still to come.
    if (job.worker !== undefined) loseWorker(job, at);
    else job.queueWait = Number.NaN;
  } else {
    const delay = job.delayWithin(at);
    if (job.dueSecond() !== undefined) job.delay ??= delay;
    job.queueWait += job.timeInState(at) - delay;
  }
  if (job.previousWorker !== undefined) job.reassigned++;
  job.worker = worker;
  job.state = JobState.running;
  job.restartTimeInState(at);
}

/** Ends the job with its unacknowledged completion: the server did not refuse it. */
export function acceptCompletion(table: JobTable, job: Job): void {
  const { unacknowledged, unacknowledgedBy } = job;
  if (unacknowledged === undefined || unacknowledgedBy === undefined) return;
  if (!isSamePeer(job.worker, unacknowledgedBy.peer)) {
    // The assignment to this worker was not seen.
    job.worker = unacknowledgedBy.peer;
    job.stateSeconds = Number.NaN;
    job.queueWait = Number.NaN;
    job.state = JobState.running;
  }
  endJob(table, job, unacknowledged);
}
