/** The reading side of the ring: one for each decoder, which sees every record of every segment. */
import { type RingMemory, RingWord, readerWord, slotWord } from './ring.js';

/** A reader's segment and its position in there, to see whether it advances. */
export function readerPosition(memory: RingMemory, reader: number): string {
  const control = new Int32Array(memory.control);
  const word = readerWord(memory, reader);
  return `${control[word]}:${control[word + 1]}`;
}

export class RingReader {
  /** All bytes of the ring. */
  readonly bytes: Uint8Array;
  /** After next() has returned true, bytes[start, end) are the records to read. */
  start = 0;
  end = 0;
  private readonly memory: RingMemory;
  private readonly control: Int32Array;
  /** Of this reader's words: the segment; the position in it follows. */
  private readonly word: number;
  private segment: number;
  /** Where the segment starts in `bytes`. */
  private base = 0;
  private atEnd = false;

  constructor(memory: RingMemory, reader: number) {
    this.memory = memory;
    this.control = new Int32Array(memory.control);
    this.word = readerWord(memory, reader);
    this.bytes = new Uint8Array(memory.data);
    this.segment = Atomics.load(this.control, this.word);
  }

  /** Looks for records, waiting up to `ms` milliseconds. False: none came, or the ring has ended (isFinished). */
  next(ms: number): boolean {
    if (this.findRecords()) return true;
    const published = Atomics.load(this.control, RingWord.published);
    const finished = Atomics.load(this.control, RingWord.finished) === 1;
    // Again: something may have been published between the first look and the two loads.
    if (this.findRecords()) return true;
    if (finished) {
      this.atEnd = true;
      return false;
    }
    Atomics.wait(this.control, RingWord.published, published, ms);
    return this.findRecords();
  }

  /**
   * Releases everything before `position` in `bytes`. Called for every record before it is decoded: if the decoder dies
   * of that record, its replacement continues after it.
   */
  release(position: number): void {
    // A plain store: only a replacement reads it, after this thread has ended.
    this.control[this.word + 1] = position - this.base;
  }

  /** Everything that will ever be written has been read. */
  isFinished(): boolean {
    return this.atEnd;
  }

  private findRecords(): boolean {
    const { memory, control } = this;
    for (;;) {
      const slot = this.segment % memory.slots;
      this.base = slot * memory.slotBytes;
      // In this order: a segment's length is final once the head is seen beyond the segment.
      const isSealed = Atomics.load(control, RingWord.head) !== this.segment;
      const position = control[this.word + 1];
      const length = Atomics.load(control, slotWord(slot));
      if (position < length) {
        this.start = this.base + position;
        this.end = this.base + length;
        return true;
      }
      if (!isSealed) return false;
      this.passSegment();
    }
  }

  private passSegment(): void {
    const { control, word } = this;
    this.segment++;
    control[word + 1] = 0;
    Atomics.store(control, word, this.segment);
    Atomics.add(control, RingWord.freed, 1);
    Atomics.notify(control, RingWord.freed);
  }
}
