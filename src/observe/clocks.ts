/**
 * The time of day beside the clock that nobody can set: by how much the first was set, and how long the process did
 * not run. Linux's CLOCK_MONOTONIC is slewed as CLOCK_REALTIME is, so that they part only where the latter steps
 * (clock_gettime(2), adjtimex(2)), a leap second included.
 */
import { monotonic } from './health.js';

/** Milliseconds. */
export interface Clocks {
  /** The time of day, since the epoch. */
  readonly wall: number;
  /** monotonic() */
  readonly steady: number;
  /** Both were read at once: the thread did not rest in between. */
  readonly sure: boolean;
}

/** Steps of less are not noticed until they sum up to it: the time of day is read in milliseconds. */
export const STEP_MS = 100;
/** A thread that does not come back from its rest for so long did not run. */
const PAUSE_MS = 2000;

export function readClocks(): Clocks {
  const before = monotonic();
  const wall = Date.now();
  const steady = monotonic();
  return { wall, steady, sure: steady - before < 1 };
}

export interface ClockEvent {
  readonly action: 'clock_step' | 'paused';
  /** Negative: the clock was set back. */
  readonly milliseconds: number;
}

export interface ClockWatch {
  /** To be called a few times a second. */
  check(): ClockEvent[];
  /** So many so far. */
  counts(): { readonly steps: number; readonly pauses: number };
}

export function newClockWatch(read: () => Clocks = readClocks): ClockWatch {
  let last = read();
  let ahead = last.wall - last.steady;
  let steps = 0;
  let pauses = 0;
  return {
    check() {
      const events: ClockEvent[] = [];
      const now = read();
      const rest = now.steady - last.steady;
      last = now;
      if (rest >= PAUSE_MS) {
        pauses++;
        events.push({ action: 'paused', milliseconds: rest });
      }
      const step = now.wall - now.steady - ahead;
      if (now.sure && Math.abs(step) >= STEP_MS) {
        ahead += step;
        steps++;
        events.push({ action: 'clock_step', milliseconds: step });
      }
      return events;
    },
    counts: () => ({ steps, pauses }),
  };
}
