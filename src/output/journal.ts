/** Whether journald reads what is written, and how a line tells it a level. */
import { fstatSync } from 'node:fs';

/** systemd.exec(5): device and inode of the journal's socket, where it is standard output or error. */
export function isJournal(fd: 1 | 2): boolean {
  const { JOURNAL_STREAM: journal } = process.env;
  if (journal === undefined) return false;
  const { dev, ino } = fstatSync(fd);
  return journal === `${dev}:${ino}`;
}

/** sd-daemon(3): journald takes it off again. @param severity of syslog */
export function levelPrefix(severity: number): string {
  return `<${severity}>`;
}
