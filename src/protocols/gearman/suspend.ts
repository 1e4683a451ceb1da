/**
 * The state of an idle connection, and the abilities of a sleeping worker, as a single small object: there may be tens
 * of thousands of them.
 */
import { isAtRest, restoreAtRest } from '../framing/suspend.js';
import { type SuspendedDecoder, ToClient, ToServer } from '../protocol.js';
import type { Flow } from './connection.js';
import { NO_JOBS, type SuspendedJobs, suspendJobs } from './jobs/suspend.js';
import type { SuspendedPairing } from './pairing.js';

export interface SuspendedGearman extends SuspendedDecoder, SuspendedPairing, SuspendedJobs {
  readonly serverSeen: boolean;
  readonly clientSeen: boolean;
  readonly inTextMode: boolean;
}

/** undefined: a message, request or job is in progress. */
export function suspendFlow(flow: Flow, fromStart: boolean): SuspendedGearman | undefined {
  const toServer = flow.sides[ToServer];
  const toClient = flow.sides[ToClient];
  if (!isAtRest(toServer) || !isAtRest(toClient)) return undefined;
  if (flow.commands.length > 0 || flow.orphanResponse !== undefined) return undefined;
  const pairing = flow.pairing.suspend();
  const jobs = flow.jobs === undefined ? NO_JOBS : suspendJobs(flow.jobs);
  if (pairing === undefined || jobs === undefined) return undefined;
  return {
    fromStart,
    serverSeen: toClient.seen,
    clientSeen: toServer.seen,
    inTextMode: flow.inTextMode,
    trusted: pairing.trusted,
    lastSeconds: pairing.lastSeconds,
    lastNanoseconds: pairing.lastNanoseconds,
    requests: pairing.requests,
    server: jobs.server,
    id: jobs.id,
    sawAllResponses: jobs.sawAllResponses,
    abilities: jobs.abilities,
  };
}

/** Restores the state in a new flow. */
export function restoreFlow(flow: Flow, from: SuspendedGearman): void {
  flow.inTextMode = from.inTextMode;
  flow.sides[ToServer].seen = from.clientSeen;
  flow.sides[ToClient].seen = from.serverSeen;
  for (const side of flow.sides) restoreAtRest(side);
}
