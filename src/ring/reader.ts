/** The reading side of the ring: one per decoder, which sees every record of every segment. */
import { ControlWord, type RingMemory, readerWord, slotWord } from './ring.js';

export interface RingReader {
  readonly bytes: Uint8Array;
  /** The records at hand, bytes[start, end), after next() returned true. */
  start: number;
  end: number;
  /** Looks for records, waiting up to `ms` milliseconds. False: none came, or the end (see finished). */
  next(ms: number): boolean;
  /**
   * Says that everything before position `at` in `bytes` is done with. Called for every record, before
   * it is decoded: if the decoder dies of that record, its replacement goes on behind it.
   */
  release(at: number): void;
  /** Everything that will ever be written has been read. */
  finished(): boolean;
}

/** Where a reader is, for who wants to know whether it moves. */
export function readerPosition(memory: RingMemory, reader: number): string {
  const control = new Int32Array(memory.control);
  const word = readerWord(memory, reader);
  return `${control[word]}:${control[word + 1]}`;
}

export function openReader(memory: RingMemory, reader: number): RingReader {
  const control = new Int32Array(memory.control);
  const word = readerWord(memory, reader);
  let segment = Atomics.load(control, word);
  let base = 0;
  let over = false;

  const look = (): boolean => {
    for (;;) {
      const slot = segment % memory.slots;
      base = slot * memory.slotBytes;
      // The order matters: a segment's length is final once the head is seen beyond it.
      const sealed = Atomics.load(control, ControlWord.head) !== segment;
      const used = control[word + 1];
      const length = Atomics.load(control, slotWord(slot));
      if (used < length) {
        self.start = base + used;
        self.end = base + length;
        return true;
      }
      if (!sealed) return false;
      segment++;
      control[word + 1] = 0;
      Atomics.store(control, word, segment);
      Atomics.add(control, ControlWord.freed, 1);
      Atomics.notify(control, ControlWord.freed);
    }
  };

  const self: RingReader = {
    bytes: new Uint8Array(memory.data),
    start: 0,
    end: 0,
    next(ms) {
      if (look()) return true;
      const seen = Atomics.load(control, ControlWord.published);
      const last = Atomics.load(control, ControlWord.finished) === 1;
      // Look again: something may have been published between the look and the two loads.
      if (look()) return true;
      if (last) {
        over = true;
        return false;
      }
      Atomics.wait(control, ControlWord.published, seen, ms);
      return look();
    },
    release(at) {
      // A plain store: only a replacement reads it, after this thread has ended.
      control[word + 1] = at - base;
    },
    finished: () => over,
  };
  return self;
}
