/** What the program has to say of itself: on stderr, so that stdout carries records only. */
import { type Logger, pino } from 'pino';
import type { LogLevel } from '../config/options.js';
import { isJournal, levelPrefix } from '../output/journal.js';

const ERROR = 3;
/** pino's levels, the highest first, as those of sd-daemon(3). */
const SEVERITIES = [
  [60, 2],
  [50, ERROR],
  [40, 4],
  [30, 6],
  [0, 7],
] as const;

/** pino writes the level first. */
const LEVEL = /^\{"level":(\d+)/;

export function newDiagnostics(level: LogLevel): Logger {
  const stderr = pino.destination({ fd: 2, sync: true });
  if (!isJournal(2)) return pino({ name: 'wiretail', level }, stderr);
  const prefixed = {
    write(line: string) {
      const of = Number(LEVEL.exec(line)?.[1]);
      const [, severity] = SEVERITIES.find(([least]) => of >= least) ?? [0, ERROR];
      stderr.write(levelPrefix(severity) + line);
    },
  };
  return pino({ name: 'wiretail', level }, prefixed);
}

/** The last words of a program that ends: a line, or the lines of an error's stack. */
export function sayError(text: string): void {
  const prefix = isJournal(2) ? levelPrefix(ERROR) : '';
  process.stderr.write(`${`wiretail: ${text}`.replaceAll(/^/gm, prefix)}\n`);
}
