/**
 * The lines of all threads on their way to the destination: the start line first, then in the order in
 * which they come. What a decoder handed over counts as pending until the system has taken it.
 */
import type { Destination } from '../output/destination.js';
import { pendingWord } from './messages.js';

export interface Outlet {
  /** The start line has been written: what waited for it follows. */
  open(): void;
  isOpen(): boolean;
  /** A line of the main thread; written at once. */
  line(text: string): void;
  /** A batch of a decoder's lines; `written` is called when the system has taken it. */
  batch(decoder: number, lines: Uint8Array, count: number, written: () => void): void;
  /** Calls `write` as soon as the start line has been written. */
  afterStart(write: () => void): void;
  linesWritten(): number;
  /** Those of them that came from decoders. */
  decoderLinesWritten(): number;
  /** Resolves when the destination has taken everything. */
  flushed(): Promise<void>;
}

const FLUSH_CHECK_MS = 5;

export function newOutlet(destination: Destination, control: Int32Array): Outlet {
  let early: (() => void)[] | undefined = [];
  let written = 0;
  let ofDecoders = 0;

  const outlet: Outlet = {
    open() {
      const waiting = early ?? [];
      early = undefined;
      for (const write of waiting) write();
    },
    isOpen: () => early === undefined,
    line(text) {
      written++;
      destination.write(Buffer.from(text), () => {});
    },
    batch(decoder, lines, count, taken) {
      outlet.afterStart(() => {
        written += count;
        ofDecoders += count;
        destination.write(lines, () => {
          const word = pendingWord(decoder);
          Atomics.sub(control, word, lines.length);
          Atomics.notify(control, word);
          taken();
        });
      });
    },
    afterStart(write) {
      if (early === undefined) write();
      else early.push(write);
    },
    linesWritten: () => written,
    decoderLinesWritten: () => ofDecoders,
    async flushed() {
      while (destination.pending() > 0) {
        await new Promise((resolve) => setTimeout(resolve, FLUSH_CHECK_MS));
      }
    },
  };
  return outlet;
}
