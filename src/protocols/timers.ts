/** Timer sweeps by packet time: each packet checks a batch of the waiting items, which bounds its cost. */
import type { PacketTimestamp } from '../packet/timestamp.js';

/** Items that are checked with one packet. */
const BATCH_SIZE = 256;
const SECOND_MS = 1000;

/** The waiting items; a Set or a Map fits. */
export interface TimerSet<T> {
  readonly size: number;
  values(): Iterator<T>;
}

/** Milliseconds between two sweeps: a timeout is noticed at most a quarter of `limit` late. */
export function sweepInterval(limit: number): number {
  return Math.min(SECOND_MS, limit / 4);
}

/**
 * @param interval milliseconds between two sweeps
 * @returns a function to be called with each packet
 */
export function newTimerSweep<T>(
  waiting: TimerSet<T>,
  check: (item: T, at: PacketTimestamp) => void,
  interval = SECOND_MS,
): (at: PacketTimestamp) => void {
  let sweep: Iterator<T> | undefined;
  let lastInterval = -1;
  return (at) => {
    if (sweep === undefined) {
      if (waiting.size === 0) return;
      const current = Math.floor((at.seconds * 1000 + at.nanoseconds / 1e6) / interval);
      if (current === lastInterval) return;
      lastInterval = current;
      sweep = waiting.values();
    }
    for (let n = 0; n < BATCH_SIZE; n++) {
      const next = sweep.next();
      if (next.done === true) {
        sweep = undefined;
        return;
      }
      check(next.value, at);
    }
  };
}

/** A set of items that are checked in each sweep until they stop waiting. */
export interface TimerList<T> {
  add(item: T): void;
  remove(item: T): void;
  tick(at: PacketTimestamp): void;
}

/** @param stillWaits checks an item; false removes it */
export function newTimerList<T>(
  stillWaits: (item: T, at: PacketTimestamp) => boolean,
  interval = SECOND_MS,
): TimerList<T> {
  const items = new Set<T>();
  const check = (item: T, at: PacketTimestamp) => {
    if (!stillWaits(item, at)) items.delete(item);
  };
  return {
    add(item) {
      items.add(item);
    },
    remove(item) {
      items.delete(item);
    },
    tick: newTimerSweep(items, check, interval),
  };
}
