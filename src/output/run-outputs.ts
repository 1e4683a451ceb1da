/**
 * All outputs of a run, owned by the main thread. Each gets every line, and none waits for another. A live capture drops
 * what an output can't take; reading a capture file waits for it, as long as the output works.
 */
import type { OutputSpec, OutputsConfig } from '../config/output-options.js';
import { UserError } from '../config/user-error.js';
import type { OutputCounts } from '../observe/stats.js';
import type { Batch, OutputEvent } from './line-sink.js';
import { openSink } from './open-sink.js';
import { OutputQueue } from './output-queue.js';
import type { Owner } from './sinks/open-file.js';

/** What outputs report to the run. */
export interface OutputsListener {
  /** The start line, for the head of a new file; undefined before the run has written its own. */
  startLine(): string | undefined;
  onEvent(event: OutputEvent): void;
  /** An output will never be written again; `left` others will. */
  onDead(name: string, error: NodeJS.ErrnoException, left: number): void;
}

export interface Outputs {
  /**
   * Writes whole lines of a decoder.
   * @param acknowledge the decoder may go on: the lines are written, or, in a live capture, queued
   * @returns false: no output took them
   */
  writeBatch(lines: Uint8Array, count: number, acknowledge: () => void): boolean;
  /** Writes a line of the main thread. @returns false: no output took it */
  writeLine(text: string): boolean;
  counts(): readonly OutputCounts[];
  /** Reopens files by name, after somebody renamed them. */
  reopenFiles(): void;
  /**
   * Replaces the outputs. Those in both configurations go on undisturbed. Removed ones write what is queued, within the
   * flush deadline, and close.
   * @returns the removed outputs that lost lines
   * @throws UserError if a new output can't be opened, or no working output would be left: then nothing has changed
   */
  reconfigure(config: OutputsConfig): Promise<readonly OutputCounts[]>;
  /** Resolves when all outputs that work have written everything. */
  flush(): Promise<void>;
  /** No line follows. */
  close(): Promise<void>;
  setListener(listener: OutputsListener): void;
}

const FLUSH_CHECK_MS = 5;
/** How long a removed output, or one that fails while a file is read, may take to write what is queued. */
const FLUSH_DEADLINE_MS = 5000;

/**
 * @param owner the owner of files that root creates; undefined: root
 * @throws UserError if an output can't be opened
 */
export async function openOutputs(config: OutputsConfig, live: boolean, owner?: Owner): Promise<Outputs> {
  const outputs = new RunOutputs(live, owner);
  await outputs.open(config);
  return outputs;
}

interface OpenOutput {
  /** Identifies the output across configurations. */
  readonly key: string;
  readonly queue: OutputQueue;
}

class RunOutputs implements Outputs {
  private readonly live: boolean;
  private readonly owner: Owner | undefined;
  private listener: OutputsListener | undefined;
  private outputs: readonly OpenOutput[] = [];
  private readonly dead = new Set<OutputQueue>();
  /** Removed outputs that are still closing. */
  private readonly closing = new Set<Promise<unknown>>();
  private flushDeadline: number | undefined;
  private isClosed = false;

  constructor(live: boolean, owner: Owner | undefined) {
    this.live = live;
    this.owner = owner;
  }

  async open({ outputs, outputBuffer }: OutputsConfig): Promise<void> {
    this.outputs = await this.openAll(outputs, outputBuffer);
  }

  writeBatch(lines: Uint8Array, count: number, acknowledge: () => void): boolean {
    const batch = { bytes: lines, lines: count };
    if (!this.live) return this.writeWithBackpressure(batch, acknowledge);
    const isTaken = this.writeToAll(batch, false);
    acknowledge();
    return isTaken;
  }

  writeLine(text: string): boolean {
    return this.writeToAll({ bytes: Buffer.from(text), lines: 1 }, true);
  }

  counts(): readonly OutputCounts[] {
    return this.outputs.map(({ queue }) => queue.counts());
  }

  reopenFiles(): void {
    for (const { queue } of this.outputs) queue.reopen();
  }

  async reconfigure({ outputs: specs, outputBuffer }: OutputsConfig): Promise<readonly OutputCounts[]> {
    const open = new Map(this.outputs.map(({ key, queue }) => [key, queue]));
    const isDead = (spec: OutputSpec) => {
      const queue = open.get(keyOf(spec));
      return queue !== undefined && this.dead.has(queue);
    };
    if (specs.every(isDead)) throw new UserError('all of these outputs have failed');
    const added = await this.openAll(
      specs.filter((spec) => !open.has(keyOf(spec))),
      outputBuffer,
    );
    if (this.isClosed) {
      for (const { queue } of added) void queue.close();
      return [];
    }
    const header = added.length > 0 ? this.header() : undefined;
    if (header !== undefined) for (const { queue } of added) queue.write(header, NOTHING, true);
    const keys = new Set(specs.map(keyOf));
    const removed = this.outputs.filter(({ key }) => !keys.has(key));
    this.outputs = [...this.outputs.filter(({ key }) => keys.has(key)), ...added];
    for (const { queue } of this.outputs) queue.setLimit(outputBuffer);
    for (const spec of specs) if (spec.kind === 'file') open.get(keyOf(spec))?.setRotation(spec.rotation);
    const counts = await this.track(Promise.all(removed.map(({ queue }) => this.closeRemoved(queue))));
    return counts.filter(({ waiting }) => waiting > 0);
  }

  async flush(): Promise<void> {
    this.flushDeadline ??= performance.now() + FLUSH_DEADLINE_MS;
    const deadline = this.flushDeadline;
    const isAwaited = ({ queue }: OpenOutput) =>
      queue.pendingBatches() > 0 && (this.live || queue.isUp() || performance.now() < deadline);
    while (this.outputs.some(isAwaited)) await sleep(FLUSH_CHECK_MS);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.outputs.map(({ queue }) => queue.close()), ...this.closing]);
  }

  setListener(listener: OutputsListener): void {
    this.listener = listener;
  }

  private writeToAll(batch: Batch, isMainThread: boolean): boolean {
    let isTaken = false;
    for (const { queue } of this.outputs) isTaken = queue.write(batch, NOTHING, isMainThread) || isTaken;
    return isTaken;
  }

  /** Acknowledges once every output that took the batch has. */
  private writeWithBackpressure(batch: Batch, acknowledge: () => void): boolean {
    let pending = 1;
    let isTaken = false;
    const onAcknowledged = () => {
      if (--pending === 0) acknowledge();
    };
    for (const { queue } of this.outputs) {
      // Counted first: an output that is down acknowledges within write().
      pending++;
      if (queue.write(batch, onAcknowledged, false)) isTaken = true;
      else pending--;
    }
    onAcknowledged();
    return isTaken;
  }

  /** Opens all of them, or none. */
  private async openAll(specs: readonly OutputSpec[], limit: number): Promise<OpenOutput[]> {
    const opened: OpenOutput[] = [];
    const context = { live: this.live, owner: this.owner, header: () => this.header() };
    try {
      for (const spec of specs) {
        const newSink = await openSink(spec, context);
        const queue: OutputQueue = new OutputQueue(newSink, {
          limit,
          backpressure: !this.live,
          onEvent: (event) => this.listener?.onEvent(event),
          onDead: (name, error) => this.onDead(queue, name, error),
        });
        opened.push({ key: keyOf(spec), queue });
      }
    } catch (error) {
      for (const { queue } of opened) void queue.close();
      throw error;
    }
    return opened;
  }

  private onDead(queue: OutputQueue, name: string, error: NodeJS.ErrnoException): void {
    this.dead.add(queue);
    const left = this.outputs.filter((output) => !this.dead.has(output.queue)).length;
    this.listener?.onDead(name, error, left);
  }

  private header(): Batch | undefined {
    const text = this.listener?.startLine();
    return text === undefined ? undefined : { bytes: Buffer.from(text), lines: 1 };
  }

  /** @returns the counts at the flush deadline: what waits then is lost */
  private async closeRemoved(queue: OutputQueue): Promise<OutputCounts> {
    const deadline = performance.now() + FLUSH_DEADLINE_MS;
    while (queue.pendingBatches() > 0 && performance.now() < deadline) await sleep(FLUSH_CHECK_MS);
    const counts = queue.counts();
    // The end of the run waits for an output whose close hangs; the next reconfiguration does not.
    await Promise.race([this.track(queue.close()), sleep(FLUSH_DEADLINE_MS)]);
    return counts;
  }

  /** close() waits for these. */
  private async track<T>(work: Promise<T>): Promise<T> {
    this.closing.add(work);
    const result = await work;
    this.closing.delete(work);
    return result;
  }
}

/** How a file is rotated may change while it is open: it stays the same output. */
function keyOf(spec: OutputSpec): string {
  return spec.kind === 'file' ? `file:${spec.path}` : JSON.stringify(spec);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const NOTHING = () => {};
