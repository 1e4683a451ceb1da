/**
 * Paths of files on all bricks of a decoder, in bounded memory: the names of each inode and their directories. The least
 * recently used inode is evicted. Using a file also uses the directories above it, so a directory is evicted after its
 * content.
 */
import { Buffer } from 'node:buffer';
import type { GfidWords } from './gfid-hash.js';
import { InodeTable } from './inode-table.js';
import { LruList } from './lru-list.js';
import { MAX_NAME_LENGTH } from './name-store.js';
import { NameTable } from './name-table.js';

/** Names kept for one file: a further hard link replaces the oldest. */
const MAX_NAMES = 16;
/** Directories followed above a file. The limit ends cycles of directories that contain each other. */
const MAX_DEPTH = 512;
/** Characters of a path; a longer path is partial (PATH_MAX of Linux). */
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
  /** Holds a path while it is assembled from its end. */
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
   * The path of a file from the root, or from the first directory without a known name; undefined: the file itself has no
   * known name.
   */
  pathOf(brick: number, gfid: GfidWords): Path | undefined {
    const inode = this.inodes.find(brick, gfid);
    if (inode === 0) return undefined;
    this.touchWithAncestors(inode);
    return this.assemblePath(inode);
  }

  /**
   * Records that the file has this name in the directory.
   * @param isOnlyName the file has no other name
   * @param gapCount the brick's gap count when the name was observed
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
    // The directory first, since adding it may evict an inode, which must not be the file.
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
      // In a very small table making room may have evicted the directory.
      if (names.fits(text, inode) && this.inodes.find(brick, parentGfid) === parent) {
        names.add(parent, text, inode, gapCount);
      }
    }
    this.touchWithAncestors(inode);
  }

  /** Removes a name: no file has it, or an unknown one. */
  removeName(brick: number, parentGfid: GfidWords, text: string): void {
    const name = this.findName(brick, parentGfid, text);
    if (name !== 0) this.names.remove(name);
  }

  /** Copies the gfid of the file with this name; false: unknown, or stale. */
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

  /** Evicts inodes until the name fits; each evicted inode frees all of its names. */
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

  /** Uses an inode, then the directories above each of its names: a directory is more recent than its content. */
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
    /** The end of the path so far, from the first name with characters beyond Latin-1 on. */
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
