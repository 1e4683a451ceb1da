/**
 * The names of files: which gfid has which name in which directory, for all bricks of a decoder together, in bounded
 * memory. What was used least recently goes first; using a file uses the directories above it too, so that these
 * stay as long as anything in them does.
 *
 * Columns of numbers instead of objects: a million files take a tenth of the memory, and nothing for the
 * garbage collector to walk through but the names. Index 0 is nobody.
 */
import { type GfidWords, gfidText, hashGfid, hashName } from './path-hash.js';

/** Names of one file that are kept; what is linked more often loses its oldest. */
const NamesLimit = 16;
/** Directories above a file that are believed: what names itself as its own ancestor ends here. */
const DepthLimit = 512;
/** Characters of a path, beyond which it is partial: Linux takes no longer one (PATH_MAX). */
const TextLimit = 4096;

/** A path, and whether any part of it was learned before bytes toward the brick were missed. */
export interface Path {
  text: string;
  stale: boolean;
}

export interface PathTable {
  /** Inodes that are known. */
  size(): number;
  /** The path of a file, from the root or from the first directory that has no known name; undefined: it has none itself. */
  path(brick: number, gfid: GfidWords): Path | undefined;
  /**
   * The file has this name in the directory. `only`: it has no other name. `epoch`: when it was said, counted in
   * gaps of the brick.
   */
  name(brick: number, parent: GfidWords, text: string, gfid: GfidWords, only: boolean, epoch: number): void;
  /** Nothing is known to have this name any more. */
  drop(brick: number, parent: GfidWords, text: string): void;
  /** Puts the gfid of what has this name, as of the latest gap; false: that is not known. */
  child(brick: number, parent: GfidWords, text: string, into: GfidWords): boolean;
}

/** @param epochs of each brick, the number of gaps so far: a name that is older is stale */
export function newPathTable(capacity: number, epochs: Uint32Array, seed: number): PathTable {
  const limit = Math.max(2, capacity);
  let room = 0;
  // Inodes.
  let gfids = new Uint32Array(0);
  let bricks = new Uint16Array(0);
  let generation = new Uint32Array(0);
  let firstName = new Uint32Array(0);
  let newer = new Uint32Array(0);
  let older = new Uint32Array(0);
  let nextInode = new Uint32Array(0);
  let directory = new Uint8Array(0);
  // Names: as many as inodes, and some for those with several.
  const texts: string[] = [];
  let inodeOf = new Uint32Array(0);
  let parentOf = new Uint32Array(0);
  let parentGeneration = new Uint32Array(0);
  let epochOf = new Uint32Array(0);
  let otherName = new Uint32Array(0);
  let nextName = new Uint32Array(0);
  let inodeHeads = new Uint32Array(0);
  let nameHeads = new Uint32Array(0);
  let count = 0;
  let newest = 0;
  let oldest = 0;
  let freeInode = 0;
  let freeName = 0;

  const namesRoom = (inodes: number) => inodes + (inodes >> 2) + 1;

  function grow(): void {
    const before = room;
    const namesBefore = inodeOf.length;
    room = Math.min(limit, Math.max(1024, room * 2));
    const inodes = room + 1;
    const names = namesRoom(room) + 1;
    const larger = (column: Uint32Array<ArrayBuffer>, length: number) => {
      const copy = new Uint32Array(length);
      copy.set(column);
      return copy;
    };
    gfids = larger(gfids, inodes * 4);
    generation = larger(generation, inodes);
    firstName = larger(firstName, inodes);
    newer = larger(newer, inodes);
    older = larger(older, inodes);
    nextInode = larger(nextInode, inodes);
    const moreBricks = new Uint16Array(inodes);
    moreBricks.set(bricks);
    bricks = moreBricks;
    const moreDirectories = new Uint8Array(inodes);
    moreDirectories.set(directory);
    directory = moreDirectories;
    inodeOf = larger(inodeOf, names);
    parentOf = larger(parentOf, names);
    parentGeneration = larger(parentGeneration, names);
    epochOf = larger(epochOf, names);
    otherName = larger(otherName, names);
    nextName = larger(nextName, names);
    for (let inode = before + 1; inode < inodes; inode++) {
      nextInode[inode] = freeInode;
      freeInode = inode;
    }
    for (let name = Math.max(1, namesBefore); name < names; name++) {
      texts[name] = '';
      nextName[name] = freeName;
      freeName = name;
    }
    rehash();
  }

  function rehash(): void {
    let buckets = 1024;
    while (buckets < room) buckets *= 2;
    inodeHeads = new Uint32Array(buckets);
    nameHeads = new Uint32Array(buckets);
    for (let inode = oldest; inode !== 0; inode = newer[inode]) {
      const head = inodeBucket(inode);
      nextInode[inode] = inodeHeads[head];
      inodeHeads[head] = inode;
      for (let name = firstName[inode]; name !== 0; name = otherName[name]) hang(name);
    }
  }

  function inodeBucket(inode: number): number {
    const at = inode * 4;
    return (
      hashGfid(seed, bricks[inode], gfids[at], gfids[at + 1], gfids[at + 2], gfids[at + 3]) &
      (inodeHeads.length - 1)
    );
  }

  function nameBucket(parent: number, text: string): number {
    return hashName(seed ^ parent, text) & (nameHeads.length - 1);
  }

  /** Into the chain that finds it by its directory. */
  function hang(name: number): void {
    const head = nameBucket(parentOf[name], texts[name]);
    nextName[name] = nameHeads[head];
    nameHeads[head] = name;
  }

  function unhang(name: number): void {
    const head = nameBucket(parentOf[name], texts[name]);
    if (nameHeads[head] === name) {
      nameHeads[head] = nextName[name];
      return;
    }
    let at = nameHeads[head];
    while (nextName[at] !== name) at = nextName[at];
    nextName[at] = nextName[name];
  }

  function find(brick: number, gfid: GfidWords): number {
    if (room === 0) return 0;
    const head = hashGfid(seed, brick, gfid[0], gfid[1], gfid[2], gfid[3]) & (inodeHeads.length - 1);
    let inode = inodeHeads[head];
    for (; inode !== 0; inode = nextInode[inode]) {
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
  }

  function findName(parent: number, text: string): number {
    let name = nameHeads[nameBucket(parent, text)];
    while (name !== 0) {
      if (parentOf[name] === parent && texts[name] === text && isAlive(name)) break;
      name = nextName[name];
    }
    return name;
  }

  /** Whether the directory that it is in is still the one that it was said of. */
  function isAlive(name: number): boolean {
    return parentGeneration[name] === generation[parentOf[name]];
  }

  /** The name that was said last, of those whose directory is still known. */
  function livingName(inode: number): number {
    let name = firstName[inode];
    while (name !== 0 && !isAlive(name)) name = otherName[name];
    return name;
  }

  function unlist(inode: number): void {
    const [before, after] = [older[inode], newer[inode]];
    if (before === 0) oldest = after;
    else newer[before] = after;
    if (after === 0) newest = before;
    else older[after] = before;
  }

  function listNewest(inode: number): void {
    older[inode] = newest;
    newer[inode] = 0;
    if (newest === 0) oldest = inode;
    else newer[newest] = inode;
    newest = inode;
  }

  function use(inode: number): void {
    if (inode === newest) return;
    unlist(inode);
    listNewest(inode);
  }

  /** It and, behind it, all directories above each of its names: so they are always newer than what is in them. */
  function useAll(inode: number): void {
    use(inode);
    for (let name = firstName[inode]; name !== 0; name = otherName[name]) {
      let at = name;
      for (let depth = 0; at !== 0 && depth < DepthLimit && isAlive(at); depth++) {
        use(parentOf[at]);
        at = firstName[parentOf[at]];
      }
    }
  }

  function evict(): void {
    const inode = oldest;
    while (firstName[inode] !== 0) remove(firstName[inode]);
    const head = inodeBucket(inode);
    if (inodeHeads[head] === inode) inodeHeads[head] = nextInode[inode];
    else {
      let at = inodeHeads[head];
      while (nextInode[at] !== inode) at = nextInode[at];
      nextInode[at] = nextInode[inode];
    }
    unlist(inode);
    generation[inode]++;
    directory[inode] = 0;
    nextInode[inode] = freeInode;
    freeInode = inode;
    count--;
  }

  function add(brick: number, gfid: GfidWords): number {
    if (freeInode === 0) {
      if (room < limit) grow();
      else evict();
    }
    const inode = freeInode;
    freeInode = nextInode[inode];
    gfids.set(gfid, inode * 4);
    bricks[inode] = brick;
    firstName[inode] = 0;
    const head = inodeBucket(inode);
    nextInode[inode] = inodeHeads[head];
    inodeHeads[head] = inode;
    listNewest(inode);
    count++;
    return inode;
  }

  /** Takes a name away from its file. */
  function remove(name: number): void {
    unhang(name);
    const inode = inodeOf[name];
    if (firstName[inode] === name) firstName[inode] = otherName[name];
    else {
      let at = firstName[inode];
      while (otherName[at] !== name) at = otherName[at];
      otherName[at] = otherName[name];
    }
    texts[name] = '';
    nextName[name] = freeName;
    freeName = name;
  }

  function namesOf(inode: number): number {
    let names = 0;
    for (let name = firstName[inode]; name !== 0; name = otherName[name]) names++;
    return names;
  }

  function removeLast(inode: number): void {
    let last = firstName[inode];
    while (otherName[last] !== 0) last = otherName[last];
    remove(last);
  }

  function addName(parent: number, text: string, inode: number, epoch: number): void {
    const name = freeName;
    freeName = nextName[name];
    texts[name] = text;
    inodeOf[name] = inode;
    parentOf[name] = parent;
    parentGeneration[name] = generation[parent];
    epochOf[name] = epoch;
    otherName[name] = firstName[inode];
    firstName[inode] = name;
    hang(name);
  }

  /** The name becomes the newest of its file. */
  function putFirst(inode: number, name: number): void {
    if (firstName[inode] === name) return;
    let at = firstName[inode];
    while (otherName[at] !== name) at = otherName[at];
    otherName[at] = otherName[name];
    otherName[name] = firstName[inode];
    firstName[inode] = name;
  }

  function isRoot(inode: number): boolean {
    const at = inode * 4;
    return gfids[at + 3] === 1 && gfids[at] === 0 && gfids[at + 1] === 0 && gfids[at + 2] === 0;
  }

  function pathOf(inode: number): Path | undefined {
    const epoch = epochs[bricks[inode]];
    let text = '';
    let stale = false;
    let at = inode;
    for (let depth = 0; depth < DepthLimit && text.length < TextLimit && !isRoot(at); depth++) {
      const name = livingName(at);
      if (name === 0) break;
      text = `/${texts[name]}${text}`;
      if (epochOf[name] !== epoch) stale = true;
      at = parentOf[name];
    }
    if (at === inode) return isRoot(inode) ? { text: '/', stale: false } : undefined;
    if (isRoot(at)) return { text, stale };
    const gfid = at * 4;
    return { text: `<gfid:${gfidText(gfids.subarray(gfid, gfid + 4))}>${text}`, stale };
  }

  return {
    size: () => count,
    path(brick, gfid) {
      const inode = find(brick, gfid);
      if (inode === 0) return undefined;
      useAll(inode);
      return pathOf(inode);
    },
    name(brick, parentGfid, text, gfid, only, epoch) {
      // Its directory first: making room for the one must not take the other.
      const parent = find(brick, parentGfid) || add(brick, parentGfid);
      use(parent);
      const inode = find(brick, gfid) || add(brick, gfid);
      if (inode === parent) return;
      use(inode);
      directory[parent] = 1;
      const taken = findName(parent, text);
      if (taken !== 0 && inodeOf[taken] !== inode) remove(taken);
      if (only || directory[inode] === 1) {
        for (let name = firstName[inode]; name !== 0; ) {
          const next = otherName[name];
          if (name !== taken) remove(name);
          name = next;
        }
      }
      if (taken !== 0 && inodeOf[taken] === inode && firstName[inode] !== 0) {
        epochOf[taken] = epoch;
        putFirst(inode, taken);
      } else {
        if (namesOf(inode) === NamesLimit) removeLast(inode);
        // Whatever has no second name leaves one free; those with several give theirs up.
        while (freeName === 0 && oldest !== inode) evict();
        if (freeName !== 0 && isSame(parent, brick, parentGfid)) addName(parent, text, inode, epoch);
      }
      useAll(inode);
    },
    drop(brick, parentGfid, text) {
      const parent = find(brick, parentGfid);
      const name = parent === 0 ? 0 : findName(parent, text);
      if (name !== 0) remove(name);
    },
    child(brick, parentGfid, text, into) {
      const parent = find(brick, parentGfid);
      const name = parent === 0 ? 0 : findName(parent, text);
      if (name === 0 || epochOf[name] !== epochs[brick]) return false;
      const at = inodeOf[name] * 4;
      into.set(gfids.subarray(at, at + 4));
      return true;
    },
  };

  /** Whether it was not taken by somebody else meanwhile. */
  function isSame(inode: number, brick: number, gfid: GfidWords): boolean {
    return find(brick, gfid) === inode;
  }
}
