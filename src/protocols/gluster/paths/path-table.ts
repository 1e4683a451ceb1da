/**
 * The names of files: which gfid has which name in which directory, for all bricks of a decoder together, in bounded
 * memory. What was used least recently goes first; using a file uses the directories above it too, so that these
 * stay as long as anything in them does.
 *
 * Names are numbers into columns, as inodes are (inode-table.ts); 0 is none. Nearly all files have one name, so the one
 * that was said last has the number of its inode, and costs no column that would say whose it is.
 */
import { Buffer } from 'node:buffer';
import { type GfidWords, hashName } from './gfid-hash.js';
import { newInodes, powerOfTwo } from './inode-table.js';
import { newLruList } from './lru-list.js';
import { newNames, TextUnits } from './name-store.js';

/** Names of one file that are kept; what is linked more often loses its oldest. */
const NamesLimit = 16;
/** Names that are longer than most share room that all have together: so much for each file. */
const CellsEach = 4;
/** Directories above a file that are believed: what names itself as its own ancestor ends here. */
const DepthLimit = 512;
/** Characters of a path, beyond which it is partial: Linux takes no longer one (PATH_MAX). */
const TextLimit = 4096;

const Slash = 0x2f;

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
  const inodes = newInodes(limit, seed);
  const recent = newLruList(limit);
  const directory = new Uint8Array(limit + 1);
  // The name that was said last of an inode has the inode's number. Only what has several needs more: those are numbered
  // behind, and a last number is for what is moved.
  const moreLimit = (limit >> 2) + 1;
  const spare = limit + moreLimit + 1;
  const names = newNames(spare, limit * CellsEach);
  /** The directory, and in the bits above its number how often that was somebody else's; 0: there is no name. */
  const parentOf = new Uint32Array(spare + 1);
  const epochOf = new Uint32Array(spare + 1);
  /** The next in the chain that finds it by its directory. */
  const nextName = new Uint32Array(spare + 1);
  const heads = new Uint32Array(powerOfTwo(limit));
  const mask = heads.length - 1;
  /** Of those behind: whose they are, and the next older of the same, or the next that is free. */
  const inodeOfMore = new Uint32Array(moreLimit + 1);
  const olderName = new Uint32Array(moreLimit + 1);
  /** The first of those, of the few that have several names. */
  const secondName = new Map<number, number>();
  let usedMore = 0;
  let freeMore = 0;

  // However many inodes there may be, a number has been somebody else's that often only after 2^32 of them.
  const parentBits = Math.ceil(Math.log2(limit + 1));
  const parentMask = 2 ** parentBits - 1;
  const parentIn = (name: number) => (parentOf[name] & parentMask) >>> 0;
  const asParent = (inode: number) => ((inodes.generation(inode) << parentBits) | inode) >>> 0;
  const inodeOf = (name: number) => (name <= limit ? name : inodeOfMore[name - limit]);
  const firstName = (inode: number) => (parentOf[inode] === 0 ? 0 : inode);
  const otherName = (name: number) => {
    if (name > limit) return olderName[name - limit];
    return secondName.size === 0 ? 0 : (secondName.get(name) ?? 0);
  };

  const headOf = (parent: number, text: string) => hashName(seed ^ parent, text) & mask;
  const headOfName = (name: number) => names.hash(name, seed ^ parentIn(name)) & mask;
  const isRoomFor = (text: string, inode: number) =>
    (parentOf[inode] === 0 || freeMore !== 0 || usedMore < moreLimit) && names.fits(text);

  /** Whether the directory that it is in is still the one that it was said of. */
  const isAlive = (name: number) => parentOf[name] === asParent(parentIn(name));

  function findName(parent: number, text: string): number {
    const packed = asParent(parent);
    let name = heads[headOf(parent, text)];
    while (name !== 0 && !(parentOf[name] === packed && names.is(name, text))) name = nextName[name];
    return name;
  }

  /** The name that was said last, of those whose directory is still known. */
  function livingName(inode: number): number {
    let name = firstName(inode);
    while (name !== 0 && !isAlive(name)) name = otherName(name);
    return name;
  }

  /** Puts another in its place in the chain that finds it. */
  function replace(name: number, by: number): void {
    const head = headOfName(name);
    if (heads[head] === name) heads[head] = by;
    else {
      let at = heads[head];
      while (nextName[at] !== name) at = nextName[at];
      nextName[at] = by;
    }
  }

  /** Gives a name another number. */
  function move(from: number, to: number): void {
    nextName[to] = nextName[from];
    replace(from, to);
    names.move(from, to);
    parentOf[to] = parentOf[from];
    epochOf[to] = epochOf[from];
    parentOf[from] = 0;
  }

  /** It is the name of its inode that was said last. */
  function bringForward(name: number): void {
    const inode = inodeOf(name);
    if (name === inode) return;
    // All between move back by one.
    takeOut(name);
    move(name, spare);
    freeNumber(name);
    move(inode, addNumber(inode));
    move(spare, inode);
  }

  /** Takes one of those behind out of the list of its inode. */
  function takeOut(name: number): void {
    const inode = inodeOf(name);
    const after = olderName[name - limit];
    let at = secondName.get(inode) ?? 0;
    if (at !== name) {
      while (olderName[at - limit] !== name) at = olderName[at - limit];
      olderName[at - limit] = after;
    } else if (after === 0) secondName.delete(inode);
    else secondName.set(inode, after);
  }

  function freeNumber(name: number): void {
    olderName[name - limit] = freeMore;
    freeMore = name;
  }

  /** A number behind, the first in the list of the inode; there must be one left. */
  function addNumber(inode: number): number {
    const name = freeMore || limit + ++usedMore;
    if (name === freeMore) freeMore = olderName[name - limit];
    inodeOfMore[name - limit] = inode;
    olderName[name - limit] = secondName.get(inode) ?? 0;
    secondName.set(inode, name);
    return name;
  }

  /** Takes a name away from its file. */
  function remove(name: number): void {
    replace(name, nextName[name]);
    names.remove(name);
    parentOf[name] = 0;
    const inode = inodeOf(name);
    const gone = name === inode ? (secondName.get(inode) ?? 0) : name;
    if (gone === 0) return;
    takeOut(gone);
    // The second is the first now.
    if (gone !== name) move(gone, inode);
    freeNumber(gone);
  }

  /** Its names but the first, or those of them that are in no directory that is known any more; or the first, too. */
  function removeSome(inode: number, all: boolean, first: boolean): number {
    let left = 0;
    for (let name = otherName(inode); name !== 0; ) {
      const next = otherName(name);
      if (all || !isAlive(name)) remove(name);
      else left++;
      name = next;
    }
    if (parentOf[inode] === 0) return left;
    if (!first || !(all || !isAlive(inode))) return left + 1;
    remove(inode);
    return left;
  }

  function removeLast(inode: number): void {
    let last = inode;
    while (otherName(last) !== 0) last = otherName(last);
    remove(last);
  }

  function addName(parent: number, text: string, inode: number, epoch: number): void {
    if (parentOf[inode] !== 0) move(inode, addNumber(inode));
    names.put(inode, text);
    parentOf[inode] = asParent(parent);
    epochOf[inode] = epoch;
    const head = headOf(parent, text);
    nextName[inode] = heads[head];
    heads[head] = inode;
  }

  function evict(): void {
    const inode = recent.oldest();
    while (parentOf[inode] !== 0) remove(inode);
    inodes.remove(inode);
    recent.remove(inode);
    directory[inode] = 0;
  }

  /** Its number, used now. */
  function known(brick: number, gfid: GfidWords): number {
    let inode = inodes.find(brick, gfid);
    if (inode !== 0) {
      recent.use(inode);
      return inode;
    }
    if (inodes.full()) evict();
    inode = inodes.add(brick, gfid);
    recent.add(inode);
    return inode;
  }

  /** It and, behind it, all directories above each of its names: so they are always newer than what is in them. */
  function useAll(inode: number): void {
    recent.use(inode);
    for (let name = firstName(inode); name !== 0; name = otherName(name)) {
      let at = isAlive(name) ? name : 0;
      for (let depth = 0; at !== 0 && depth < DepthLimit; depth++) {
        const parent = parentIn(at);
        recent.use(parent);
        at = livingName(parent);
      }
    }
  }

  /** A path is put together from its end. */
  const room = Buffer.allocUnsafeSlow(TextLimit + TextUnits + 2);

  function pathOf(inode: number): Path | undefined {
    const epoch = epochs[inodes.brick(inode)];
    /** Of what has characters of more than a byte, the end that is put together so far. */
    let wide = '';
    let start = room.length;
    let length = 0;
    let stale = false;
    let at = inode;
    for (let depth = 0; depth < DepthLimit && length < TextLimit && !inodes.isRoot(at); depth++) {
      const name = livingName(at);
      if (name === 0) break;
      if (names.copy(name, room, start)) start -= names.length(name);
      else {
        wide = names.text(name) + room.toString('latin1', start) + wide;
        start = room.length;
      }
      room[--start] = Slash;
      length += names.length(name) + 1;
      if (epochOf[name] !== epoch) stale = true;
      at = parentIn(name);
    }
    const text = room.toString('latin1', start) + wide;
    if (inodes.isRoot(at)) return { text: text === '' ? '/' : text, stale };
    return text === '' ? undefined : { text: `<gfid:${inodes.text(at)}>${text}`, stale };
  }

  return {
    size: inodes.size,
    path(brick, gfid) {
      const inode = inodes.find(brick, gfid);
      if (inode === 0) return undefined;
      useAll(inode);
      return pathOf(inode);
    },
    name(brick, parentGfid, text, gfid, only, epoch) {
      // Its directory first: making room for the one must not take the other.
      const parent = known(brick, parentGfid);
      const inode = known(brick, gfid);
      if (inode === parent) return;
      directory[parent] = 1;
      const there = findName(parent, text);
      const same = there !== 0 && inodeOf(there) === inode;
      if (same) bringForward(there);
      else if (there !== 0) remove(there);
      const left = removeSome(inode, only || directory[inode] === 1, !same);
      if (same) {
        // What was said of it since the latest gap holds, whatever was asked before that gap and told only now.
        if (epochOf[inode] !== epochs[brick]) epochOf[inode] = epoch;
      } else {
        if (left === NamesLimit) removeLast(inode);
        // Whatever has no second name leaves one free; those with several give theirs up.
        while (!isRoomFor(text, inode) && recent.oldest() !== inode) evict();
        // In a very small table the directory may have gone for it.
        if (isRoomFor(text, inode) && inodes.find(brick, parentGfid) === parent)
          addName(parent, text, inode, epoch);
      }
      useAll(inode);
    },
    drop(brick, parentGfid, text) {
      const parent = inodes.find(brick, parentGfid);
      const name = parent === 0 ? 0 : findName(parent, text);
      if (name !== 0) remove(name);
    },
    child(brick, parentGfid, text, into) {
      const parent = inodes.find(brick, parentGfid);
      const name = parent === 0 ? 0 : findName(parent, text);
      if (name === 0 || epochOf[name] !== epochs[brick]) return false;
      inodes.gfid(inodeOf(name), into);
      return true;
    },
  };
}
