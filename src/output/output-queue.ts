/**
 * The bounded queue in front of a sink. A batch that does not fit is dropped and counted, so that a slow or dead output
 * affects no other. In backpressure mode (reading capture files) the reader waits instead, as long as the sink works.
 */
import type { Rotation } from '../config/output-options.js';
import type { OutputCounts } from '../observe/stats.js';
import type { Batch, LineSink, LineSinkFactory, OutputEvent } from './line-sink.js';

export interface QueueOptions {
  /** Bytes that may wait. */
  readonly limit: number;
  /** Queues batches beyond the limit while the sink works: the producer waits for acknowledgements. */
  readonly backpressure: boolean;
  onEvent(event: OutputEvent): void;
  onDead(name: string, error: NodeJS.ErrnoException): void;
}

/**
 * The condition of an output:
 *
 *     writing   --a batch is dropped-->           dropping
 *     writing, dropping   --the sink fails-->     failing
 *     dropping, failing   --hold-down passes-->   writing
 *     any       --the sink is dead, or close()--> closed
 */
const Condition = { writing: 0, dropping: 1, failing: 2, closed: 3 } as const;
type Condition = (typeof Condition)[keyof typeof Condition];

/** Room beyond the limit for the main thread's lines, such as statistics. */
const MAIN_THREAD_ROOM = 1 << 20;
/** Recovery hold-down: an output has recovered after this long without a failure or a dropped line. */
const RECOVERY_HOLD_DOWN_MS = 1000;

interface QueuedBatch {
  readonly batch: Batch;
  /** Releases the producer; does nothing after the first call. */
  acknowledge: () => void;
}

export class OutputQueue {
  private readonly options: QueueOptions;
  private readonly sink: LineSink;
  private readonly queue: QueuedBatch[] = [];
  /** The batch that the sink is writing. */
  private current: QueuedBatch | undefined;
  private condition: Condition = Condition.writing;
  private limit: number;
  private recovery: NodeJS.Timeout | undefined;
  private queuedBytes = 0;
  private queuedLines = 0;
  private written = 0;
  private dropped = 0;
  /** `dropped` when the output last worked. */
  private droppedBefore = 0;
  private errors = 0;
  private reopened = 0;

  constructor(newSink: LineSinkFactory, options: QueueOptions) {
    this.options = options;
    this.limit = options.limit;
    this.sink = newSink({
      acknowledged: (lost) => this.onAcknowledged(lost),
      failed: (error) => this.onFailed(error),
      dead: (error) => this.onDead(error),
      reopened: () => {
        this.reopened++;
      },
      partialLineEnded: () => {
        const message = `${this.sink.name} ended in a partial line; terminated it`;
        this.report({ action: 'output_completed', level: 'warn', message });
      },
    });
  }

  get name(): string {
    return this.sink.name;
  }

  /**
   * @param acknowledge called once, when the producer may go on: the batch is written or lost, or the sink is down. Not
   * called for a dropped batch
   * @param isMainThread the main thread's lines are few and small: they get some room beyond the limit
   * @returns false: the batch was dropped
   */
  write(batch: Batch, acknowledge: () => void, isMainThread: boolean): boolean {
    const { options, sink } = this;
    const size = batch.bytes.length;
    const limit = this.limit + (isMainThread ? MAIN_THREAD_ROOM : 0);
    const isUnlimited = options.backpressure && sink.isUp();
    const isTooMuch = !isUnlimited && this.queuedBytes > 0 && this.queuedBytes + size > limit;
    if (this.condition === Condition.closed || isTooMuch) {
      this.drop(batch.lines);
      return false;
    }
    this.queuedBytes += size;
    this.queuedLines += batch.lines;
    const queued = { batch: this.current === undefined ? batch : compact(batch), acknowledge };
    this.queue.push(queued);
    this.writeNext();
    if (!sink.isUp()) release(queued);
    return true;
  }

  counts(): OutputCounts {
    const { written, dropped, queuedLines: waiting, errors, reopened } = this;
    return { output: this.sink.name, written, dropped, waiting, errors, reopened };
  }

  /** The number of batches that are queued or being written. */
  pendingBatches(): number {
    return this.queue.length + (this.current === undefined ? 0 : 1);
  }

  isUp(): boolean {
    return this.condition !== Condition.closed && this.sink.isUp();
  }

  reopen(): void {
    if (this.condition !== Condition.closed) this.sink.reopen?.();
  }

  setRotation(rotation: Rotation | undefined): void {
    this.sink.setRotation?.(rotation);
  }

  /** Applies to batches from here on: what is queued stays. */
  setLimit(bytes: number): void {
    this.limit = bytes;
  }

  async close(): Promise<void> {
    this.enter(Condition.closed);
    await this.sink.close();
  }

  private enter(condition: Condition): void {
    this.condition = condition;
    this.cancelRecovery();
  }

  private drop(lines: number): void {
    this.cancelRecovery();
    const isFirst = this.condition === Condition.writing;
    if (isFirst) {
      this.droppedBefore = this.dropped;
      this.enter(Condition.dropping);
    }
    this.dropped += lines;
    if (!isFirst) return;
    const message = `${this.sink.name} is too slow; dropping lines`;
    this.report({ action: 'output_dropping', level: 'warn', message });
  }

  private onFailed(error: Error): void {
    if (this.condition === Condition.closed) return;
    this.errors++;
    this.cancelRecovery();
    // No producer waits for an output that does not work.
    if (this.current !== undefined) release(this.current);
    for (const queued of this.queue) release(queued);
    if (this.condition === Condition.failing) return;
    if (this.condition === Condition.writing) this.droppedBefore = this.dropped;
    this.enter(Condition.failing);
    const message = `cannot write to ${this.sink.name}: ${error.message}`;
    this.report({ action: 'output_failed', level: 'error', message, error: error.message });
  }

  private onAcknowledged(lost: number): void {
    const { current } = this;
    this.current = undefined;
    if (current === undefined) return;
    this.account(current, lost);
    // A batch that was lost as a whole is no sign of recovery.
    if (lost < current.batch.lines) this.startRecovery();
    this.writeNext();
  }

  private onDead(error: NodeJS.ErrnoException): void {
    if (this.condition === Condition.closed) return;
    this.enter(Condition.closed);
    this.errors++;
    const lost = this.queue.splice(0);
    if (this.current !== undefined) lost.unshift(this.current);
    this.current = undefined;
    for (const queued of lost) this.account(queued, queued.batch.lines);
    this.options.onDead(this.sink.name, error);
  }

  private writeNext(): void {
    if (this.current !== undefined || this.condition === Condition.closed) return;
    this.current = this.queue.shift();
    if (this.current !== undefined) this.sink.write(this.current.batch);
  }

  /** Counts the lines of a batch that leaves the queue: written, except for `lost`. */
  private account(queued: QueuedBatch, lost: number): void {
    const { bytes, lines } = queued.batch;
    this.queuedBytes -= bytes.length;
    this.queuedLines -= lines;
    this.written += lines - lost;
    this.dropped += lost;
    release(queued);
  }

  /** Starts the hold-down once the queue is half empty, so that an output that flaps is not reported each time. */
  private startRecovery(): void {
    const { condition } = this;
    if (condition !== Condition.dropping && condition !== Condition.failing) return;
    if (this.recovery !== undefined || this.queuedBytes > this.limit / 2) return;
    this.recovery = setTimeout(() => this.recover(), RECOVERY_HOLD_DOWN_MS);
    this.recovery.unref();
  }

  private cancelRecovery(): void {
    clearTimeout(this.recovery);
    this.recovery = undefined;
  }

  private recover(): void {
    this.enter(Condition.writing);
    const dropped = this.dropped - this.droppedBefore;
    this.droppedBefore = this.dropped;
    const message = `${this.sink.name} recovered; ${dropped} lines dropped`;
    this.report({ action: 'output_recovered', level: 'info', message, dropped });
  }

  private report(event: Omit<OutputEvent, 'output'>): void {
    this.options.onEvent({ output: this.sink.name, ...event });
  }
}

const NOTHING = () => {};

function release(queued: QueuedBatch): void {
  const { acknowledge } = queued;
  queued.acknowledge = NOTHING;
  acknowledge();
}

/** Copies a batch that fills less than half of its memory: a few waiting lines should not hold all of it. */
function compact(batch: Batch): Batch {
  const { bytes, lines } = batch;
  return bytes.length * 2 < bytes.buffer.byteLength ? { bytes: new Uint8Array(bytes), lines } : batch;
}
