/**
 * Compares the system clock with the monotonic clock, to find steps of the former and pauses of the process. Linux slews
 * CLOCK_MONOTONIC as it does CLOCK_REALTIME, so the two part only where the latter steps (clock_gettime(2), adjtimex(2)),
 * a leap second included.
 */
import { monotonic } from './health.js';

/** Milliseconds. */
export interface Clocks {
  /** The system clock, since the epoch. */
  readonly wall: number;
  /** monotonic() */
  readonly steady: number;
  /** The thread was not interrupted between the two readings. */
  readonly isConsistent: boolean;
}

/** Smaller steps are not noticed until they add up to this: the system clock is read in milliseconds. */
export const STEP_MS = 100;
/** A thread that is not scheduled for this long was paused. */
const PAUSE_MS = 2000;

export function readClocks(): Clocks {
  const before = monotonic();
  const wall = Date.now();
  const steady = monotonic();
  return { wall, steady, isConsistent: steady - before < 1 };
}

export interface ClockEvent {
  readonly action: 'clock_step' | 'paused';
  /** Of a step, negative: the clock was set back. */
  readonly milliseconds: number;
}

export class ClockWatch {
  private readonly read: () => Clocks;
  private last: Clocks;
  /** By how much the system clock is ahead of the monotonic one. */
  private ahead: number;
  private steps = 0;
  private pauses = 0;

  constructor(read: () => Clocks = readClocks) {
    this.read = read;
    this.last = read();
    this.ahead = this.last.wall - this.last.steady;
  }

  /** To be called several times a second. @returns what has happened since the last call */
  check(): ClockEvent[] {
    const events: ClockEvent[] = [];
    const now = this.read();
    const elapsed = now.steady - this.last.steady;
    this.last = now;
    if (elapsed >= PAUSE_MS) {
      this.pauses++;
      events.push({ action: 'paused', milliseconds: elapsed });
    }
    const step = now.wall - now.steady - this.ahead;
    if (now.isConsistent && Math.abs(step) >= STEP_MS) {
      this.ahead += step;
      this.steps++;
      events.push({ action: 'clock_step', milliseconds: step });
    }
    return events;
  }

  counts(): { readonly steps: number; readonly pauses: number } {
    return { steps: this.steps, pauses: this.pauses };
  }
}
