/** Standard output or error that systemd's journal reads: it takes a line's level from a prefix. */
import { fstatSync } from 'node:fs';
import type { Batch, LineSinkFactory } from './line-sink.js';
import { forEachLine, SEVERITY } from './severity.js';

/** systemd.exec(5): JOURNAL_STREAM holds the device and inode of the journal's socket. */
export function isJournal(fd: 1 | 2): boolean {
  const { JOURNAL_STREAM: journal } = process.env;
  if (journal === undefined) return false;
  const { dev, ino } = fstatSync(fd);
  return journal === `${dev}:${ino}`;
}

/** The prefix of sd-daemon(3), which journald removes. @param severity of syslog */
export function levelPrefix(severity: number): string {
  return `<${severity}>`;
}

const PREFIX_BYTES = levelPrefix(SEVERITY.info).length;

/** Prefixes each line with its level. */
export function withLevelPrefixes(newSink: LineSinkFactory): LineSinkFactory {
  return (events) => {
    const sink = newSink(events);
    return {
      name: sink.name,
      write: (batch) => sink.write({ ...batch, bytes: prefixed(batch) }),
      isUp: () => sink.isUp(),
      close: () => sink.close(),
    };
  };
}

function prefixed({ bytes, lines }: Batch): Uint8Array {
  const out = Buffer.allocUnsafeSlow(bytes.length + lines * PREFIX_BYTES);
  let pos = 0;
  forEachLine(bytes, (start, end, level) => {
    pos += out.write(levelPrefix(SEVERITY[level]), pos, 'latin1');
    out.set(bytes.subarray(start, end + 1), pos);
    pos += end + 1 - start;
  });
  return out;
}
