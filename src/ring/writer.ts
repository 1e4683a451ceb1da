/** The writing side of the ring: one, in the capture thread. */
import { MARK_LENGTH, type Mark, RECORD_HEADER } from './layout.js';
import { endOfRecordsWithin } from './records.js';
import { type RingMemory, RingWord, readerWord, slotsInUse, slotWord } from './ring.js';

export class RingWriter {
  /** All bytes of the ring: its segments, one after the other. */
  readonly bytes: Uint8Array;
  private readonly memory: RingMemory;
  private readonly control: Int32Array;
  private readonly view: DataView;
  /** The segment being written, where it starts in `bytes`, and the bytes published in it. */
  private head: number;
  private base: number;
  private used: number;
  /** The segment is sealed and the next one is not free yet. */
  private blocked = false;
  /** Something was appended since the decoders were last woken. */
  private unannounced = false;

  constructor(memory: RingMemory) {
    this.memory = memory;
    this.control = new Int32Array(memory.control);
    this.bytes = new Uint8Array(memory.data);
    this.view = new DataView(memory.data);
    this.head = Atomics.load(this.control, RingWord.head);
    this.base = (this.head % memory.slots) * memory.slotBytes;
    this.used = Atomics.load(this.control, slotWord(this.head % memory.slots));
  }

  /** Where the next record goes in `bytes`. */
  position(): number {
    return this.base + this.used;
  }

  /** Free bytes from position() to the segment's end; 0 while no segment is free. */
  freeBytes(): number {
    if (this.blocked) this.advance();
    return this.blocked ? 0 : this.memory.slotBytes - this.used;
  }

  /** The number of the segment being written. */
  segment(): number {
    return this.head;
  }

  /** Publishes `length` more bytes of whole records and wakes the decoders. */
  commit(length: number): void {
    this.append(length);
    this.announce();
  }

  /** Publishes them without waking decoders that sleep: announce() or the segment's end does. */
  append(length: number): void {
    this.used += length;
    Atomics.store(this.control, slotWord(this.head % this.memory.slots), this.used);
    this.unannounced = true;
  }

  /** Wakes the decoders if something was appended since they were last woken. */
  announce(): void {
    if (!this.unannounced) return;
    this.unannounced = false;
    this.wakeReaders();
  }

  /** Seals the segment and opens the next. False: none is free, and freeBytes() is 0 until one is. */
  advance(): boolean {
    const next = this.head + 1;
    this.blocked = !this.isSlotFree(next);
    if (this.blocked) return false;
    const slot = next % this.memory.slots;
    Atomics.store(this.control, slotWord(slot), 0);
    this.head = next;
    this.base = slot * this.memory.slotBytes;
    this.used = 0;
    // Only now may readers leave the segment before: its length is final, and the next one's is 0.
    Atomics.store(this.control, RingWord.head, next);
    this.unannounced = false;
    this.wakeReaders();
    this.updatePeaks();
    return true;
  }

  /** Waits up to `ms` milliseconds for a decoder to pass a segment. */
  waitForFreeSlot(ms: number): void {
    const freed = Atomics.load(this.control, RingWord.freed);
    if (!this.isSlotFree(this.head + 1)) Atomics.wait(this.control, RingWord.freed, freed, ms);
  }

  /** Copies the whole records of bytes[start, end). @returns where it stopped because no slot is free */
  copyRecords(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const stop = endOfRecordsWithin(bytes, at, end, this.freeBytes());
      if (stop === at) {
        if (this.blocked || !this.advance()) return at;
        continue;
      }
      this.bytes.set(bytes.subarray(at, stop), this.position());
      this.commit(stop - at);
      at = stop;
    }
    return at;
  }

  /** Writes a mark. False: there is no free space for it now. */
  writeMark(kind: Mark, value: number): boolean {
    if (this.freeBytes() < RECORD_HEADER && !this.advance()) return false;
    const at = this.position();
    this.view.setUint32(at, kind, true);
    this.view.setUint32(at + 4, value, true);
    this.view.setUint32(at + 8, 0, true);
    this.view.setUint32(at + 12, MARK_LENGTH, true);
    this.commit(RECORD_HEADER);
    return true;
  }

  /** Nothing more will be written. */
  finish(): void {
    Atomics.store(this.control, RingWord.finished, 1);
    this.wakeReaders();
  }

  private isSlotFree(segment: number): boolean {
    for (let reader = 0; reader < this.memory.readers; reader++) {
      const passed = Atomics.load(this.control, readerWord(this.memory, reader));
      // The slot's last segment was segment - slots: it is free once every reader is beyond that.
      if (passed <= segment - this.memory.slots) return false;
    }
    return true;
  }

  private wakeReaders(): void {
    Atomics.add(this.control, RingWord.published, 1);
    Atomics.notify(this.control, RingWord.published);
  }

  private updatePeaks(): void {
    const inUse = slotsInUse(this.memory, this.control);
    for (const word of [RingWord.peak, RingWord.recentPeak]) {
      if (inUse > Atomics.load(this.control, word)) Atomics.store(this.control, word, inUse);
    }
  }
}
