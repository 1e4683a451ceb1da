// The time of day in microseconds, for latencies of lines.

/** A clock in microseconds since the epoch. Date has milliseconds only, so its edges calibrate performance.now(). */
export function newClock() {
  const first = Date.now();
  while (Date.now() === first);
  const offset = Date.now() * 1000 - performance.now() * 1000;
  return () => performance.now() * 1000 + offset;
}

/** Microseconds since the epoch of an @timestamp with nine decimals. */
export function timeOf(timestamp: string) {
  return Date.parse(`${timestamp.slice(0, 19)}Z`) * 1000 + Number(timestamp.slice(20, 29)) / 1000;
}
