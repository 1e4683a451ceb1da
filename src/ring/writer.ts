/** The writing side of the ring: one per ring, in the capture thread. */
import { MARK, type Mark, RECORD_HEADER } from './layout.js';
import { recordsWithin } from './records.js';
import { type RingMemory, readerWord, slotsInUse, slotWord, Word } from './ring.js';

export interface RingWriter {
  /** The whole ring's bytes; segments lie behind each other. */
  readonly bytes: Uint8Array;
  /** Where the next record goes, as a position in `bytes`. */
  position(): number;
  /** Free bytes from position() to the segment's end; 0 while no segment is free. */
  room(): number;
  /** The count of the segment being written, so that who keeps something per segment sees it change. */
  segment(): number;
  /** Says that `bytes` more bytes are whole records now, and wakes the decoders. */
  commit(bytes: number): void;
  /** The same, and lets them sleep until announce(), or until the segment ends: who is awake sees them at once. */
  append(bytes: number): void;
  /** Wakes the decoders if something was appended since. */
  announce(): void;
  /** Ends the segment and opens the next. False if none is free; then room() is 0 until one is. */
  advance(): boolean;
  /** Waits up to `ms` milliseconds for a decoder to pass a segment. */
  waitForRoom(ms: number): void;
  /** Copies the whole records of bytes[start, end); returns where it stopped for want of room. */
  copy(bytes: Uint8Array, start: number, end: number): number;
  /** Writes a mark; false if there is no room for it now. */
  mark(kind: Mark, value: number): boolean;
  /** Nothing more will come. */
  finish(): void;
}

export function openWriter(memory: RingMemory): RingWriter {
  const control = new Int32Array(memory.control);
  const bytes = new Uint8Array(memory.data);
  const view = new DataView(memory.data);
  let head = Atomics.load(control, Word.head);
  let base = (head % memory.slots) * memory.slotBytes;
  let used = Atomics.load(control, slotWord(head % memory.slots));
  /** The current segment is sealed and the next one is not free yet. */
  let blocked = false;
  /** Something was appended that nobody was woken for. */
  let unannounced = false;

  const wake = (word: number) => {
    Atomics.add(control, word, 1);
    Atomics.notify(control, word);
  };

  const slotIsFree = (segment: number): boolean => {
    for (let reader = 0; reader < memory.readers; reader++) {
      const passed = Atomics.load(control, readerWord(memory, reader));
      // The slot's last tenant was segment - slots; it is free once every reader is beyond that.
      if (passed <= segment - memory.slots) return false;
    }
    return true;
  };

  const writer: RingWriter = {
    bytes,
    position: () => base + used,
    room: () => {
      if (blocked) writer.advance();
      return blocked ? 0 : memory.slotBytes - used;
    },
    segment: () => head,
    commit(length) {
      writer.append(length);
      writer.announce();
    },
    append(length) {
      used += length;
      Atomics.store(control, slotWord(head % memory.slots), used);
      unannounced = true;
    },
    announce() {
      if (!unannounced) return;
      unannounced = false;
      wake(Word.published);
    },
    advance() {
      const next = head + 1;
      if (!slotIsFree(next)) {
        blocked = true;
        return false;
      }
      blocked = false;
      const slot = next % memory.slots;
      Atomics.store(control, slotWord(slot), 0);
      head = next;
      base = slot * memory.slotBytes;
      used = 0;
      // Only now may readers leave the segment before: its length is final, the next one's is 0.
      Atomics.store(control, Word.head, head);
      unannounced = false;
      wake(Word.published);
      const inUse = slotsInUse(memory, control);
      for (const peak of [Word.peak, Word.recent]) {
        if (inUse > Atomics.load(control, peak)) Atomics.store(control, peak, inUse);
      }
      return true;
    },
    waitForRoom(ms) {
      const seen = Atomics.load(control, Word.freed);
      if (!slotIsFree(head + 1)) Atomics.wait(control, Word.freed, seen, ms);
    },
    copy(from, start, end) {
      let at = start;
      while (at < end) {
        const room = writer.room();
        const stop = recordsWithin(from, at, end, room);
        if (stop === at) {
          if (blocked || !writer.advance()) return at;
          continue;
        }
        bytes.set(from.subarray(at, stop), base + used);
        writer.commit(stop - at);
        at = stop;
      }
      return at;
    },
    mark(kind, value) {
      if (writer.room() < RECORD_HEADER && !writer.advance()) return false;
      const at = base + used;
      view.setUint32(at, kind, true);
      view.setUint32(at + 4, value, true);
      view.setUint32(at + 8, 0, true);
      view.setUint32(at + 12, MARK, true);
      writer.commit(RECORD_HEADER);
      return true;
    },
    finish() {
      Atomics.store(control, Word.finished, 1);
      wake(Word.published);
    },
  };
  return writer;
}
