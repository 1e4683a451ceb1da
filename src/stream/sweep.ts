/** Connections that wait for something, looked after once a second of packet time, a part of them at once. */
import type { Moment } from '../protocols/protocol.js';
import type { Flow } from './flow.js';

/** Connections that are looked after at once, so that a packet costs no more than so many. */
const AT_ONCE = 256;

export interface Sweep {
  /** It waits from now on. */
  add(flow: Flow): void;
  tick(at: Moment): void;
}

/** @param lookAfter returns whether the connection waits still */
export function newSweep(lookAfter: (flow: Flow, at: Moment) => boolean): Sweep {
  const waiting = new Set<Flow>();
  let round: IterableIterator<Flow> | undefined;
  let second = -1;
  return {
    add(flow) {
      waiting.add(flow);
    },
    tick(at) {
      if (round === undefined) {
        if (at.seconds === second) return;
        second = at.seconds;
        if (waiting.size === 0) return;
        round = waiting.values();
      }
      for (let n = 0; n < AT_ONCE; n++) {
        const next = round.next();
        if (next.done === true) {
          round = undefined;
          return;
        }
        if (!lookAfter(next.value, at)) waiting.delete(next.value);
      }
    },
  };
}
