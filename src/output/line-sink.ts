/**
 * What an output is: a queue of batches with a limit, and behind it a sink, which takes one batch at a time. The
 * queue counts and drops; the sink knows how to write, and tries again by itself when it can't.
 */
import type { Rotation } from '../config/output-options.js';

/** Whole lines, which several outputs may hold at once. */
export interface Batch {
  readonly bytes: Uint8Array;
  readonly lines: number;
}

/** What an output has to say of itself: logged, and a line of its own. */
export interface OutputEvent {
  readonly action: 'output_failed' | 'output_dropping' | 'output_recovered' | 'output_completed';
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly output: string;
  readonly error?: string;
  readonly dropped?: number;
}

/** What a sink tells its queue. */
export interface SinkEvents {
  /** The batch in hand is done with; so many of its lines were lost. */
  acknowledged(lost: number): void;
  /** It can't write now; it tries again by itself, and keeps the batch in hand. */
  failed(error: Error): void;
  /** It will never write again. */
  dead(error: NodeJS.ErrnoException): void;
  /** A file was opened anew. */
  reopened(): void;
  /** What it found ended in half a line, which now is a line of its own. */
  partialLineEnded(): void;
}

export interface LineSink {
  readonly name: string;
  /** Takes a batch; `done` follows before the next. */
  write(batch: Batch): void;
  /** Its file anew, for who renamed it. */
  reopen?(): void;
  /** Its file is rotated so from here on. */
  setRotation?(rotation: Rotation | undefined): void;
  /** Writes are going on, or would: false while it tries again. */
  isUp(): boolean;
  /** No batch follows: closes what it has, and resolves when that is done. */
  close(): Promise<void>;
}

/** A sink that is not told yet whom it works for. */
export type LineSinkFactory = (events: SinkEvents) => LineSink;

/** Waits before another try, in milliseconds: twice as long each time. */
export interface Backoff {
  next(): number;
  reset(): void;
}

const FIRST_MS = 100;
const LONGEST_MS = 30000;

export function newBackoff(): Backoff {
  let wait = FIRST_MS;
  return {
    next() {
      const now = wait;
      wait = Math.min(LONGEST_MS, wait * 2);
      return now;
    },
    reset() {
      wait = FIRST_MS;
    },
  };
}
