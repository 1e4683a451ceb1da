/** What the program has to say of itself: on stderr, so that stdout carries records only. */
import { fstatSync, writeSync } from 'node:fs';
import { type Logger, pino } from 'pino';
import type { LogLevel } from '../config/options.js';
import type { UserError } from '../config/user-error.js';
import { isJournal, levelPrefix } from '../output/journal.js';

/** Bytes that wait for who reads standard error; what comes then is not said. */
const MOST_WAITING = 1 << 20;

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
  const write = newWrite();
  if (!isJournal(2)) return pino({ name: 'wiretail', level }, { write });
  const prefixed = (line: string) => {
    const of = Number(LEVEL.exec(line)?.[1]);
    const [, severity] = SEVERITIES.find(([least]) => of >= least) ?? [0, ERROR];
    write(levelPrefix(severity) + line);
  };
  return pino({ name: 'wiretail', level }, { write: prefixed });
}

/** Writes to standard error. Whoever reads it is not waited for, and no fault of it is the run's. */
function newWrite(): (line: string) => void {
  const { stderr } = process;
  const kind = fstatSync(2);
  if (kind.isFIFO() || kind.isSocket()) {
    // One that pauses, be it the same that standard output has, would stop the main thread, and with it every output.
    // Node's own stream does not wait.
    stderr.on('error', () => {});
    return (line) => {
      if (stderr.writableLength < MOST_WAITING) stderr.write(line);
    };
  }
  return (line) => {
    try {
      writeSync(2, line);
    } catch {}
  };
}

/** A mistake of the user, in one line. @returns the exit code */
export function printUsageError({ message }: UserError): number {
  printError(message.replaceAll('\n', ' '));
  return 2;
}

/** The last words of a program that ends: a line, or the lines of an error's stack. */
export function printError(text: string): void {
  const prefix = isJournal(2) ? levelPrefix(ERROR) : '';
  process.stderr.write(`${`wiretail: ${text}`.replaceAll(/^/gm, prefix)}\n`);
}
