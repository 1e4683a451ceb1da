/**
 * The ring of segments: memory that the one writer (the capture thread) shares with the decoders, each of which walks
 * every segment. The writer fills one segment at a time and publishes its length as it grows; a segment is free again
 * once every decoder has passed it.
 *
 * Segments are numbered from 0 on without end; segment n lies in slot n mod slots. The number is a 32-bit word: at
 * 8 MiB a segment it lasts for 16 EiB.
 */

/** What a thread needs to open the ring (structured clone keeps shared memory shared). */
export interface RingMemory {
  readonly data: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly slots: number;
  readonly slotBytes: number;
  readonly readers: number;
}

/** Words of the control block. One word for each slot and READER_WORDS for each reader follow. */
export const RingWord = {
  /** The segment being written: all before it are sealed. */
  head: 0,
  /** Increases with every publication; decoders wait on it. */
  published: 1,
  /** Increases when a decoder passes a segment; a writer that must not drop waits on it. */
  freed: 2,
  /** 1: nothing more will be published. */
  finished: 3,
  /** The most slots that were ever in use at once. */
  peak: 4,
  /** The same since it was last reset (takeRecentPeak). */
  recentPeak: 5,
} as const;
const CONTROL_WORDS = 8;

/** A reader's words: its segment, and its position in there. A replacement continues from both. */
const READER_WORDS = 2;

const PAGE_BYTES = 4096;

/** The word with the number of bytes that are published in a slot. */
export function slotWord(slot: number): number {
  return CONTROL_WORDS + slot;
}

export function readerWord(memory: RingMemory, reader: number): number {
  return CONTROL_WORDS + memory.slots + reader * READER_WORDS;
}

/**
 * @param totalBytes size of all segments together
 * @param slots number of segments, at least 2: one is written while others are read
 */
export function createRing(totalBytes: number, slots: number, readers: number): RingMemory {
  const slotBytes = Math.floor(totalBytes / slots / PAGE_BYTES) * PAGE_BYTES;
  const words = CONTROL_WORDS + slots + readers * READER_WORDS;
  return {
    data: new SharedArrayBuffer(slotBytes * slots),
    control: new SharedArrayBuffer(words * 4),
    slots,
    slotBytes,
    readers,
  };
}

/** Slots between the slowest reader and the writer, including the one being written. */
export function slotsInUse(memory: RingMemory, control: Int32Array): number {
  const head = Atomics.load(control, RingWord.head);
  let most = 0;
  for (let reader = 0; reader < memory.readers; reader++) {
    const behind = head - Atomics.load(control, readerWord(memory, reader));
    if (behind > most) most = behind;
  }
  return most + 1;
}

/** The most slots that were in use at once since the last call. */
export function takeRecentPeak(memory: RingMemory, control: Int32Array): number {
  return Math.max(Atomics.exchange(control, RingWord.recentPeak, 0), slotsInUse(memory, control));
}

/** Bytes that the slowest reader has yet to read. */
export function bytesInUse(memory: RingMemory, control: Int32Array): number {
  const head = Atomics.load(control, RingWord.head);
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
