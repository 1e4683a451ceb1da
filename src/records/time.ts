/** Times as they stand in lines: UTC with nine decimals, as RFC 3339 has them. */
import type { Timestamp } from '../packet/timestamp.js';

let lastSecond = -1;
let lastText = '';

/** What a thread's times are called outside; undefined: as they are. */
let wall: ((seconds: number, nanoseconds: number) => Timestamp) | undefined;

/**
 * From here on this thread keeps times that no setting of the clock changes (clock/packet-clock.ts), and writes
 * the time of day that `toWall` makes of them.
 */
export function convertTimestampsWith(toWall: (seconds: number, nanoseconds: number) => Timestamp): void {
  wall = toWall;
}

/** The time of day of a kept moment. */
export function wallTime(at: Timestamp): Timestamp {
  return wall === undefined ? at : wall(at.seconds, at.nanoseconds);
}

/** A second as text, with the point before its fraction. Nearly all records share it with the one before, so it is kept. */
export function formatSecond(second: number): string {
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = new Date(second * 1000).toISOString().slice(0, 20);
  }
  return lastText;
}

/** The time of day of a kept moment, as text. */
export function formatTimestamp(seconds: number, nanoseconds: number): string {
  const at = wallTime({ seconds, nanoseconds });
  return `${formatSecond(at.seconds)}${String(at.nanoseconds).padStart(9, '0')}Z`;
}
