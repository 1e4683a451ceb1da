/** How jobs end, and how they go back to the queue. */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import { dropClaim, isSame, release } from './connection.js';
import { delayed, dueSecond, setSince, sinceThen } from './job.js';
import { type Ending, type Job, type Peer, State, type Table } from './model.js';
import { tellAbandoned, tellEnd, tellUnfinished } from './report.js';

export function finish(table: Table, job: Job, ending: Ending): void {
  tellEnd(job, ending);
  setSince(job, ending);
  table.retire(job);
}

export function abandon(table: Table, job: Job, at: PacketTimestamp): void {
  tellAbandoned(job, at);
  // What comes of the handle from now on is another job, as far as it can be told.
  table.remove(job);
}

export function unfinished(table: Table, job: Job, why: string, at: PacketTimestamp): void {
  tellUnfinished(job, why, at);
  setSince(job, at);
  table.retire(job);
}

/** The worker that has it will not finish it. */
function lose(job: Job, at: PacketTimestamp): void {
  job.lostRunTime += sinceThen(job, at);
  job.previous = job.worker;
  job.worker = undefined;
  job.byWorker = undefined;
  job.unsure = false;
  release(job);
}

/** The server takes the job back into its queue (job.cc, gearman_server_job_queue). */
export function requeue(table: Table, job: Job, at: PacketTimestamp): void {
  if (job.unsure) {
    unfinished(table, job, "bytes of its worker's connection were lost", at);
    return;
  }
  lose(job, at);
  dropClaim(job);
  job.state = State.waiting;
  job.told = false;
  table.show(job);
  setSince(job, at);
  // It is marked so that nobody runs it (client.cc, gearman_server_client_free).
  if (job.abandoned) abandon(table, job, at);
}

/** It is a worker's now. */
export function give(job: Job, worker: Peer, at: PacketTimestamp): void {
  if (job.state === State.running) {
    // The server took it back unseen: its time was over, or its worker is gone but for the last FIN.
    if (job.worker !== undefined) lose(job, at);
    else job.queueWait = Number.NaN;
  } else {
    const delay = delayed(job, at);
    if (dueSecond(job) !== undefined) job.delay ??= delay;
    job.queueWait += sinceThen(job, at) - delay;
  }
  if (job.previous !== undefined) job.reassigned++;
  job.worker = worker;
  job.state = State.running;
  setSince(job, at);
}

/** An end that might have been refused was not. */
export function believe(table: Table, job: Job): void {
  const { claim, claimant } = job;
  if (claim === undefined || claimant === undefined) return;
  if (!isSame(job.worker, claimant.peer)) {
    // When it was given to this one was not seen.
    job.worker = claimant.peer;
    job.sinceSeconds = Number.NaN;
    job.queueWait = Number.NaN;
    job.state = State.running;
  }
  finish(table, job, claim);
}
