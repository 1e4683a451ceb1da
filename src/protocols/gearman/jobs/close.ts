/** What the end of a connection, or a loss on it, means for jobs. */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import { abandon } from './end.js';
import { type JobConnection, State } from './model.js';
import { answered, cantDo } from './worker.js';

/** Bytes that the server sent were lost: a refusal may be among them, or that a job is this worker's. */
export function lostFromServer(connection: JobConnection): void {
  connection.complete = false;
  answered(connection, 0);
}

/** Bytes that the worker sent were lost: ends of its jobs may be among them. */
export function lostFromWorker(connection: JobConnection): void {
  for (const job of connection.assigned) job.unsure = true;
}

/** @param gone the connection has ended, and not only our looking at it */
export function closed(connection: JobConnection, gone: boolean, at: PacketTimestamp): void {
  const { table, submissions, server, attached, assigned } = connection;
  answered(connection, 0);
  for (const job of submissions.values()) if (job.state === State.submitted) table.remove(job);
  submissions.clear();
  if (!gone) for (const job of assigned) job.runner = undefined;
  if (!gone) assigned.clear();
  cantDo(connection, undefined, at);
  if (gone) {
    for (const job of attached) {
      job.clients.delete(connection);
      if (job.clients.size > 0) continue;
      // client.cc, gearman_server_client_free: of a job that waits it is the end, one that runs goes on.
      job.abandoned = true;
      if (job.state === State.waiting) abandon(table, job, at);
    }
    attached.clear();
  }
  table.left(server);
}
