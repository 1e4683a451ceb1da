/** Connections and jobs: who is told of a job's end, who has it, who says that it has ended. */
import { countRunning } from './demand.js';
import { type Job, type JobConnection, JobState, type JobTable, type Peer, type Server } from './model.js';

export function newConnection(
  peer: Peer,
  server: Server,
  table: JobTable,
  complete: boolean,
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
    sawAllResponses: complete,
  };
}

/** Whether they are one and the same: a connection may have been forgotten and met again. */
export function isSamePeer(a: Peer | undefined, b: Peer): boolean {
  return a === b || (a !== undefined && a.port === b.port && a.ip === b.ip);
}

/** The job has this client, too. */
export function attachClient(connection: JobConnection, job: Job): void {
  if (job.state === JobState.done || connection.attached.has(job)) return;
  job.abandoned = false;
  connection.attached.add(job);
  job.clients.add(connection);
}

/** No worker has the job any more. */
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

/** No connection has to do with the job any more. */
export function detachConnections(job: Job): void {
  for (const connection of job.clients) connection.attached.delete(job);
  job.clients.clear();
  releaseWorker(job);
  dropUnacknowledged(job);
}
