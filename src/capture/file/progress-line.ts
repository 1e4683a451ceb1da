/**
 * The line that shows people how far the reading of a large file is. The reader runs in a thread of its
 * own and only reports numbers (read.ts, onProgress); this is the side that has the terminal.
 */

/** Files smaller than this are read before anyone wonders. */
const LARGE = 64 * 1024 * 1024;
/** ... or so it should be: after this many milliseconds any file gets a line. */
const LONG = 1000;
/** The least time between two lines, in milliseconds. */
const INTERVAL = 200;

const CLEAR_TO_END = '\x1b[K';

/** What there is to say, without control characters. */
export function renderProgress(
  bytes: number,
  total: number | undefined,
  elapsedMs: number,
  name?: string,
): string {
  const of = name === undefined ? '' : ` ${name}`;
  const rate = elapsedMs > 0 ? `, ${megabytes((bytes / elapsedMs) * 1000)}/s` : '';
  if (!total) return `reading${of}: ${megabytes(bytes)}${rate}`;
  const percent = Math.floor((Math.min(bytes, total) / total) * 100);
  return `reading${of}: ${percent} % of ${megabytes(total)}${rate}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

export interface ProgressPrinter {
  update(bytes: number, total: number | undefined): void;
  /** Takes the line away, if there is one. Call it before anything else is written to the terminal. */
  clear(): void;
}

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Writes nothing where `terminal` is not one. `now` is for tests. */
export function progressPrinter(
  terminal: Terminal = process.stderr,
  name?: string,
  now: () => number = () => performance.now(),
): ProgressPrinter {
  const begin = now();
  let last = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    update(bytes, total) {
      if (!terminal.isTTY) return;
      const time = now();
      const due = (total ?? 0) > LARGE || time - begin >= LONG;
      if (!due || time - last < INTERVAL) return;
      last = time;
      shown = true;
      // A line as wide as the terminal would wrap, and \r not lead back to its beginning.
      const line = renderProgress(bytes, total, time - begin, name).slice(0, (terminal.columns ?? 80) - 1);
      terminal.write(`\r${line}${CLEAR_TO_END}`);
    },
    clear() {
      if (shown) terminal.write(`\r${CLEAR_TO_END}`);
      shown = false;
    },
  };
}
