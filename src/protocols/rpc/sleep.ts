/** What is left of a connection when nothing is under way on it. */
import type { Asleep } from '../protocol.js';
import { type Flow, Phase, type Side } from './flow.js';

export interface RpcAsleep extends Asleep {
  readonly otherNumbers: boolean;
  readonly blind: boolean;
  /** What Describer.asleep() gave. */
  readonly describer: object;
  readonly toServer: RestOfSide;
  readonly toClient: RestOfSide;
}

type RestOfSide = Pick<Side, 'seen' | 'lastCall' | 'lastReply' | 'unread'>;

/** Of a side on which no more was seen than a connection has to begin with, there is one for all. */
const Unseen: RestOfSide = { seen: false, lastCall: -1, lastReply: -1, unread: 0 };

function restOf({ seen, lastCall, lastReply, unread }: Side): RestOfSide {
  return seen ? { seen, lastCall, lastReply, unread } : Unseen;
}

function isIdle(side: Side): boolean {
  return (
    side.phase === Phase.boundary &&
    side.need === 0 &&
    side.held === 0 &&
    side.rest === 0 &&
    side.pending === undefined &&
    side.fragments === undefined &&
    side.loss === undefined &&
    side.doubted === undefined &&
    (side.seen || side.unread === 0) &&
    side.calls.empty()
  );
}

export function asleep(flow: Flow, fromStart: boolean): RpcAsleep | undefined {
  const [a, b] = flow.sides;
  if (!isIdle(a) || !isIdle(b)) return undefined;
  const describer = flow.describer.asleep?.();
  if (describer === undefined) return undefined;
  const { otherNumbers, blind } = flow;
  return { fromStart, otherNumbers, blind, describer, toServer: restOf(a), toClient: restOf(b) };
}

/** Goes on from there, with what was made anew. */
export function goOn(flow: Flow, from: RpcAsleep): void {
  flow.otherNumbers = from.otherNumbers;
  flow.blind = from.blind;
  for (const [index, rest] of [from.toServer, from.toClient].entries()) {
    const side = flow.sides[index];
    Object.assign(side, rest);
    side.phase = Phase.boundary;
    side.loss = undefined;
  }
}
