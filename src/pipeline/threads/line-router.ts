/**
 * Routes the lines of all threads to the outputs: the start line first, then in order of arrival, and nothing after
 * the final stats line. A decoder's bytes count as pending until the outputs have taken them.
 */
import type { Outputs } from '../../output/run-outputs.js';
import { pendingWord } from './messages.js';

export interface LineCounts {
  /** Taken by at least one output. */
  readonly written: number;
  /** Taken by none. */
  readonly dropped: number;
  /** Written and dropped lines from decoders. */
  readonly ofDecoders: number;
}

const RouterState = {
  /** The start line is not written yet: other lines wait for it. */
  beforeStart: 0,
  open: 1,
  /** The final stats line is written: later lines are discarded. */
  closed: 2,
} as const;
type RouterState = (typeof RouterState)[keyof typeof RouterState];

export class LineRouter {
  private readonly outputs: Outputs;
  private readonly control: Int32Array;
  private state: RouterState = RouterState.beforeStart;
  private queued: (() => void)[] = [];
  private written = 0;
  private dropped = 0;
  private ofDecoders = 0;

  /** @param control the control words (messages.ts), with each decoder's pending bytes */
  constructor(outputs: Outputs, control: Int32Array) {
    this.outputs = outputs;
    this.control = control;
  }

  hasStarted(): boolean {
    return this.state !== RouterState.beforeStart;
  }

  /** The start line is written: queued lines follow. Has no effect on a closed router. */
  open(): void {
    if (this.state !== RouterState.beforeStart) return;
    this.state = RouterState.open;
    const { queued } = this;
    this.queued = [];
    for (const write of queued) this.afterStart(write);
  }

  close(): void {
    this.state = RouterState.closed;
  }

  /** Calls `write` once the start line is written, or never if the router is closed. */
  afterStart(write: () => void): void {
    if (this.state === RouterState.open) write();
    else if (this.state === RouterState.beforeStart) this.queued.push(write);
  }

  /** Writes a line of the main thread at once. */
  writeLine(text: string): void {
    if (this.state !== RouterState.closed) this.count(this.outputs.writeLine(text), 1);
  }

  /** Writes a decoder's batch. @param onWritten called when the system has taken the batch */
  writeBatch(decoder: number, lines: Uint8Array, lineCount: number, onWritten: () => void): void {
    this.afterStart(() => {
      const size = lines.length;
      this.ofDecoders += lineCount;
      const isTaken = this.outputs.writeBatch(lines, lineCount, () => {
        const word = pendingWord(decoder);
        Atomics.sub(this.control, word, size);
        Atomics.notify(this.control, word);
        onWritten();
      });
      this.count(isTaken, lineCount);
    });
  }

  counts(): LineCounts {
    const { written, dropped, ofDecoders } = this;
    return { written, dropped, ofDecoders };
  }

  private count(isTaken: boolean, lineCount: number): void {
    if (isTaken) this.written += lineCount;
    else this.dropped += lineCount;
  }
}
