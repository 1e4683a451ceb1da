/** The program's own diagnostics, on stderr: stdout carries records only. */
import { fstatSync, writeSync } from 'node:fs';
import { type Logger, pino } from 'pino';
import type { LogLevel } from '../config/options.js';
import type { UserError } from '../config/user-error.js';
import { isJournal, levelPrefix } from '../output/journal.js';

/** Bytes queued for a reader of stderr that does not read; further diagnostics are dropped. */
const MAX_QUEUED = 1 << 20;

const STDERR = 2;

/** Priorities of sd-daemon(3) by pino's levels, the highest level first. */
const PRIORITY_ERROR = 3;
const PRIORITIES = [
  [60, 2],
  [50, PRIORITY_ERROR],
  [40, 4],
  [30, 6],
  [0, 7],
] as const;

/** pino writes the level first. */
const LEVEL = /^\{"level":(\d+)/;

export function newDiagnostics(level: LogLevel): Logger {
  const write = stderrWriter();
  if (!isJournal(STDERR)) return pino({ name: 'wiretail', level }, { write });
  const writeWithPriority = (line: string) => {
    const lineLevel = Number(LEVEL.exec(line)?.[1]);
    const [, priority] = PRIORITIES.find(([min]) => lineLevel >= min) ?? [0, PRIORITY_ERROR];
    write(levelPrefix(priority) + line);
  };
  return pino({ name: 'wiretail', level }, { write: writeWithPriority });
}

/** Writes to stderr without waiting for its reader. A failed write does not affect the run. */
function stderrWriter(): (line: string) => void {
  const { stderr } = process;
  const stats = fstatSync(STDERR);
  if (stats.isFIFO() || stats.isSocket()) {
    // A blocking write to a reader that pauses would stop the main thread, and with it every output. Node's own stream
    // does not block.
    stderr.on('error', () => {});
    return (line) => {
      if (stderr.writableLength < MAX_QUEUED) stderr.write(line);
    };
  }
  return (line) => {
    try {
      writeSync(STDERR, line);
    } catch {}
  };
}

/** Prints a usage error in one line. @returns the exit code */
export function printUsageError({ message }: UserError): number {
  printError(message.replaceAll('\n', ' '));
  return 2;
}

/** Prints the error that ends the program: a line, or the lines of a stack trace. */
export function printError(text: string): void {
  const prefix = isJournal(STDERR) ? levelPrefix(PRIORITY_ERROR) : '';
  process.stderr.write(`${`wiretail: ${text}`.replaceAll(/^/gm, prefix)}\n`);
}
