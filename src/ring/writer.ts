/** The writing side of the ring: one per ring, in the capture thread. */
import { MARK, type Mark, RECORD_HEADER } from './layout.js';
import { endOfRecordsWithin } from './records.js';
import { ControlWord, type RingMemory, readerWord, slotsInUse, slotWord } from './ring.js';

export interface RingWriter {
  /** The whole ring's bytes; segments lie behind each other. */
  readonly bytes: Uint8Array;
  /** Where the next record goes, as a position in `bytes`. */
  position(): number;
  /** Free bytes from position() to the segment's end; 0 while no segment is free. */
  freeBytes(): number;
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
  waitForFreeSlot(ms: number): void;
  /** Copies the whole records of bytes[start, end); returns where it stopped for want of room. */
  copyRecords(bytes: Uint8Array, start: number, end: number): number;
  /** Writes a mark; false if there is no room for it now. */
  writeMark(kind: Mark, value: number): boolean;
  /** Nothing more will come. */
  finish(): void;
}

export function openWriter(memory: RingMemory): RingWriter {
  const control = new Int32Array(memory.control);
  const bytes = new Uint8Array(memory.data);
  const view = new DataView(memory.data);
  let head = Atomics.load(control, ControlWord.head);
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
    freeBytes: () => {
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
      wake(ControlWord.published);
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
      Atomics.store(control, ControlWord.head, head);
      unannounced = false;
      wake(ControlWord.published);
      const inUse = slotsInUse(memory, control);
      for (const peak of [ControlWord.peak, ControlWord.recent]) {
        if (inUse > Atomics.load(control, peak)) Atomics.store(control, peak, inUse);
      }
      return true;
    },
    waitForFreeSlot(ms) {
      const seen = Atomics.load(control, ControlWord.freed);
      if (!slotIsFree(head + 1)) Atomics.wait(control, ControlWord.freed, seen, ms);
    },
    copyRecords(from, start, end) {
      let at = start;
      while (at < end) {
        const room = writer.freeBytes();
        const stop = endOfRecordsWithin(from, at, end, room);
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
    writeMark(kind, value) {
      if (writer.freeBytes() < RECORD_HEADER && !writer.advance()) return false;
      const at = base + used;
      view.setUint32(at, kind, true);
      view.setUint32(at + 4, value, true);
      view.setUint32(at + 8, 0, true);
      view.setUint32(at + 12, MARK, true);
      writer.commit(RECORD_HEADER);
      return true;
    },
    finish() {
      Atomics.store(control, ControlWord.finished, 1);
      wake(ControlWord.published);
    },
  };
  return writer;
}
