/**
 * Which gfid of which brick has which number, by hash. Columns of numbers instead of objects: a million files take a
 * tenth of the memory, and the garbage collector has nothing to walk through.
 *
 * The columns are as long as they can ever be from the start: growing them would stop everything for a third of a
 * second at a million files, and memory that was never touched is not the process's yet. For the same reason nothing
 * is written in advance: numbers that were never used are simply counted up.
 */
import { type GfidWords, gfidText, hashGfid } from './gfid-hash.js';

export interface Inodes {
  size(): number;
  /** Whether all numbers are in use. */
  full(): boolean;
  /** Its number; 0: it is not known. */
  find(brick: number, gfid: GfidWords): number;
  /** A number for one that has none; there must be one left. */
  add(brick: number, gfid: GfidWords): number;
  remove(inode: number): void;
  /** How often its number was somebody else's. */
  generation(inode: number): number;
  brick(inode: number): number;
  /** The root of its brick. */
  isRoot(inode: number): boolean;
  /** Puts its gfid. */
  gfid(inode: number, into: GfidWords): void;
  text(inode: number): string;
}

/** The least power of two that is not less. */
export function powerOfTwo(least: number): number {
  let power = 1;
  while (power < least) power *= 2;
  return power;
}

export function newInodes(limit: number, seed: number): Inodes {
  const gfids = new Uint32Array((limit + 1) * 4);
  const bricks = new Uint16Array(limit + 1);
  const generations = new Uint32Array(limit + 1);
  /** The next in the same chain, or the next that is free. */
  const next = new Uint32Array(limit + 1);
  const heads = new Uint32Array(powerOfTwo(limit));
  const mask = heads.length - 1;
  let used = 0;
  let free = 0;
  let count = 0;

  const headOf = (inode: number): number => {
    const at = inode * 4;
    return hashGfid(seed, bricks[inode], gfids[at], gfids[at + 1], gfids[at + 2], gfids[at + 3]) & mask;
  };
  return {
    size: () => count,
    full: () => count === limit,
    find(brick, gfid) {
      let inode = heads[hashGfid(seed, brick, gfid[0], gfid[1], gfid[2], gfid[3]) & mask];
      for (; inode !== 0; inode = next[inode]) {
        const at = inode * 4;
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
    },
    add(brick, gfid) {
      const inode = free || ++used;
      free = inode === free ? next[free] : free;
      gfids.set(gfid, inode * 4);
      bricks[inode] = brick;
      const head = headOf(inode);
      next[inode] = heads[head];
      heads[head] = inode;
      count++;
      return inode;
    },
    remove(inode) {
      const head = headOf(inode);
      if (heads[head] === inode) heads[head] = next[inode];
      else {
        let at = heads[head];
        while (next[at] !== inode) at = next[at];
        next[at] = next[inode];
      }
      generations[inode]++;
      next[inode] = free;
      free = inode;
      count--;
    },
    generation: (inode) => generations[inode],
    brick: (inode) => bricks[inode],
    isRoot(inode) {
      const at = inode * 4;
      return gfids[at + 3] === 1 && gfids[at] === 0 && gfids[at + 1] === 0 && gfids[at + 2] === 0;
    },
    gfid(inode, into) {
      into.set(gfids.subarray(inode * 4, inode * 4 + 4));
    },
    text: (inode) => gfidText(gfids.subarray(inode * 4, inode * 4 + 4)),
  };
}
