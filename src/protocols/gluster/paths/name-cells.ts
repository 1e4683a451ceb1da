/** The cells of the name store (name-store.ts): fixed size, chained by a link in the last word. */

export const CELL_BYTES = 24;
export const CELL_WORDS = CELL_BYTES / 4;
/** Bytes before the link. */
export const LINKED_CELL_BYTES = CELL_BYTES - 4;
/** Index of the link among the words of a cell. */
export const LINK_WORD = LINKED_CELL_BYTES / 4;
/** Overflow cells are allocated in chunks of this many. */
const CHUNK_CELLS = 4096;

/** Overflow cells for names that do not fit into their own cell, numbered from 1; 0 is none. */
export class OverflowCells {
  private readonly limit: number;
  private readonly chunks: Uint8Array[] = [];
  private readonly chunkWords: Uint32Array[] = [];
  private highestUsed = 0;
  private firstFree = 0;
  private freeCount = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Cells that can still be allocated. */
  available(): number {
    return this.freeCount + this.limit - this.highestUsed;
  }

  allocate(): number {
    const cell = this.firstFree;
    if (cell !== 0) {
      this.firstFree = this.nextOf(cell);
      this.freeCount--;
      return cell;
    }
    if (this.highestUsed === this.chunks.length * CHUNK_CELLS) {
      const chunk = new Uint8Array(CHUNK_CELLS * CELL_BYTES);
      this.chunks.push(chunk);
      this.chunkWords.push(new Uint32Array(chunk.buffer));
    }
    return ++this.highestUsed;
  }

  free(cell: number): void {
    this.link(cell, this.firstFree);
    this.firstFree = cell;
    this.freeCount++;
  }

  /** The next cell of the chain. */
  nextOf(cell: number): number {
    return this.wordsOf(cell)[this.linkIndexOf(cell)];
  }

  link(cell: number, next: number): void {
    this.wordsOf(cell)[this.linkIndexOf(cell)] = next;
  }

  /** The chunk that contains the cell, at offsetOf(). */
  chunkOf(cell: number): Uint8Array {
    return this.chunks[Math.floor((cell - 1) / CHUNK_CELLS)];
  }

  offsetOf(cell: number): number {
    return ((cell - 1) % CHUNK_CELLS) * CELL_BYTES;
  }

  private wordsOf(cell: number): Uint32Array {
    return this.chunkWords[Math.floor((cell - 1) / CHUNK_CELLS)];
  }

  private linkIndexOf(cell: number): number {
    return ((cell - 1) % CHUNK_CELLS) * CELL_WORDS + LINK_WORD;
  }
}
