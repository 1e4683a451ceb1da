/**
 * What waits for something is looked after now and then: by packet time, and a part of it with each packet, so that none
 * costs much more than others.
 */
import type { Moment } from './protocol.js';

/** So many are looked after with one packet. */
const AT_ONCE = 256;
const SECOND_MS = 1000;

/** Those that wait, as a Set or Map has them. */
export interface Waiting<T> {
  readonly size: number;
  values(): Iterator<T>;
}

/** Milliseconds between two rounds where nothing may wait longer than `limit`: what does is found a quarter late at most. */
export function betweenRounds(limit: number): number {
  return Math.min(SECOND_MS, limit / 4);
}

/**
 * @param every milliseconds from a round to the next
 * @returns to be called with each packet
 */
export function newRounds<T>(
  waiting: Waiting<T>,
  lookAfter: (one: T, at: Moment) => void,
  every = SECOND_MS,
): (at: Moment) => void {
  let round: Iterator<T> | undefined;
  let last = -1;
  return (at) => {
    if (round === undefined) {
      if (waiting.size === 0) return;
      const now = Math.floor((at.seconds * 1000 + at.nanoseconds / 1e6) / every);
      if (now === last) return;
      last = now;
      round = waiting.values();
    }
    for (let n = 0; n < AT_ONCE; n++) {
      const next = round.next();
      if (next.done === true) {
        round = undefined;
        return;
      }
      lookAfter(next.value, at);
    }
  };
}

export interface WaitingList<T> {
  /** It waits from now on. */
  add(one: T): void;
  /** It waits no more. */
  remove(one: T): void;
  tick(at: Moment): void;
}

/** @param waits looks after one, and says whether it waits still */
export function newWaitingList<T>(waits: (one: T, at: Moment) => boolean, every = SECOND_MS): WaitingList<T> {
  const all = new Set<T>();
  const lookAfter = (one: T, at: Moment) => {
    if (!waits(one, at)) all.delete(one);
  };
  return {
    add(one) {
      all.add(one);
    },
    remove(one) {
      all.delete(one);
    },
    tick: newRounds(all, lookAfter, every),
  };
}
