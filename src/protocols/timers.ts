/**
 * What waits for something is looked after now and then: by packet time, and a part of it with each packet, so that none
 * costs much more than others.
 */
import type { PacketTimestamp } from '../packet/timestamp.js';

/** So many are looked after with one packet. */
const BATCH_SIZE = 256;
const SECOND_MS = 1000;

/** Those that wait, as a Set or Map has them. */
export interface TimerSet<T> {
  readonly size: number;
  values(): Iterator<T>;
}

/** Milliseconds between two rounds where nothing may wait longer than `limit`: what does is found a quarter late at most. */
export function sweepInterval(limit: number): number {
  return Math.min(SECOND_MS, limit / 4);
}

/**
 * @param every milliseconds from a round to the next
 * @returns to be called with each packet
 */
export function newTimerSweep<T>(
  waiting: TimerSet<T>,
  lookAfter: (one: T, at: PacketTimestamp) => void,
  every = SECOND_MS,
): (at: PacketTimestamp) => void {
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
    for (let n = 0; n < BATCH_SIZE; n++) {
      const next = round.next();
      if (next.done === true) {
        round = undefined;
        return;
      }
      lookAfter(next.value, at);
    }
  };
}

export interface TimerList<T> {
  /** It waits from now on. */
  add(one: T): void;
  /** It waits no more. */
  remove(one: T): void;
  tick(at: PacketTimestamp): void;
}

/** @param waits looks after one, and says whether it waits still */
export function newTimerList<T>(
  waits: (one: T, at: PacketTimestamp) => boolean,
  every = SECOND_MS,
): TimerList<T> {
  const all = new Set<T>();
  const lookAfter = (one: T, at: PacketTimestamp) => {
    if (!waits(one, at)) all.delete(one);
  };
  return {
    add(one) {
      all.add(one);
    },
    remove(one) {
      all.delete(one);
    },
    tick: newTimerSweep(all, lookAfter, every),
  };
}
