/** Timestamps for packets in cap's callback: wall-clock nanoseconds, finer than Date.now(). */

/** How often the offset to the wall clock is checked, and the drift from which on it is corrected. */
const CHECK_NS = 1_000_000_000n;
const MAX_DRIFT_NS = 2_000_000n;

/** The wall clock minus hrtime, which has an arbitrary origin but never steps. */
let offset = wallClockAtStart() - process.hrtime.bigint();
let checkDue = 0n;

/** Nanoseconds since the epoch. */
export function wallClock(): bigint {
  const monotonic = process.hrtime.bigint();
  if (monotonic >= checkDue) {
    checkDue = monotonic + CHECK_NS;
    // Date.now() has a resolution of 1 ms. A smaller difference keeps the offset, so that timestamps do not jitter.
    const current = BigInt(Date.now()) * 1_000_000n - monotonic;
    const drift = current > offset ? current - offset : offset - current;
    if (drift > MAX_DRIFT_NS) offset = current;
  }
  return monotonic + offset;
}

/** The wall clock in nanoseconds, with a resolution of 1 us. */
function wallClockAtStart(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
}
