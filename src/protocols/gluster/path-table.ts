/**
 * The names of files: which gfid has which name in which directory, for all bricks of a decoder together, in bounded
 * memory. What was used least recently goes first; using a file uses the directories above it too, so that these
 * stay as long as anything in them does.
 *
 * Names are numbers into columns, as inodes are (path-inodes.ts); 0 is none.
 */
import { Buffer } from 'node:buffer';
import { type GfidWords, hashName } from './path-hash.js';
import { newInodes, powerOfTwo } from './path-inodes.js';
import { newNames, TextUnits } from './path-names.js';
import { newRecent } from './recent.js';

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
  const recent = newRecent(limit);
  const firstName = new Uint32Array(limit + 1);
  const directory = new Uint8Array(limit + 1);
  // Names: as many as inodes, and some for those with several.
  const namesLimit = limit + (limit >> 2) + 1;
  const names = newNames(namesLimit, limit * CellsEach);
  const inodeOf = new Uint32Array(namesLimit + 1);
  const parentOf = new Uint32Array(namesLimit + 1);
  const parentGeneration = new Uint32Array(namesLimit + 1);
  const epochOf = new Uint32Array(namesLimit + 1);
  /** The next older name of the same file. */
  const otherName = new Uint32Array(namesLimit + 1);
  /** The next in the chain that finds it by its directory, or the next that is free. */
  const nextName = new Uint32Array(namesLimit + 1);
  const heads = new Uint32Array(powerOfTwo(limit));
  const mask = heads.length - 1;
  let usedNames = 0;
  let freeName = 0;

  const headOf = (parent: number, text: string) => hashName(seed ^ parent, text) & mask;
  const isRoomFor = (text: string) => (freeName !== 0 || usedNames < namesLimit) && names.fits(text);

  /** Whether the directory that it is in is still the one that it was said of. */
  const isAlive = (name: number) => parentGeneration[name] === inodes.generation(parentOf[name]);

  function findName(parent: number, text: string): number {
    let name = heads[headOf(parent, text)];
    while (name !== 0) {
      if (parentOf[name] === parent && names.is(name, text) && isAlive(name)) break;
      name = nextName[name];
    }
    return name;
  }

  /** The name that was said last, of those whose directory is still known. */
  function livingName(inode: number): number {
    let name = firstName[inode];
    while (name !== 0 && !isAlive(name)) name = otherName[name];
    return name;
  }

  /** Takes the name out of the list of its file. */
  function unlist(name: number): void {
    const inode = inodeOf[name];
    if (firstName[inode] === name) {
      firstName[inode] = otherName[name];
      return;
    }
    let at = firstName[inode];
    while (otherName[at] !== name) at = otherName[at];
    otherName[at] = otherName[name];
  }

  function list(name: number): void {
    const inode = inodeOf[name];
    otherName[name] = firstName[inode];
    firstName[inode] = name;
  }

  /** Takes a name away from its file. */
  function remove(name: number): void {
    const head = names.hash(name, seed ^ parentOf[name]) & mask;
    if (heads[head] === name) heads[head] = nextName[name];
    else {
      let at = heads[head];
      while (nextName[at] !== name) at = nextName[at];
      nextName[at] = nextName[name];
    }
    unlist(name);
    names.remove(name);
    nextName[name] = freeName;
    freeName = name;
  }

  /** Its names but this one, or those of them that are in no directory that is known any more. */
  function removeOthers(inode: number, kept: number, all: boolean): number {
    let left = 0;
    for (let name = firstName[inode]; name !== 0; ) {
      const next = otherName[name];
      if (name !== kept && (all || !isAlive(name))) remove(name);
      else left++;
      name = next;
    }
    return left;
  }

  function removeLast(inode: number): void {
    let last = firstName[inode];
    while (otherName[last] !== 0) last = otherName[last];
    remove(last);
  }

  function addName(parent: number, text: string, inode: number, epoch: number): void {
    const name = freeName || ++usedNames;
    if (name === freeName) freeName = nextName[name];
    names.put(name, text);
    inodeOf[name] = inode;
    parentOf[name] = parent;
    parentGeneration[name] = inodes.generation(parent);
    epochOf[name] = epoch;
    list(name);
    const head = headOf(parent, text);
    nextName[name] = heads[head];
    heads[head] = name;
  }

  function evict(): void {
    const inode = recent.oldest();
    while (firstName[inode] !== 0) remove(firstName[inode]);
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
    for (let name = firstName[inode]; name !== 0; name = otherName[name]) {
      let at = isAlive(name) ? name : 0;
      for (let depth = 0; at !== 0 && depth < DepthLimit; depth++) {
        recent.use(parentOf[at]);
        at = livingName(parentOf[at]);
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
      at = parentOf[name];
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
      const same = there !== 0 && inodeOf[there] === inode;
      if (there !== 0 && !same) remove(there);
      const left = removeOthers(inode, same ? there : 0, only || directory[inode] === 1);
      if (same) {
        // What was said of it since the latest gap holds, whatever was asked before that gap and told only now.
        if (epochOf[there] !== epochs[brick]) epochOf[there] = epoch;
        unlist(there);
        list(there);
      } else {
        if (left === NamesLimit) removeLast(inode);
        // Whatever has no second name leaves one free; those with several give theirs up.
        while (!isRoomFor(text) && recent.oldest() !== inode) evict();
        // In a very small table the directory may have gone for it.
        if (isRoomFor(text) && inodes.find(brick, parentGfid) === parent) addName(parent, text, inode, epoch);
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
      inodes.gfid(inodeOf[name], into);
      return true;
    },
  };
}
