/** Times as records show them: UTC with nine decimals (RFC 3339). */
import type { Timestamp } from '../packet/timestamp.js';

let lastSecond = -1;
let lastText = '';

/** The text of a second up to and including the decimal point; the last one is cached, since most records share it. */
export function formatSecond(second: number): string {
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = new Date(second * 1000).toISOString().slice(0, 20);
  }
  return lastText;
}

/** @param at a time of day */
export function formatTimestamp({ seconds, nanoseconds }: Timestamp): string {
  return `${formatSecond(seconds)}${String(nanoseconds).padStart(9, '0')}Z`;
}
