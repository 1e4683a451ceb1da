/**
 * A hash table that numbers the gfids of all bricks. Columns of numbers take a tenth of the memory of objects for a million
 * files, and the garbage collector has nothing to trace.
 *
 * The columns have their full length from the start. Growing them would stall the decoder for a third of a second at a
 * million files, and untouched pages are not resident. For the same reason there is no initial list of free numbers:
 * highestUsed counts up.
 */
import { type GfidWords, gfidText, hashGfid } from './gfid-hash.js';

/** Words of a gfid in the column. */
const GFID_WORDS = 4;

/** The least power of two that is not below `least`. */
export function powerOfTwo(least: number): number {
  let power = 1;
  while (power < least) power *= 2;
  return power;
}

export class InodeTable {
  private readonly limit: number;
  private readonly seed: number;
  private readonly gfids: GfidWords;
  private readonly bricks: Uint16Array;
  private readonly generations: Uint32Array;
  /** The next inode of the same hash chain, or the next free number. */
  private readonly next: Uint32Array;
  private readonly heads: Uint32Array;
  private readonly mask: number;
  private highestUsed = 0;
  private firstFree = 0;
  private count = 0;

  constructor(limit: number, seed: number) {
    this.limit = limit;
    this.seed = seed;
    this.gfids = new Uint32Array((limit + 1) * GFID_WORDS);
    this.bricks = new Uint16Array(limit + 1);
    this.generations = new Uint32Array(limit + 1);
    this.next = new Uint32Array(limit + 1);
    this.heads = new Uint32Array(powerOfTwo(limit));
    this.mask = this.heads.length - 1;
  }

  size(): number {
    return this.count;
  }

  isFull(): boolean {
    return this.count === this.limit;
  }

  /** @returns the inode's number; 0: not in the table */
  find(brick: number, gfid: GfidWords): number {
    const { gfids, bricks, next } = this;
    let inode = this.heads[hashGfid(this.seed, brick, gfid, 0) & this.mask];
    for (; inode !== 0; inode = next[inode]) {
      const at = inode * GFID_WORDS;
      if (
        gfids[at + 3] === gfid[3] &&
        gfids[at] === gfid[0] &&
        gfids[at + 1] === gfid[1] &&
        gfids[at + 2] === gfid[2] &&
        bricks[inode] === brick
      ) {
        break;
      }
    }
    return inode;
  }

  /** Numbers an inode that has no number yet; the table must not be full. */
  add(brick: number, gfid: GfidWords): number {
    const { next, heads } = this;
    let inode = this.firstFree;
    if (inode === 0) inode = ++this.highestUsed;
    else this.firstFree = next[inode];
    this.gfids.set(gfid, inode * GFID_WORDS);
    this.bricks[inode] = brick;
    const chain = this.chainOf(inode);
    next[inode] = heads[chain];
    heads[chain] = inode;
    this.count++;
    return inode;
  }

  remove(inode: number): void {
    const { next, heads } = this;
    const chain = this.chainOf(inode);
    if (heads[chain] === inode) heads[chain] = next[inode];
    else {
      let previous = heads[chain];
      while (next[previous] !== inode) previous = next[previous];
      next[previous] = next[inode];
    }
    this.generations[inode]++;
    next[inode] = this.firstFree;
    this.firstFree = inode;
    this.count--;
  }

  /** How many inodes had this number before. */
  generation(inode: number): number {
    return this.generations[inode];
  }

  brickOf(inode: number): number {
    return this.bricks[inode];
  }

  /** Whether it is the root of its brick. */
  isRoot(inode: number): boolean {
    const { gfids } = this;
    const at = inode * GFID_WORDS;
    return gfids[at + 3] === 1 && gfids[at] === 0 && gfids[at + 1] === 0 && gfids[at + 2] === 0;
  }

  copyGfid(inode: number, into: GfidWords): void {
    into.set(this.gfids.subarray(inode * GFID_WORDS, (inode + 1) * GFID_WORDS));
  }

  gfidText(inode: number): string {
    return gfidText(this.gfids.subarray(inode * GFID_WORDS, (inode + 1) * GFID_WORDS));
  }

  private chainOf(inode: number): number {
    return hashGfid(this.seed, this.bricks[inode], this.gfids, inode * GFID_WORDS) & this.mask;
  }
}
