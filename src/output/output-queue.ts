/**
 * The queue before a sink. It has a limit: what does not fit is dropped and counted, so that an output that is slow
 * or dead costs no more than that and is nobody else's problem. A patient one (a capture file is read) makes the
 * reader wait instead, as long as its sink works.
 */
import type { Rotation } from '../config/output-options.js';
import type { OutputCounts } from '../observe/stats.js';
import type { Batch, LineSinkFactory, OutputEvent } from './line-sink.js';

export interface QueueOptions {
  /** Bytes that may wait. */
  readonly limit: number;
  readonly patient: boolean;
  event(event: OutputEvent): void;
  dead(name: string, error: NodeJS.ErrnoException): void;
}

export interface Output {
  readonly name: string;
  /**
   * @param settled called when it has been written or lost; not if it is refused
   * @param own a line of the main thread's: few and small, so they have some room beyond the limit
   * @returns false: it was dropped
   */
  write(batch: Batch, settled: () => void, own: boolean): boolean;
  counts(): OutputCounts;
  /** Batches that wait, or are being written. */
  waiting(): number;
  isUp(): boolean;
  reopen(): void;
  rotateBy(rotation: Rotation | undefined): void;
  /** Another limit from here on; what waits is kept. */
  limit(bytes: number): void;
  end(): Promise<void>;
}

/** For the main thread's own lines, of which statistics come as long as the run is. */
const OWN_ROOM = 1 << 20;
/** So long without a fault or a dropped line, and it has recovered. */
const CALM_MS = 1000;

interface Waiting {
  readonly batch: Batch;
  settled: () => void;
}

export function newOutput(newSink: LineSinkFactory, options: QueueOptions): Output {
  const queue: Waiting[] = [];
  let most = options.limit;
  let current: Waiting | undefined;
  let bytes = 0;
  let lines = 0;
  let written = 0;
  let dropped = 0;
  let errors = 0;
  let reopened = 0;
  /** No batch is taken any more: its sink will never write again, or has been ended. */
  let isOver = false;
  let failing = false;
  let dropping = false;
  let droppedBefore = 0;
  let calm: NodeJS.Timeout | undefined;

  const say = (event: Omit<OutputEvent, 'output'>) => options.event({ output: sink.name, ...event });

  const refuse = (count: number) => {
    clearTimeout(calm);
    calm = undefined;
    // While it fails, that is known already.
    const isNews = !isOver && !failing && !dropping;
    if (isNews) droppedBefore = dropped;
    dropped += count;
    dropping = !isOver;
    if (!isNews) return;
    const message = `${sink.name} is too slow: lines are dropped`;
    say({ action: 'output_dropping', level: 'warn', message });
  };

  const trouble = (error: Error) => {
    if (isOver) return;
    errors++;
    clearTimeout(calm);
    calm = undefined;
    // Nobody waits for one that does not work.
    for (const one of current === undefined ? queue : [current, ...queue]) release(one);
    if (failing) return;
    if (!dropping) droppedBefore = dropped;
    failing = true;
    const message = `${sink.name} can't be written: ${error.message}`;
    say({ action: 'output_failed', level: 'error', message, error: error.message });
  };

  const recover = () => {
    calm = undefined;
    const lost = dropped - droppedBefore;
    droppedBefore = dropped;
    failing = false;
    dropping = false;
    const message = `${sink.name} is written again: ${lost} lines were dropped`;
    say({ action: 'output_recovered', level: 'info', message, dropped: lost });
  };

  /** One that flaps is not said to recover each time. */
  const lookForCalm = () => {
    if (!isOver && (failing || dropping) && calm === undefined && bytes <= most / 2) {
      calm = setTimeout(recover, CALM_MS);
      calm.unref();
    }
  };

  const release = (one: Waiting) => {
    const { settled } = one;
    one.settled = nothing;
    settled();
  };

  const settle = (one: Waiting, lost: number) => {
    bytes -= one.batch.bytes.length;
    lines -= one.batch.lines;
    written += one.batch.lines - lost;
    dropped += lost;
    release(one);
  };

  const pump = () => {
    if (current !== undefined || isOver) return;
    current = queue.shift();
    if (current !== undefined) sink.write(current.batch);
  };

  const sink = newSink({
    acknowledged(lost) {
      const one = current;
      current = undefined;
      if (one === undefined) return;
      settle(one, lost);
      // One that was lost as a whole is no sign that it works again.
      if (lost < one.batch.lines) lookForCalm();
      pump();
    },
    failed: trouble,
    dead(error) {
      if (isOver) return;
      isOver = true;
      errors++;
      clearTimeout(calm);
      const left = current === undefined ? queue.splice(0) : [current, ...queue.splice(0)];
      current = undefined;
      for (const one of left) settle(one, one.batch.lines);
      options.dead(sink.name, error);
    },
    reopened() {
      reopened++;
    },
    partialLineEnded() {
      const message = `${sink.name} ended in half a line, which is a line of its own now`;
      say({ action: 'output_completed', level: 'warn', message });
    },
  });

  return {
    name: sink.name,
    write(batch, settled, own) {
      const size = batch.bytes.length;
      const limit = most + (own ? OWN_ROOM : 0);
      const waits = options.patient && sink.isUp();
      if (isOver || (!waits && bytes > 0 && bytes + size > limit)) {
        refuse(batch.lines);
        return false;
      }
      bytes += size;
      lines += batch.lines;
      const one = { batch: current === undefined ? batch : compact(batch), settled };
      queue.push(one);
      pump();
      if (!sink.isUp()) release(one);
      return true;
    },
    counts: () => ({ output: sink.name, written, dropped, waiting: lines, errors, reopened }),
    waiting: () => queue.length + (current === undefined ? 0 : 1),
    isUp: () => !isOver && sink.isUp(),
    reopen() {
      if (!isOver) sink.reopen?.();
    },
    rotateBy: (rotation) => sink.setRotation?.(rotation),
    limit(bytesAtMost) {
      most = bytesAtMost;
    },
    async end() {
      isOver = true;
      clearTimeout(calm);
      await sink.close();
    },
  };
}

function nothing(): void {}

/** A decoder's batch is a piece of memory for many lines; a few that wait should not hold all of it. */
function compact(batch: Batch): Batch {
  const { bytes, lines } = batch;
  return bytes.length * 2 < bytes.buffer.byteLength ? { bytes: new Uint8Array(bytes), lines } : batch;
}
