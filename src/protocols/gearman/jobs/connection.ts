/** Connections and jobs: who is told of a job's end, who has it, who says that it has ended. */
import { countRunning } from './demand.js';
import { type Job, type JobConnection, type Peer, type Server, State, type Table } from './model.js';

export function newConnection(
  peer: Peer,
  server: Server,
  table: Table,
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
    claims: new Set(),
    abilities,
    complete,
  };
}

/** Whether they are one and the same: a connection may have been forgotten and met again. */
export function isSame(a: Peer | undefined, b: Peer): boolean {
  return a === b || (a !== undefined && a.port === b.port && a.ip === b.ip);
}

/** The job has this client, too. */
export function attach(connection: JobConnection, job: Job): void {
  if (job.state === State.done || connection.attached.has(job)) return;
  job.abandoned = false;
  connection.attached.add(job);
  job.clients.add(connection);
}

/** No worker has the job any more. */
export function release(job: Job): void {
  job.runner?.assigned.delete(job);
  job.runner = undefined;
  countRunning(job, undefined);
}

export function dropClaim(job: Job): void {
  job.claimant?.claims.delete(job);
  job.claimant = undefined;
  job.claim = undefined;
}

/** No connection has to do with the job any more. */
export function detach(job: Job): void {
  for (const connection of job.clients) connection.attached.delete(job);
  job.clients.clear();
  release(job);
  dropClaim(job);
}
