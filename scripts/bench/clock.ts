// The time of day, fine enough to say how late a line is.

/** Microseconds since the epoch. Date tells milliseconds, so its edges set the fine clock. */
export function newClock() {
  const first = Date.now();
  while (Date.now() === first);
  const offset = Date.now() * 1000 - performance.now() * 1000;
  return () => performance.now() * 1000 + offset;
}

/** Microseconds since the epoch of a line's @timestamp, which has nine decimals. */
export function timeOf(timestamp: string) {
  return Date.parse(`${timestamp.slice(0, 19)}Z`) * 1000 + Number(timestamp.slice(20, 29)) / 1000;
}
