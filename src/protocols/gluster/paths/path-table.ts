/**
 * Paths of files: which inode has which name in which directory, for all bricks of a decoder, in bounded memory. The
 * least recently used inode is evicted first. Using a file uses the directories above it too, so a directory stays as
 * long as anything in it does.
 */
import { Buffer } from 'node:buffer';
import type { GfidWords } from './gfid-hash.js';
import { InodeTable } from './inode-table.js';
import { LruList } from './lru-list.js';
import { MAX_NAME_LENGTH } from './name-store.js';
import { NameTable } from './name-table.js';

/** Names kept of one file: a further hard link replaces the oldest. */
const MAX_NAMES = 16;
/** Directories followed above a file: ends a cycle of directories that name each other as parents. */
const MAX_DEPTH = 512;
/** Characters of a path, beyond which it is partial (PATH_MAX of Linux). */
const MAX_PATH_LENGTH = 4096;

const SLASH = 0x2f;

export interface Path {
  text: string;
  /** Whether any part was observed before the latest gap toward the brick. */
  stale: boolean;
}

export class PathTable {
  private readonly gapCounts: Uint32Array;
  private readonly inodes: InodeTable;
  private readonly names: NameTable;
  private readonly lru: LruList;
  /** 1: the inode is a directory. */
  private readonly directories: Uint8Array;
  /** A path is assembled here from its end. */
  private readonly buffer = Buffer.allocUnsafeSlow(MAX_PATH_LENGTH + MAX_NAME_LENGTH + 2);

  /** @param gapCounts gaps so far, by brick: a name observed before the latest gap is stale */
  constructor(capacity: number, gapCounts: Uint32Array, seed: number) {
    const limit = Math.max(2, capacity);
    this.gapCounts = gapCounts;
    this.inodes = new InodeTable(limit, seed);
    this.names = new NameTable(limit, this.inodes, seed);
    this.lru = new LruList(limit);
    this.directories = new Uint8Array(limit + 1);
  }

  /** Inodes in the table. */
  size(): number {
    return this.inodes.size();
  }

  /**
   * The path of a file from the root, or from the first directory without a known name; undefined: the file has no known
   * name itself.
   */
  pathOf(brick: number, gfid: GfidWords): Path | undefined {
    const inode = this.inodes.find(brick, gfid);
    if (inode === 0) return undefined;
    this.touchWithAncestors(inode);
    return this.assemblePath(inode);
  }

  /**
   * Records that the file has this name in the directory.
   * @param isOnlyName it has no other name
   * @param gapCount gaps of the brick when the name was observed
   */
  recordName(
    brick: number,
    parentGfid: GfidWords,
    text: string,
    gfid: GfidWords,
    isOnlyName: boolean,
    gapCount: number,
  ): void {
    const { names, directories, gapCounts } = this;
    // The directory first: making room for it must not evict the file.
    const parent = this.findOrAdd(brick, parentGfid);
    const inode = this.findOrAdd(brick, gfid);
    if (inode === parent) return;
    directories[parent] = 1;
    const existing = names.find(parent, text);
    const isSame = existing !== 0 && names.inodeOf(existing) === inode;
    if (isSame) names.makeNewest(existing);
    else if (existing !== 0) names.remove(existing);
    const left = names.removeNamesOf(inode, isOnlyName || directories[inode] === 1, isSame);
    if (isSame) {
      // A name observed since the latest gap stays current, even if an older call repeats it.
      if (names.gapCountOf(inode) !== gapCounts[brick]) names.setGapCount(inode, gapCount);
    } else {
      if (left === MAX_NAMES) names.removeOldestOf(inode);
      this.makeRoom(text, inode);
      // In a very small table the directory may be evicted for it.
      if (names.fits(text, inode) && this.inodes.find(brick, parentGfid) === parent) {
        names.add(parent, text, inode, gapCount);
      }
    }
    this.touchWithAncestors(inode);
  }

  /** Records that no file is known to have this name. */
  removeName(brick: number, parentGfid: GfidWords, text: string): void {
    const name = this.findName(brick, parentGfid, text);
    if (name !== 0) this.names.remove(name);
  }

  /** Copies the gfid of the file with this name; false: none is known that is not stale. */
  findChild(brick: number, parentGfid: GfidWords, text: string, into: GfidWords): boolean {
    const name = this.findName(brick, parentGfid, text);
    if (name === 0 || this.names.gapCountOf(name) !== this.gapCounts[brick]) return false;
    this.inodes.copyGfid(this.names.inodeOf(name), into);
    return true;
  }

  private findName(brick: number, parentGfid: GfidWords, text: string): number {
    const parent = this.inodes.find(brick, parentGfid);
    return parent === 0 ? 0 : this.names.find(parent, text);
  }

  /** The inode, as the most recently used one. */
  private findOrAdd(brick: number, gfid: GfidWords): number {
    let inode = this.inodes.find(brick, gfid);
    if (inode !== 0) {
      this.lru.touch(inode);
      return inode;
    }
    if (this.inodes.isFull()) this.evictOldest();
    inode = this.inodes.add(brick, gfid);
    this.lru.add(inode);
    return inode;
  }

  /** Evicts inodes until the name fits: one without further names frees its own, one with several frees those too. */
  private makeRoom(text: string, inode: number): void {
    while (!this.names.fits(text, inode) && this.lru.oldest() !== inode) this.evictOldest();
  }

  private evictOldest(): void {
    const { names } = this;
    const inode = this.lru.oldest();
    while (names.newestOf(inode) !== 0) names.remove(inode);
    this.inodes.remove(inode);
    this.lru.remove(inode);
    this.directories[inode] = 0;
  }

  /** Uses an inode, then the directories above each of its names: a directory is always more recent than its content. */
  private touchWithAncestors(inode: number): void {
    const { names, lru } = this;
    lru.touch(inode);
    for (let name = names.newestOf(inode); name !== 0; name = names.olderThan(name)) {
      let at = names.isAlive(name) ? name : 0;
      for (let depth = 0; at !== 0 && depth < MAX_DEPTH; depth++) {
        const parent = names.parentOf(at);
        lru.touch(parent);
        at = names.newestAliveOf(parent);
      }
    }
  }

  private assemblePath(inode: number): Path | undefined {
    const { inodes, names, buffer } = this;
    const { texts } = names;
    const gapCount = this.gapCounts[inodes.brickOf(inode)];
    /** The end of the path so far, if a name has characters of more than a byte. */
    let wideEnd = '';
    let start = buffer.length;
    let length = 0;
    let stale = false;
    let at = inode;
    for (let depth = 0; depth < MAX_DEPTH && length < MAX_PATH_LENGTH && !inodes.isRoot(at); depth++) {
      const name = names.newestAliveOf(at);
      if (name === 0) break;
      if (texts.copyBackwards(name, buffer, start)) start -= texts.length(name);
      else {
        wideEnd = texts.text(name) + buffer.toString('latin1', start) + wideEnd;
        start = buffer.length;
      }
      buffer[--start] = SLASH;
      length += texts.length(name) + 1;
      if (names.gapCountOf(name) !== gapCount) stale = true;
      at = names.parentOf(name);
    }
    const text = buffer.toString('latin1', start) + wideEnd;
    if (inodes.isRoot(at)) return { text: text === '' ? '/' : text, stale };
    return text === '' ? undefined : { text: `<gfid:${inodes.gfidText(at)}>${text}`, stale };
  }
}
