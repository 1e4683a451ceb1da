/** The lines of a batch one by one, with their level: for outputs that write it in their own way before each line. */
import type { Level } from '../records/record.js';
import { levelPrefix } from './journal.js';
import type { Batch, LineSinkFactory } from './line-sink.js';

/** Severities of syslog (RFC 5424, table 2), which are also the levels of sd-daemon(3). */
export const SEVERITY: Readonly<Record<Level, number>> = { error: 3, warn: 4, info: 6 };

const NEWLINE = 10;
/** pino writes the level first: the letter after this tells it. */
const BEFORE_LEVEL = '{"log":{"level":"'.length;
const BY_LETTER: Readonly<Record<number, Level>> = {
  101: 'error',
  119: 'warn',
};

/** @param take gets each line from `start` to its newline at `end` */
export function forEachLine(
  bytes: Uint8Array,
  take: (start: number, end: number, level: Level) => void,
): void {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) return;
    take(start, end, BY_LETTER[bytes[start + BEFORE_LEVEL]] ?? 'info');
    start = end + 1;
  }
}

/** Each line with its level before it, as journald has it. */
export function withLevelPrefixes(newSink: LineSinkFactory): LineSinkFactory {
  return (events) => {
    const sink = newSink(events);
    return { ...sink, write: (batch) => sink.write({ ...batch, bytes: prefixed(batch) }) };
  };
}

const PREFIX_BYTES = levelPrefix(SEVERITY.info).length;

function prefixed({ bytes, lines }: Batch): Uint8Array {
  const out = Buffer.allocUnsafeSlow(bytes.length + lines * PREFIX_BYTES);
  let at = 0;
  forEachLine(bytes, (start, end, level) => {
    at += out.write(levelPrefix(SEVERITY[level]), at, 'latin1');
    out.set(bytes.subarray(start, end + 1), at);
    at += end + 1 - start;
  });
  return out;
}
