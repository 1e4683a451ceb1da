/** Times as they stand in lines: UTC with nine decimals, as RFC 3339 has them. */

let lastSecond = -1;
let lastText = '';

/** Nearly all records share their second with the one before, so its text is kept. */
export function timestamp(seconds: number, nanoseconds: number): string {
  if (seconds !== lastSecond) {
    lastSecond = seconds;
    lastText = new Date(seconds * 1000).toISOString().slice(0, 20);
  }
  return `${lastText}${String(nanoseconds).padStart(9, '0')}Z`;
}

/** Nanoseconds from one moment to another; exact up to 104 days. */
export function nanosecondsBetween(
  fromSeconds: number,
  fromNanoseconds: number,
  seconds: number,
  nanoseconds: number,
): number {
  return (seconds - fromSeconds) * 1e9 + (nanoseconds - fromNanoseconds);
}

/** A duration for people: `36 us`, `0.36 ms`, `1.20 s`. */
export function durationText(nanoseconds: number): string {
  if (nanoseconds < 1e5) return `${Math.round(nanoseconds / 1e3)} us`;
  if (nanoseconds < 1e9) return `${(nanoseconds / 1e6).toFixed(2)} ms`;
  return `${(nanoseconds / 1e9).toFixed(2)} s`;
}
