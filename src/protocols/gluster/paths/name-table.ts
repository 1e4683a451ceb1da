/**
 * Names of inodes in directories, found by directory and text, in columns like the inodes' (inode-table.ts). 0 is no name.
 *
 * Nearly all files have one name. The newest name of an inode has the inode's number, so no column maps it to its inode.
 * Older names have higher numbers (extra-names.ts).
 */
import { ExtraNames } from './extra-names.js';
import { hashName } from './gfid-hash.js';
import { type InodeTable, powerOfTwo } from './inode-table.js';
import { NameStore } from './name-store.js';

/** Overflow cells for long names per inode: all names share them. */
const CELLS_PER_INODE = 4;

export class NameTable {
  readonly texts: NameStore;
  private readonly inodes: InodeTable;
  private readonly limit: number;
  private readonly seed: number;
  /** The directory's number, and above it the generation of that number; 0: the name is free. */
  private readonly parents: Uint32Array;
  private readonly gapCounts: Uint32Array;
  /** The next name of the same hash chain. */
  private readonly next: Uint32Array;
  private readonly heads: Uint32Array;
  private readonly mask: number;
  private readonly extra: ExtraNames;
  /** A temporary number, used while two names exchange theirs. */
  private readonly spare: number;
  private readonly parentBits: number;
  private readonly parentMask: number;

  constructor(limit: number, inodes: InodeTable, seed: number) {
    this.limit = limit;
    this.inodes = inodes;
    this.seed = seed;
    const extraLimit = (limit >> 2) + 1;
    this.extra = new ExtraNames(limit, extraLimit);
    this.spare = limit + extraLimit + 1;
    this.texts = new NameStore(this.spare, limit * CELLS_PER_INODE);
    this.parents = new Uint32Array(this.spare + 1);
    this.gapCounts = new Uint32Array(this.spare + 1);
    this.next = new Uint32Array(this.spare + 1);
    this.heads = new Uint32Array(powerOfTwo(limit));
    this.mask = this.heads.length - 1;
    // For any limit, directory and generation together repeat only after 2^32 inodes.
    this.parentBits = Math.ceil(Math.log2(limit + 1));
    this.parentMask = 2 ** this.parentBits - 1;
  }

  find(parent: number, text: string): number {
    const { parents, next, texts } = this;
    const packed = this.packParent(parent);
    let name = this.heads[this.chainOf(parent, text)];
    while (name !== 0 && !(parents[name] === packed && texts.equals(name, text))) name = next[name];
    return name;
  }

  inodeOf(name: number): number {
    return name <= this.limit ? name : this.extra.inodeOf(name);
  }

  parentOf(name: number): number {
    return (this.parents[name] & this.parentMask) >>> 0;
  }

  /** The gap count of the brick when the name was observed. */
  gapCountOf(name: number): number {
    return this.gapCounts[name];
  }

  setGapCount(name: number, gapCount: number): void {
    this.gapCounts[name] = gapCount;
  }

  /** The newest name of an inode; 0: it has none. */
  newestOf(inode: number): number {
    return this.parents[inode] === 0 ? 0 : inode;
  }

  /** The next older name of the same inode; 0: there is none. */
  olderThan(name: number): number {
    return name > this.limit ? this.extra.olderThan(name) : this.extra.newestOf(name);
  }

  /** Whether the name's directory was not evicted since. */
  isAlive(name: number): boolean {
    return this.parents[name] === this.packParent(this.parentOf(name));
  }

  /** The newest name whose directory was not evicted; 0: there is none. */
  newestAliveOf(inode: number): number {
    let name = this.newestOf(inode);
    while (name !== 0 && !this.isAlive(name)) name = this.olderThan(name);
    return name;
  }

  /** Whether there is room for one more name of the inode. */
  fits(text: string, inode: number): boolean {
    return (this.parents[inode] === 0 || this.extra.hasRoom()) && this.texts.fits(text);
  }

  /** Adds a name, which becomes the newest of the inode; there must be room. */
  add(parent: number, text: string, inode: number, gapCount: number): void {
    if (this.parents[inode] !== 0) this.renumber(inode, this.extra.allocate(inode));
    this.texts.store(inode, text);
    this.parents[inode] = this.packParent(parent);
    this.gapCounts[inode] = gapCount;
    const chain = this.chainOf(parent, text);
    this.next[inode] = this.heads[chain];
    this.heads[chain] = inode;
  }

  /** Makes a name the newest of its inode. */
  makeNewest(name: number): void {
    const inode = this.inodeOf(name);
    if (name === inode) return;
    const { extra, spare } = this;
    extra.detach(name);
    this.renumber(name, spare);
    extra.release(name);
    this.renumber(inode, extra.allocate(inode));
    this.renumber(spare, inode);
  }

  remove(name: number): void {
    this.replaceInChain(name, this.next[name]);
    this.texts.remove(name);
    this.parents[name] = 0;
    const { extra } = this;
    const inode = this.inodeOf(name);
    const freed = name === inode ? extra.newestOf(inode) : name;
    if (freed === 0) return;
    extra.detach(freed);
    // The second name takes the inode's number.
    if (freed !== name) this.renumber(freed, inode);
    extra.release(freed);
  }

  /**
   * Removes names of an inode: `all`, or only names whose directory was evicted. `keepNewest` spares the newest. Returns
   * the number of names left.
   */
  removeNamesOf(inode: number, all: boolean, keepNewest: boolean): number {
    let left = 0;
    for (let name = this.olderThan(inode); name !== 0; ) {
      const older = this.olderThan(name);
      if (all || !this.isAlive(name)) this.remove(name);
      else left++;
      name = older;
    }
    if (this.parents[inode] === 0) return left;
    if (keepNewest || !(all || !this.isAlive(inode))) return left + 1;
    this.remove(inode);
    return left;
  }

  removeOldestOf(inode: number): void {
    let oldest = inode;
    while (this.olderThan(oldest) !== 0) oldest = this.olderThan(oldest);
    this.remove(oldest);
  }

  private packParent(inode: number): number {
    return ((this.inodes.generation(inode) << this.parentBits) | inode) >>> 0;
  }

  private chainOf(parent: number, text: string): number {
    return hashName(this.seed ^ parent, text) & this.mask;
  }

  private replaceInChain(name: number, by: number): void {
    const { heads, next } = this;
    const chain = this.texts.hash(name, this.seed ^ this.parentOf(name)) & this.mask;
    if (heads[chain] === name) heads[chain] = by;
    else {
      let previous = heads[chain];
      while (next[previous] !== name) previous = next[previous];
      next[previous] = by;
    }
  }

  /** Gives a name another number. */
  private renumber(from: number, to: number): void {
    this.next[to] = this.next[from];
    this.replaceInChain(from, to);
    this.texts.move(from, to);
    this.parents[to] = this.parents[from];
    this.gapCounts[to] = this.gapCounts[from];
    this.parents[from] = 0;
  }
}
