/** The time of a packet in cap's callback: wall-clock nanoseconds, finer than Date.now(). */

/** What the wall clock is ahead of hrtime, which counts from an unknown start but never steps. */
let ahead = microseconds() * 1000n - process.hrtime.bigint();
let due = 0n;

/** How often the two are compared, and how far they may drift apart before the wall clock is believed. */
const COMPARE_NS = 1_000_000_000n;
const DRIFT_NS = 2_000_000n;

/** Nanoseconds since the epoch. */
export function wallClock(): bigint {
  const monotonic = process.hrtime.bigint();
  if (monotonic >= due) {
    due = monotonic + COMPARE_NS;
    // Date.now() has milliseconds only: within that, what was is kept, so that time does not jitter.
    const wall = BigInt(Date.now()) * 1_000_000n - monotonic;
    const apart = wall > ahead ? wall - ahead : ahead - wall;
    if (apart > DRIFT_NS) ahead = wall;
  }
  return monotonic + ahead;
}

/** The wall clock as it was when the process began, and the time since: finer than Date.now(). */
function microseconds(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000));
}
