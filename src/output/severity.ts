/** The level of each line of a batch, for outputs that mark lines with a syslog severity. */
import type { Level } from '../records/record.js';

/** Severities of syslog (RFC 5424, table 2), which are also the levels of sd-daemon(3). */
export const SEVERITY: Readonly<Record<Level, number>> = { error: 3, warn: 4, info: 6 };

const NEWLINE = 10;
/** pino writes the level first: the byte at this offset identifies it. */
const LEVEL_OFFSET = '{"log":{"level":"'.length;
const LEVEL_BY_INITIAL: Readonly<Record<number, Level>> = {
  101: 'error',
  119: 'warn',
};

/** @param visit gets each line: its first byte, the offset of its newline, and its level */
export function forEachLine(
  bytes: Uint8Array,
  visit: (start: number, end: number, level: Level) => void,
): void {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) return;
    visit(start, end, LEVEL_BY_INITIAL[bytes[start + LEVEL_OFFSET]] ?? 'info');
    start = end + 1;
  }
}
