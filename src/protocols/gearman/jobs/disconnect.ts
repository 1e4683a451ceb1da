/** What the end of a connection, or a loss on it, means for jobs. */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import { acceptBefore, removeAbilities } from './assignments.js';
import { abandonJob } from './lifecycle.js';
import { type JobConnection, JobState } from './model.js';

/** Bytes that the server sent were lost: a refusal may be among them, or that a job is this worker's. */
export function onResponsesLost(connection: JobConnection): void {
  connection.sawAllResponses = false;
  acceptBefore(connection, 0);
}

/** Bytes that the worker sent were lost: ends of its jobs may be among them. */
export function onRequestsLost(connection: JobConnection): void {
  for (const job of connection.assigned) job.endMayBeLost = true;
}

/** @param gone the connection has ended, and not only our looking at it */
export function onClose(connection: JobConnection, gone: boolean, at: PacketTimestamp): void {
  const { table, submissions, server, attached, assigned } = connection;
  acceptBefore(connection, 0);
  for (const job of submissions.values()) if (job.state === JobState.submitted) table.remove(job);
  submissions.clear();
  if (!gone) for (const job of assigned) job.runner = undefined;
  if (!gone) assigned.clear();
  removeAbilities(connection, undefined, at);
  if (gone) {
    for (const job of attached) {
      job.clients.delete(connection);
      if (job.clients.size > 0) continue;
      // client.cc, gearman_server_client_free: of a job that waits it is the end, one that runs goes on.
      job.abandoned = true;
      if (job.state === JobState.waiting) abandonJob(table, job, at);
    }
    attached.clear();
  }
  table.left(server);
}
