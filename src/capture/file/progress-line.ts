/** The progress line on the terminal while a large file is read. The reader's thread reports numbers only (onProgress). */

/** Files larger than this have a progress line from the start. */
const LARGE_FILE = 64 * 1024 * 1024;
/** The delay before the progress line of other files. */
const DELAY_MS = 1000;
const INTERVAL_MS = 200;

const CLEAR_TO_END = '\x1b[K';

/** The line's text, without control characters. */
export function renderProgress(
  bytes: number,
  total: number | undefined,
  elapsedMs: number,
  name?: string,
): string {
  const file = name === undefined ? '' : ` ${name}`;
  const rate = elapsedMs > 0 ? `, ${megabytes((bytes / elapsedMs) * 1000)}/s` : '';
  if (!total) return `reading${file}: ${megabytes(bytes)}${rate}`;
  const percent = Math.floor((Math.min(bytes, total) / total) * 100);
  return `reading${file}: ${percent} % of ${megabytes(total)}${rate}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

export interface ProgressPrinter {
  update(bytes: number, total: number | undefined): void;
  /** Removes the line, if there is one. To be called before anything else is written to the terminal. */
  clear(): void;
}

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Writes nothing if `terminal` is not a TTY. @param now for tests */
export function progressPrinter(
  terminal: Terminal = process.stderr,
  name?: string,
  now: () => number = () => performance.now(),
): ProgressPrinter {
  const started = now();
  let last = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    update(bytes, total) {
      if (!terminal.isTTY) return;
      const time = now();
      const due = (total ?? 0) > LARGE_FILE || time - started >= DELAY_MS;
      if (!due || time - last < INTERVAL_MS) return;
      last = time;
      shown = true;
      // A line as wide as the terminal would wrap, and \r would not return to its start.
      const line = renderProgress(bytes, total, time - started, name).slice(0, (terminal.columns ?? 80) - 1);
      terminal.write(`\r${line}${CLEAR_TO_END}`);
    },
    clear() {
      if (shown) terminal.write(`\r${CLEAR_TO_END}`);
      shown = false;
    },
  };
}
