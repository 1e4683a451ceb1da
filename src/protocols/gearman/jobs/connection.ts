/** What a connection has to do with jobs: as a client that submits them, as a worker that runs them. */
import { countRunning } from './demand.js';
import { type Job, type Peer, State } from './job.js';
import type { Server, Table } from './table.js';

export interface JobConnection {
  readonly peer: Peer;
  readonly server: Server;
  readonly table: Table;
  /** Submissions that the server has not answered, by their number (Pairing.serial). */
  readonly submissions: Map<number, Job>;
  /** Jobs of whose end the server will tell this client. */
  readonly attached: Set<Job>;
  /** Jobs that this worker has. */
  readonly assigned: Set<Job>;
  /** Jobs that it said the end of, which the server may refuse; oldest first. */
  readonly claims: Set<Job>;
  /** The functions that it can do, and whether the server watches their time (CAN_DO_TIMEOUT). */
  readonly abilities: Map<string, boolean>;
  /** All that the server said so far was seen: what it did not assign is not this worker's. */
  complete: boolean;
}

export function newConnection(peer: Peer, server: Server, table: Table, complete: boolean): JobConnection {
  return {
    peer,
    server,
    table,
    submissions: new Map(),
    attached: new Set(),
    assigned: new Set(),
    claims: new Set(),
    abilities: new Map(),
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
  job.clients.push(connection);
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
  job.clients = [];
  release(job);
  dropClaim(job);
}
