/** Links between jobs and connections: clients to be notified, the worker, and the sender of a completion. */
import { countRunning } from './demand.js';
import { type Job, type JobConnection, JobState, type JobTable, type Peer, type Server } from './model.js';

export function newJobConnection(
  peer: Peer,
  server: Server,
  table: JobTable,
  sawAllResponses: boolean,
  abilities: JobConnection['abilities'],
): JobConnection {
  return {
    peer,
    server,
    table,
    submissions: new Map(),
    attached: new Set(),
    assigned: new Set(),
    unacknowledged: new Set(),
    abilities,
    sawAllResponses,
  };
}

/** Compares by address too: a connection may have been evicted and picked up again. */
export function isSamePeer(a: Peer | undefined, b: Peer): boolean {
  return a === b || (a !== undefined && a.port === b.port && a.ip === b.ip);
}

/** The server will notify this client of the job's end. */
export function attachClient(connection: JobConnection, job: Job): void {
  if (job.state === JobState.done || connection.attached.has(job)) return;
  job.abandoned = false;
  connection.attached.add(job);
  job.clients.add(connection);
}

/** Takes the job from the worker that has it. */
export function releaseWorker(job: Job): void {
  job.runner?.assigned.delete(job);
  job.runner = undefined;
  countRunning(job, undefined);
}

export function dropUnacknowledged(job: Job): void {
  job.unacknowledgedBy?.unacknowledged.delete(job);
  job.unacknowledgedBy = undefined;
  job.unacknowledged = undefined;
}

/** Removes the job from all connections. */
export function detachConnections(job: Job): void {
  for (const connection of job.clients) connection.attached.delete(job);
  job.clients.clear();
  releaseWorker(job);
  dropUnacknowledged(job);
}
