/**
 * The texts of names, as bytes in cells of one size: a million strings would take twice the memory, and the garbage
 * collector would walk through them.
 *
 * Each name has a cell of its own, which most fit into; of what is longer the rest is in a chain of others. They are
 * all alike, so that whatever one name leaves another can use. A cell begins with the length; a text with characters
 * beyond Latin-1 has two bytes for each (UTF-16, as a string has).
 */
import { Buffer } from 'node:buffer';
import { beginHash, endHash, hashUnit } from './gfid-hash.js';

const CellBytes = 24;
/** Behind the length: of a text that fits, and of one that goes on. */
const HeadBytes = 2;
const WholeBytes = CellBytes - HeadBytes;
const LinkBytes = 4;
const FirstBytes = WholeBytes - LinkBytes;
const MoreBytes = CellBytes - LinkBytes;
const LinkWord = MoreBytes / 4;
const Wide = 0x8000;
/** Cells for the rest of long names come so many at a time. */
const ChunkCells = 4096;

/** The most characters of a text. */
export const TextUnits = 1024;

export interface Names {
  /** Whether there is room for this text. */
  fits(text: string): boolean;
  put(name: number, text: string): void;
  remove(name: number): void;
  /** One is the other now, which was none. */
  move(from: number, to: number): void;
  is(name: number, text: string): boolean;
  /** As hashName() has it of the text. */
  hash(name: number, seed: number): number;
  text(name: number): string;
  /** Characters. */
  length(name: number): number;
  /** Puts a text of one byte a character so that it ends there; false: it is none. */
  copy(name: number, into: Uint8Array, end: number): boolean;
}

/** @param most names, and cells for what is longer than one */
export function newNames(most: number, mostCells: number): Names {
  const bytes = new Uint8Array((most + 1) * CellBytes);
  const heads = new Uint16Array(bytes.buffer);
  const links = new Uint32Array(bytes.buffer);
  const chunks: Uint8Array[] = [];
  const chunkLinks: Uint32Array[] = [];
  // Cells of chunks are numbered from 1; 0 is none.
  let used = 0;
  let free = 0;
  let freeCount = 0;
  /** The last text that was read, as characters and, where they fit, as bytes. */
  const units = new Uint16Array(TextUnits);
  const narrow = Buffer.allocUnsafeSlow(TextUnits * 2);

  const chunkOf = (cell: number) => chunks[Math.floor((cell - 1) / ChunkCells)];
  const placeOf = (cell: number) => ((cell - 1) % ChunkCells) * CellBytes;
  const linksOf = (cell: number) => chunkLinks[Math.floor((cell - 1) / ChunkCells)];
  const linkOf = (cell: number) => placeOf(cell) / 4 + LinkWord;

  const newCell = (): number => {
    if (free !== 0) {
      const cell = free;
      free = linksOf(cell)[linkOf(cell)];
      freeCount--;
      return cell;
    }
    if (used === chunks.length * ChunkCells) {
      const chunk = new Uint8Array(ChunkCells * CellBytes);
      chunks.push(chunk);
      chunkLinks.push(new Uint32Array(chunk.buffer));
    }
    return ++used;
  };

  const headOf = (name: number) => heads[(name * CellBytes) / 2];
  const lengthOf = (head: number) => head & ~Wide;
  const sizeOf = (head: number) => ((head & Wide) === 0 ? head : lengthOf(head) * 2);
  const firstLink = (name: number) => (name * CellBytes) / 4 + LinkWord;

  /** Reads its bytes into an array; returns how many. */
  const read = (name: number, into: Uint8Array, at: number): number => {
    const size = sizeOf(headOf(name));
    const from = name * CellBytes + HeadBytes;
    const first = size <= WholeBytes ? size : FirstBytes;
    for (let i = 0; i < first; i++) into[at + i] = bytes[from + i];
    let cell = first === size ? 0 : links[firstLink(name)];
    for (let done = first; done < size; ) {
      const chunk = chunkOf(cell);
      const place = placeOf(cell);
      const count = Math.min(MoreBytes, size - done);
      for (let i = 0; i < count; i++) into[at + done + i] = chunk[place + i];
      done += count;
      cell = linksOf(cell)[linkOf(cell)];
    }
    return size;
  };

  /** Reads its characters; returns how many. */
  const load = (name: number): number => {
    const head = headOf(name);
    const size = read(name, narrow, 0);
    const length = lengthOf(head);
    if ((head & Wide) === 0) for (let i = 0; i < size; i++) units[i] = narrow[i];
    else for (let i = 0; i < length; i++) units[i] = narrow[2 * i] | (narrow[2 * i + 1] << 8);
    return length;
  };

  const isWide = (text: string): boolean => {
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return true;
    return false;
  };
  const byteOf = (text: string, wide: boolean, at: number): number =>
    wide ? (text.charCodeAt(at >> 1) >> ((at & 1) << 3)) & 0xff : text.charCodeAt(at);

  return {
    fits(text) {
      const size = isWide(text) ? text.length * 2 : text.length;
      const more = size <= WholeBytes ? 0 : Math.ceil((size - FirstBytes) / MoreBytes);
      return more <= freeCount + mostCells - used;
    },
    put(name, text) {
      const wide = isWide(text);
      const size = wide ? text.length * 2 : text.length;
      heads[(name * CellBytes) / 2] = wide ? text.length | Wide : text.length;
      const to = name * CellBytes + HeadBytes;
      const first = size <= WholeBytes ? size : FirstBytes;
      for (let i = 0; i < first; i++) bytes[to + i] = byteOf(text, wide, i);
      if (first === size) return;
      let cell = newCell();
      links[firstLink(name)] = cell;
      for (let done = first; ; ) {
        const chunk = chunkOf(cell);
        const place = placeOf(cell);
        const count = Math.min(MoreBytes, size - done);
        for (let i = 0; i < count; i++) chunk[place + i] = byteOf(text, wide, done + i);
        done += count;
        if (done === size) break;
        const next = newCell();
        linksOf(cell)[linkOf(cell)] = next;
        cell = next;
      }
    },
    remove(name) {
      let left = sizeOf(headOf(name));
      if (left <= WholeBytes) return;
      let cell = links[firstLink(name)];
      for (left -= FirstBytes; left > 0; left -= MoreBytes) {
        const next = linksOf(cell)[linkOf(cell)];
        linksOf(cell)[linkOf(cell)] = free;
        free = cell;
        freeCount++;
        cell = next;
      }
    },
    move(from, to) {
      const words = CellBytes / 4;
      for (let i = 0; i < words; i++) links[to * words + i] = links[from * words + i];
    },
    is(name, text) {
      const head = headOf(name);
      if (lengthOf(head) !== text.length) return false;
      if (head <= WholeBytes) {
        const from = name * CellBytes + HeadBytes;
        // From its end: names in one directory often begin alike.
        for (let i = head - 1; i >= 0; i--) if (bytes[from + i] !== text.charCodeAt(i)) return false;
        return true;
      }
      const length = load(name);
      for (let i = 0; i < length; i++) if (units[i] !== text.charCodeAt(i)) return false;
      return true;
    },
    hash(name, seed) {
      const length = load(name);
      let hash = beginHash(seed);
      for (let i = 0; i < length; i++) hash = hashUnit(hash, units[i]);
      return endHash(hash);
    },
    text(name) {
      const size = read(name, narrow, 0);
      return narrow.toString((headOf(name) & Wide) === 0 ? 'latin1' : 'utf16le', 0, size);
    },
    length: (name) => lengthOf(headOf(name)),
    copy(name, into, end) {
      const head = headOf(name);
      if ((head & Wide) !== 0) return false;
      read(name, into, end - head);
      return true;
    },
  };
}
