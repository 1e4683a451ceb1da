/** How jobs end, and how they go back to the queue. */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import { dropUnacknowledged, isSamePeer, releaseWorker } from './connection.js';
import { delayWithin, dueSecond, enterState, timeInState } from './job.js';
import { type Ending, type Job, JobState, type JobTable, type Peer } from './model.js';
import { reportAbandoned, reportEnd, reportUnfinished } from './report.js';

export function finishJob(table: JobTable, job: Job, ending: Ending): void {
  reportEnd(job, ending);
  enterState(job, ending);
  table.retire(job);
}

export function abandonJob(table: JobTable, job: Job, at: PacketTimestamp): void {
  reportAbandoned(job, at);
  // What comes of the handle from now on is another job, as far as it can be told.
  table.remove(job);
}

export function closeUnfinished(table: JobTable, job: Job, why: string, at: PacketTimestamp): void {
  reportUnfinished(job, why, at);
  enterState(job, at);
  table.retire(job);
}

/** The worker that has it will not finish it. */
function loseWorker(job: Job, at: PacketTimestamp): void {
  job.lostRunTime += timeInState(job, at);
  job.previousWorker = job.worker;
  job.worker = undefined;
  job.byWorker = undefined;
  job.endMayBeLost = false;
  releaseWorker(job);
}

/** The server takes the job back into its queue (job.cc, gearman_server_job_queue). */
export function requeueJob(table: JobTable, job: Job, at: PacketTimestamp): void {
  if (job.endMayBeLost) {
    closeUnfinished(table, job, "bytes of its worker's connection were lost", at);
    return;
  }
  loseWorker(job, at);
  dropUnacknowledged(job);
  job.state = JobState.waiting;
  job.stuckReported = false;
  table.show(job);
  enterState(job, at);
  // It is marked so that nobody runs it (client.cc, gearman_server_client_free).
  if (job.abandoned) abandonJob(table, job, at);
}

/** It is a worker's now. */
export function assignJob(job: Job, worker: Peer, at: PacketTimestamp): void {
  if (job.state === JobState.running) {
    // The server took it back unseen: its time was over, or its worker is gone but for the last FIN.
    if (job.worker !== undefined) loseWorker(job, at);
    else job.queueWait = Number.NaN;
  } else {
    const delay = delayWithin(job, at);
    if (dueSecond(job) !== undefined) job.delay ??= delay;
    job.queueWait += timeInState(job, at) - delay;
  }
  if (job.previousWorker !== undefined) job.reassigned++;
  job.worker = worker;
  job.state = JobState.running;
  enterState(job, at);
}

/** An end that might have been refused was not. */
export function acceptEnd(table: JobTable, job: Job): void {
  const { unacknowledged: claim, unacknowledgedBy: claimant } = job;
  if (claim === undefined || claimant === undefined) return;
  if (!isSamePeer(job.worker, claimant.peer)) {
    // When it was given to this one was not seen.
    job.worker = claimant.peer;
    job.stateSeconds = Number.NaN;
    job.queueWait = Number.NaN;
    job.state = JobState.running;
  }
  finishJob(table, job, claim);
}
