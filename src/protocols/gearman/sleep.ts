/** What is left of a connection when nothing is under way on it: of a worker that sleeps, what it can do. */
import type { Asleep } from '../protocol.js';
import { type Flow, Phase, type Side } from './flow.js';
import { type JobsRest, jobsRest } from './jobs/rest.js';
import type { PairingRest } from './pairing.js';

export interface GearmanAsleep extends Asleep {
  readonly heardServer: boolean;
  readonly heardClient: boolean;
  readonly texted: boolean;
  readonly pairing: PairingRest;
  /** undefined: jobs are not followed. */
  readonly jobs: JobsRest | undefined;
}

function isIdle({ phase, held, loss }: Side): boolean {
  return phase === Phase.boundary && held === 0 && loss === undefined;
}

export function asleep(flow: Flow, fromStart: boolean): GearmanAsleep | undefined {
  const [toServer, toClient] = flow.sides;
  if (!isIdle(toServer) || !isIdle(toClient)) return undefined;
  if (flow.commands.length > 0 || flow.stray !== undefined) return undefined;
  const pairing = flow.pairing.rest();
  const jobs = flow.jobs && jobsRest(flow.jobs);
  if (pairing === undefined || (flow.jobs !== undefined && jobs === undefined)) return undefined;
  const { texted } = flow;
  return { fromStart, heardServer: toClient.heard, heardClient: toServer.heard, texted, pairing, jobs };
}

/** Goes on from there, with what was made anew. */
export function goOn(flow: Flow, from: GearmanAsleep): void {
  flow.texted = from.texted;
  const [toServer, toClient] = flow.sides;
  toServer.heard = from.heardClient;
  toClient.heard = from.heardServer;
  for (const side of flow.sides) {
    side.phase = Phase.boundary;
    side.loss = undefined;
  }
}
