/** Connections with calls that wait for their reply: those that wait too long are told of. */
import type { Moment } from '../protocol.js';
import type { Flow } from './flow.js';

/** Connections that are looked after with one packet, so that none costs much more than others. */
const AT_ONCE = 256;

export interface Waiting {
  /** A call waits in this connection. */
  add(flow: Flow): void;
  /** Looks after all of them once a second of packet time, or sooner: what is too long is told at most a quarter late. */
  tick(at: Moment): void;
}

/**
 * @param timeout milliseconds; 0: nothing is too long
 * @param lookAfter tells of what is overdue, and says whether anything waits still
 */
export function newWaiting(timeout: number, lookAfter: (flow: Flow, at: Moment) => boolean): Waiting {
  const flows = new Set<Flow>();
  let round: IterableIterator<Flow> | undefined;
  const every = Math.min(1000, timeout / 4);
  let turn = 0;
  return {
    add(flow) {
      if (timeout > 0) flows.add(flow);
    },
    tick(at) {
      if (round === undefined) {
        if (flows.size === 0) return;
        const now = Math.floor((at.seconds * 1000 + at.nanoseconds / 1e6) / every);
        if (now === turn) return;
        turn = now;
        round = flows.values();
      }
      for (let n = 0; n < AT_ONCE; n++) {
        const next = round.next();
        if (next.done === true) {
          round = undefined;
          return;
        }
        if (!lookAfter(next.value, at)) flows.delete(next.value);
      }
    },
  };
}
