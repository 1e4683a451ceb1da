/**
 * The lines of all threads on their way to the outputs: the start line first, then in the order in which they
 * come, and nothing after the last numbers. What a decoder handed over counts as pending until the outputs have it.
 */
import type { Outputs } from '../../output/run-outputs.js';
import { pendingWord } from './messages.js';

/** Lines, and what became of them. */
export interface LineCounts {
  /** That one output at least took. */
  readonly written: number;
  /** That none took. */
  readonly dropped: number;
  /** Of both, those that came from decoders. */
  readonly ofDecoders: number;
}

export interface LineRouter {
  /** The start line has been written: what waited for it follows. */
  open(): void;
  isOpen(): boolean;
  /** The last numbers have been written: what an output still has to say, or a thread, is no line any more. */
  close(): void;
  /** A line of the main thread; written at once. */
  line(text: string): void;
  /** A batch of a decoder's lines; `written` is called when the system has taken it. */
  batch(decoder: number, lines: Uint8Array, count: number, written: () => void): void;
  /** Calls `write` as soon as the start line has been written, and not at all once the last numbers have. */
  afterStart(write: () => void): void;
  counts(): LineCounts;
}

export function newLineRouter(outputs: Outputs, control: Int32Array): LineRouter {
  let early: (() => void)[] | undefined = [];
  let isClosed = false;
  let written = 0;
  let dropped = 0;
  let ofDecoders = 0;

  const count = (taken: boolean, lines: number) => {
    if (taken) written += lines;
    else dropped += lines;
  };

  const outlet: LineRouter = {
    open() {
      const waiting = early ?? [];
      early = undefined;
      for (const write of waiting) outlet.afterStart(write);
    },
    isOpen: () => early === undefined,
    close() {
      isClosed = true;
    },
    line(text) {
      if (isClosed) return;
      count(outputs.writeLine(text), 1);
    },
    batch(decoder, lines, number, told) {
      outlet.afterStart(() => {
        const size = lines.length;
        ofDecoders += number;
        const taken = outputs.writeBatch(lines, number, () => {
          const word = pendingWord(decoder);
          Atomics.sub(control, word, size);
          Atomics.notify(control, word);
          told();
        });
        count(taken, number);
      });
    },
    afterStart(write) {
      if (isClosed) return;
      if (early === undefined) write();
      else early.push(write);
    },
    counts: () => ({ written, dropped, ofDecoders }),
  };
  return outlet;
}
