/** The effects of lost bytes, and of the end of a connection, on its jobs. */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import { acceptCompletionsBefore, removeAbilities } from './assignments.js';
import { abandonJob } from './lifecycle.js';
import { type JobConnection, JobState } from './model.js';

/** Bytes of the server were lost, perhaps with a refusal or an assignment. */
export function onResponsesLost(connection: JobConnection): void {
  connection.sawAllResponses = false;
  acceptCompletionsBefore(connection, 0);
}

/** Bytes of the worker were lost, perhaps with completions. */
export function onRequestsLost(connection: JobConnection): void {
  for (const job of connection.assigned) job.endMayBeLost = true;
}

/** @param isClosed false: only the decoding of the connection ends */
export function onClose(connection: JobConnection, isClosed: boolean, at: PacketTimestamp): void {
  const { table, submissions, server, attached, assigned } = connection;
  acceptCompletionsBefore(connection, 0);
  for (const job of submissions.values()) if (job.state === JobState.submitted) table.remove(job);
  submissions.clear();
  if (!isClosed) {
    for (const job of assigned) job.runner = undefined;
    assigned.clear();
  }
  removeAbilities(connection, undefined, at);
  if (isClosed) {
    for (const job of attached) {
      job.clients.delete(connection);
      if (job.clients.size > 0) continue;
      // client.cc, gearman_server_client_free: a waiting job is dropped, a running one continues.
      job.abandoned = true;
      if (job.state === JobState.waiting) abandonJob(table, job, at);
    }
    attached.clear();
  }
  table.releaseServer(server);
}
