/**
 * The two halves of an output: a bounded queue of batches (output-queue.ts), and a sink that writes one batch at a time.
 * The queue counts and drops. The sink knows how to write, and retries by itself.
 */
import type { Rotation } from '../config/output-options.js';

/** Whole lines. Several outputs may hold the same batch. */
export interface Batch {
  readonly bytes: Uint8Array;
  readonly lines: number;
}

/** A change in an output's condition: logged, and written as a `wiretail.anomaly` line. */
export interface OutputEvent {
  readonly action: 'output_failed' | 'output_dropping' | 'output_recovered' | 'output_completed';
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly output: string;
  readonly error?: string;
  readonly dropped?: number;
}

/** What a sink reports to its queue. */
export interface SinkEvents {
  /** The batch in hand is written, except for `lost` of its lines. */
  acknowledged(lost: number): void;
  /** Writing fails for now: the sink keeps the batch in hand and retries by itself. */
  failed(error: Error): void;
  /** The sink will never write again. */
  dead(error: NodeJS.ErrnoException): void;
  /** A file was reopened. */
  reopened(): void;
  /** An existing file ended in a partial line; the sink terminated it. */
  partialLineEnded(): void;
}

export interface LineSink {
  readonly name: string;
  /** Takes a batch. `acknowledged` follows before the next. */
  write(batch: Batch): void;
  /** Reopens its file by name, after somebody renamed it. */
  reopen?(): void;
  setRotation?(rotation: Rotation | undefined): void;
  /** False while it retries after a failure. */
  isUp(): boolean;
  /** No batch follows. Resolves when its resources are closed. */
  close(): Promise<void>;
}

/** Must not call `events` before it has returned: the queue is still being built. */
export type LineSinkFactory = (events: SinkEvents) => LineSink;
