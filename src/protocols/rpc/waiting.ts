/** Connections with calls that wait for their reply: those that wait too long are told of. */
import type { Moment } from '../protocol.js';
import type { Flow } from './flow.js';

/** Connections that are looked after with one packet, so that none costs much more than others. */
const AT_ONCE = 256;

export interface Waiting {
  /** A call waits in this connection. */
  add(flow: Flow): void;
  /** Looks after all of them once a second of packet time. */
  tick(at: Moment): void;
}

/**
 * @param timeout milliseconds; 0: nothing is too long
 * @param lookAfter tells of what is overdue, and says whether anything waits still
 */
export function newWaiting(timeout: number, lookAfter: (flow: Flow, at: Moment) => boolean): Waiting {
  const flows = new Set<Flow>();
  let round: IterableIterator<Flow> | undefined;
  let second = 0;
  return {
    add(flow) {
      if (timeout > 0) flows.add(flow);
    },
    tick(at) {
      if (round === undefined) {
        if (at.seconds === second || flows.size === 0) return;
        second = at.seconds;
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
