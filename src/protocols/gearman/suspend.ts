/**
 * What is left of a connection when nothing is under way on it: of a worker that sleeps, what it can do. One object for
 * all of it: there may be tens of thousands of them.
 */
import { type SuspendedDecoder, ToClient, ToServer } from '../protocol.js';
import { type Flow, Phase, type Side, sideOf } from './connection.js';
import { NO_JOBS, type SuspendedJobs, suspendJobs } from './jobs/suspend.js';
import type { PairingRest } from './pairing.js';

export interface GearmanAsleep extends SuspendedDecoder, PairingRest, SuspendedJobs {
  readonly heardServer: boolean;
  readonly heardClient: boolean;
  readonly texted: boolean;
}

function isIdle({ phase, held, loss }: Side): boolean {
  return phase === Phase.boundary && held === 0 && loss === undefined;
}

export function asleep(flow: Flow, fromStart: boolean): GearmanAsleep | undefined {
  const toServer = sideOf(flow, ToServer);
  const toClient = sideOf(flow, ToClient);
  if (!isIdle(toServer) || !isIdle(toClient)) return undefined;
  if (flow.commands.length > 0 || flow.stray !== undefined) return undefined;
  const pairing = flow.pairing.rest();
  const jobs = flow.jobs === undefined ? NO_JOBS : suspendJobs(flow.jobs);
  if (pairing === undefined || jobs === undefined) return undefined;
  return {
    fromStart,
    heardServer: toClient.heard,
    heardClient: toServer.heard,
    texted: flow.texted,
    trusted: pairing.trusted,
    lastSeconds: pairing.lastSeconds,
    lastNanoseconds: pairing.lastNanoseconds,
    requests: pairing.requests,
    server: jobs.server,
    id: jobs.id,
    complete: jobs.complete,
    abilities: jobs.abilities,
  };
}

/** Goes on from there, with what was made anew. */
export function goOn(flow: Flow, from: GearmanAsleep): void {
  flow.texted = from.texted;
  sideOf(flow, ToServer).heard = from.heardClient;
  sideOf(flow, ToClient).heard = from.heardServer;
  for (const side of flow.sides) {
    side.phase = Phase.boundary;
    side.loss = undefined;
  }
}
