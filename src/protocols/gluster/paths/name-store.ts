/**
 * Stores the texts of names as bytes in cells of fixed size: a million strings would take twice the memory, and the garbage
 * collector would have to trace them.
 *
 * Each name has its own cell, which most names fit into; longer names continue in a chain of overflow cells. Any name can
 * reuse the overflow cells of any other. A name's own cell begins with the length; a text
 * with characters beyond Latin-1 takes two bytes each (UTF-16, as in a string).
 */
import { Buffer } from 'node:buffer';
import { finishNameHash, mixCharCode, startNameHash } from './gfid-hash.js';
import { CELL_BYTES, CELL_WORDS, LINK_WORD, LINKED_CELL_BYTES, OverflowCells } from './name-cells.js';

/** The length and the flag at the start of a name's own cell. */
const HEADER_BYTES = 2;
/** Bytes of a text that fits into its own cell. */
const INLINE_BYTES = CELL_BYTES - HEADER_BYTES;
/** Bytes in its own cell of a text that continues in others. */
const FIRST_BYTES = LINKED_CELL_BYTES - HEADER_BYTES;
/** In the header: two bytes a character. */
const WIDE = 0x8000;

/** The longest name in UTF-16 units. */
export const MAX_NAME_LENGTH = 1024;

function isWide(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return true;
  return false;
}

function byteAt(text: string, wide: boolean, index: number): number {
  return wide ? (text.charCodeAt(index >> 1) >> ((index & 1) << 3)) & 0xff : text.charCodeAt(index);
}

const lengthOf = (header: number): number => header & ~WIDE;
const sizeOf = (header: number): number => ((header & WIDE) === 0 ? header : lengthOf(header) * 2);

export class NameStore {
  private readonly bytes: Uint8Array;
  private readonly halfWords: Uint16Array;
  private readonly words: Uint32Array;
  private readonly overflow: OverflowCells;
  /** The name that was loaded last: its characters, and its bytes. */
  private readonly charCodes = new Uint16Array(MAX_NAME_LENGTH);
  private readonly loaded = Buffer.allocUnsafeSlow(MAX_NAME_LENGTH * 2);

  /**
   * @param highest the highest number of a name
   * @param overflowCells the limit of overflow cells
   */
  constructor(highest: number, overflowCells: number) {
    this.bytes = new Uint8Array((highest + 1) * CELL_BYTES);
    this.halfWords = new Uint16Array(this.bytes.buffer);
    this.words = new Uint32Array(this.bytes.buffer);
    this.overflow = new OverflowCells(overflowCells);
  }

  /** Whether there is room for this text. */
  fits(text: string): boolean {
    const size = isWide(text) ? text.length * 2 : text.length;
    const cells = size <= INLINE_BYTES ? 0 : Math.ceil((size - FIRST_BYTES) / LINKED_CELL_BYTES);
    return cells <= this.overflow.available();
  }

  /** Stores the text of a name that has none. */
  store(name: number, text: string): void {
    const wide = isWide(text);
    const size = wide ? text.length * 2 : text.length;
    this.halfWords[(name * CELL_BYTES) / 2] = wide ? text.length | WIDE : text.length;
    const start = name * CELL_BYTES + HEADER_BYTES;
    const first = size <= INLINE_BYTES ? size : FIRST_BYTES;
    for (let i = 0; i < first; i++) this.bytes[start + i] = byteAt(text, wide, i);
    if (first < size) this.storeOverflow(name, text, wide, size);
  }

  remove(name: number): void {
    let remaining = sizeOf(this.headerOf(name));
    if (remaining <= INLINE_BYTES) return;
    const { overflow } = this;
    let cell = this.words[name * CELL_WORDS + LINK_WORD];
    for (remaining -= FIRST_BYTES; remaining > 0; remaining -= LINKED_CELL_BYTES) {
      const next = overflow.nextOf(cell);
      overflow.free(cell);
      cell = next;
    }
  }

  /** Moves the text of one name to another that has none. */
  move(from: number, to: number): void {
    const { words } = this;
    for (let i = 0; i < CELL_WORDS; i++) words[to * CELL_WORDS + i] = words[from * CELL_WORDS + i];
  }

  equals(name: number, text: string): boolean {
    const header = this.headerOf(name);
    if (lengthOf(header) !== text.length) return false;
    if (header <= INLINE_BYTES) {
      const { bytes } = this;
      const start = name * CELL_BYTES + HEADER_BYTES;
      // Backwards: names in one directory often share a prefix.
      for (let i = header - 1; i >= 0; i--) if (bytes[start + i] !== text.charCodeAt(i)) return false;
      return true;
    }
    const length = this.load(name);
    for (let i = 0; i < length; i++) if (this.charCodes[i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** The same as hashName() of the text. */
  hash(name: number, seed: number): number {
    const length = this.load(name);
    const { charCodes } = this;
    let hash = startNameHash(seed);
    for (let i = 0; i < length; i++) hash = mixCharCode(hash, charCodes[i]);
    return finishNameHash(hash);
  }

  text(name: number): string {
    const size = this.readBytes(name, this.loaded, 0);
    return this.loaded.toString((this.headerOf(name) & WIDE) === 0 ? 'latin1' : 'utf16le', 0, size);
  }

  /** In UTF-16 units. */
  length(name: number): number {
    return lengthOf(this.headerOf(name));
  }

  /** Copies a text of one byte a character so that it ends at `end`; false: its characters take two bytes. */
  copyBackwards(name: number, into: Uint8Array, end: number): boolean {
    const header = this.headerOf(name);
    if ((header & WIDE) !== 0) return false;
    this.readBytes(name, into, end - header);
    return true;
  }

  private headerOf(name: number): number {
    return this.halfWords[(name * CELL_BYTES) / 2];
  }

  private storeOverflow(name: number, text: string, wide: boolean, size: number): void {
    const { overflow } = this;
    let cell = overflow.allocate();
    this.words[name * CELL_WORDS + LINK_WORD] = cell;
    for (let stored = FIRST_BYTES; ; ) {
      const chunk = overflow.chunkOf(cell);
      const offset = overflow.offsetOf(cell);
      const count = Math.min(LINKED_CELL_BYTES, size - stored);
      for (let i = 0; i < count; i++) chunk[offset + i] = byteAt(text, wide, stored + i);
      stored += count;
      if (stored === size) break;
      const next = overflow.allocate();
      overflow.link(cell, next);
      cell = next;
    }
  }

  /** Copies the bytes of a text to `at`; returns how many. */
  private readBytes(name: number, into: Uint8Array, at: number): number {
    const { bytes, overflow } = this;
    const size = sizeOf(this.headerOf(name));
    const start = name * CELL_BYTES + HEADER_BYTES;
    const first = size <= INLINE_BYTES ? size : FIRST_BYTES;
    for (let i = 0; i < first; i++) into[at + i] = bytes[start + i];
    let cell = first === size ? 0 : this.words[name * CELL_WORDS + LINK_WORD];
    for (let read = first; read < size; ) {
      const chunk = overflow.chunkOf(cell);
      const offset = overflow.offsetOf(cell);
      const count = Math.min(LINKED_CELL_BYTES, size - read);
      for (let i = 0; i < count; i++) into[at + read + i] = chunk[offset + i];
      read += count;
      cell = overflow.nextOf(cell);
    }
    return size;
  }

  /** Loads the characters of a text; returns how many. */
  private load(name: number): number {
    const { charCodes, loaded } = this;
    const header = this.headerOf(name);
    const size = this.readBytes(name, loaded, 0);
    const length = lengthOf(header);
    if ((header & WIDE) === 0) for (let i = 0; i < size; i++) charCodes[i] = loaded[i];
    else for (let i = 0; i < length; i++) charCodes[i] = loaded[2 * i] | (loaded[2 * i + 1] << 8);
    return length;
  }
}
