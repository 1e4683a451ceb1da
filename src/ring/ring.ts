/**
 * The ring of segments: shared memory between the one writer (the capture thread) and the decoders,
 * each of which walks every segment. The writer fills one segment at a time and publishes its length
 * as it grows; a segment is free again when every decoder has passed it.
 *
 * Segments are counted from 0 for ever; segment n lies in slot n mod slots. The count is a 32-bit word:
 * at 8 MiB a segment it ends after 16 EiB.
 */

/** What threads are handed to open the ring (structured clone keeps shared memory shared). */
export interface RingMemory {
  readonly data: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly slots: number;
  readonly slotBytes: number;
  readonly readers: number;
}

/** Words of the control block; behind them one word a slot, then READER_WORDS words a reader. */
export const ControlWord = {
  /** The segment being written: all before it are sealed. */
  head: 0,
  /** Grows with every publication; decoders wait on it. */
  published: 1,
  /** Grows when a decoder passes a segment; an offline writer waits on it. */
  freed: 2,
  /** 1: nothing will be published any more. */
  finished: 3,
  /** The most slots that were ever in use at once. */
  peak: 4,
  /** The same since it was set to 0 last (recentPeak). */
  recent: 5,
} as const;
const WORDS = 8;

/** A reader's words: the segment it is in, and how far it is in there (a replacement goes on from both). */
const READER_WORDS = 2;

export function slotWord(slot: number): number {
  return WORDS + slot;
}

export function readerWord(memory: RingMemory, reader: number): number {
  return WORDS + memory.slots + reader * READER_WORDS;
}

/**
 * @param totalBytes size of all segments together
 * @param slots number of segments, at least 2: one being written while others are read
 */
export function createRing(totalBytes: number, slots: number, readers: number): RingMemory {
  const slotBytes = Math.floor(totalBytes / slots / 4096) * 4096;
  const words = WORDS + slots + readers * READER_WORDS;
  return {
    data: new SharedArrayBuffer(slotBytes * slots),
    control: new SharedArrayBuffer(words * 4),
    slots,
    slotBytes,
    readers,
  };
}

/** How full the ring is: slots between the slowest reader and the writer, the one being written included. */
export function slotsInUse(memory: RingMemory, control: Int32Array): number {
  const head = Atomics.load(control, ControlWord.head);
  let most = 0;
  for (let reader = 0; reader < memory.readers; reader++) {
    const behind = head - Atomics.load(control, readerWord(memory, reader));
    if (behind > most) most = behind;
  }
  return most + 1;
}

/** The most slots that were in use at once since this was asked last. */
export function takeRecentPeak(memory: RingMemory, control: Int32Array): number {
  return Math.max(Atomics.exchange(control, ControlWord.recent, 0), slotsInUse(memory, control));
}

/** Bytes in the ring that the slowest reader has yet to pass. */
export function bytesInUse(memory: RingMemory, control: Int32Array): number {
  const head = Atomics.load(control, ControlWord.head);
  let most = 0;
  for (let reader = 0; reader < memory.readers; reader++) {
    const word = readerWord(memory, reader);
    const first = Atomics.load(control, word);
    let bytes = -control[word + 1];
    for (let segment = first; segment <= head; segment++) {
      bytes += Atomics.load(control, slotWord(segment % memory.slots));
    }
    most = Math.max(most, bytes);
  }
  return most;
}
