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

/** A moment as it is kept: the numbers of the packet that made it. */
interface Instant {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Nanoseconds from a kept moment to `to`; exact up to 104 days. */
export function nanosecondsBetween(seconds: number, nanoseconds: number, to: Instant): number {
  return (to.seconds - seconds) * 1_000_000_000 + (to.nanoseconds - nanoseconds);
}
