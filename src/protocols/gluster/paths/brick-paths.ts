/**
 * What the wire says of the names of files, brick by brick: which change applies, and which observation is too old
 * to be believed. All clients of a brick are seen here, their calls side by side; a reply says what
 * was true at some moment between its call and itself, so whatever was changed since the call is left as the
 * change has it, and of two changes of one name that overlap nobody can say which came last.
 */

import { RootGfid } from '../describe/values.js';
import { type GfidWords, gfidText, hashGfid, hashName, newGfidReader } from './gfid-hash.js';
import { TextUnits } from './name-store.js';
import { newPathTable, type Path } from './path-table.js';
import { newRenameJournal } from './rename-journal.js';

/** Bricks whose files are told apart: as many as the table's column can number. */
export const BricksLimit = 65536;

/** Not those that are no file's own, or none at all. */
function isName(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && text.length <= TextUnits && !text.includes('/');
}

export interface Paths {
  /** Files that are known. */
  size(): number;
  /** Changes and gaps so far: a call is remembered with it, and given back as `began`. */
  now(): number;
  /** The path of a file. */
  of(brick: number, gfid: string): Path | undefined;
  /**
   * What was at a path from the root at the moment `began`: by names that were said since the latest gap, of which
   * none was changed since.
   */
  find(brick: number, path: string, began: number): string | undefined;
  /** Whether something of a name that the path has may have been renamed or removed since then. */
  moved(brick: number, path: string, began: number): boolean;
  /** A change was done: the directory has the file under this name now. `only`: and under no other anywhere. */
  named(brick: number, parent: string, text: string, gfid: string, only: boolean, said: Evidence): void;
  /** A change was done: the name is gone, or is somebody's who is not known. */
  gone(brick: number, parent: string, text: string): void;
  /** A change was done: the file has lost one name for another. */
  renamed(brick: number, from: Name, to: Name, gfid: string, only: boolean, said: Evidence): void;
  /** The name was found to be the file's. */
  seen(brick: number, parent: string, text: string, gfid: string, only: boolean, said: Evidence): void;
  /** The name was found to be nobody's. */
  missing(brick: number, parent: string, text: string, began: number): void;
  /** Bytes toward the brick were not seen. */
  gap(brick: number): void;
  /** They may have been for any brick. */
  gapAll(): void;
}

/** Who says so: a call that came by at the moment `began`. */
export interface Evidence {
  readonly began: number;
  /** Its client means the same directory by its gfid as everybody else, as far as is known. */
  readonly sure: boolean;
}

export interface Name {
  readonly parent: string;
  readonly text: string;
}

/** @param capacity files that are remembered */
export function newPaths(capacity: number): Paths {
  const epochs = new Uint32Array(BricksLimit);
  // Who sends packets also chooses names and gfids: nobody outside can know where they go.
  const seed = Math.floor(Math.random() * 0x7fffffff);
  const table = newPathTable(capacity, epochs, seed);
  const changes = newRenameJournal(seed);
  const gaps = new Float64Array(BricksLimit);
  const readAsked = newGfidReader();
  const readParent = newGfidReader();
  const readFile = newGfidReader();
  const found: GfidWords = new Uint32Array(4);
  let count = 0;

  const nameKey = (brick: number, parent: string, text: string): number => {
    const words = readParent(parent);
    return hashName(hashGfid(0, brick, words[0], words[1], words[2], words[3]), text);
  };
  const fileKey = (brick: number, gfid: string): number => {
    const words = readFile(gfid);
    return hashGfid(1, brick, words[0], words[1], words[2], words[3]);
  };
  /** Of a name in whatever directory. */
  const textKey = (brick: number, text: string): number => hashName(brick + 2, text);
  /** Notes a change. Returns whether another one of the same has come since the moment `began`. */
  const change = (key: number, began: number): boolean => {
    const overlaps = changes.since(key, began);
    changes.set(key, ++count);
    return overlaps;
  };
  const put = (
    brick: number,
    parent: string,
    text: string,
    gfid: string,
    only: boolean,
    { began, sure }: Evidence,
  ) => {
    // What was asked before a gap may have been true before what was missed in it.
    const epoch = sure && gaps[brick] <= began ? epochs[brick] : epochs[brick] - 1;
    table.name(brick, readParent(parent), text, readFile(gfid), only, epoch);
  };
  const isSame = (key: number, began: number) => !changes.since(key, began);
  const removed = (brick: number, parent: string, text: string, began: number): boolean => {
    change(textKey(brick, text), 0);
    return change(nameKey(brick, parent, text), began);
  };
  const drop = (brick: number, parent: string, text: string) => {
    table.drop(brick, readParent(parent), text);
  };

  const paths: Paths = {
    size: table.size,
    now: () => count,
    of: (brick, gfid) => table.path(brick, readAsked(gfid)),
    find(brick, path, began) {
      if (gaps[brick] > began) return undefined;
      let gfid = RootGfid;
      for (const text of path.split('/')) {
        if (text === '') continue;
        if (!isSame(nameKey(brick, gfid, text), began)) return undefined;
        if (!table.child(brick, readParent(gfid), text, found)) return undefined;
        gfid = gfidText(found);
      }
      return gfid;
    },
    moved: (brick, path, began) =>
      gaps[brick] > began ||
      path.split('/').some((text) => text !== '' && !isSame(textKey(brick, text), began)),
    named(brick, parent, text, gfid, only, said) {
      if (!isName(text)) return;
      const overlaps = change(nameKey(brick, parent, text), said.began);
      change(fileKey(brick, gfid), said.began);
      if (overlaps) drop(brick, parent, text);
      else put(brick, parent, text, gfid, only, said);
    },
    gone(brick, parent, text) {
      if (!isName(text)) return;
      removed(brick, parent, text, 0);
      drop(brick, parent, text);
    },
    renamed(brick, from, to, gfid, only, said) {
      const { began } = said;
      if (!isName(from.text) || !isName(to.text)) return;
      const one = removed(brick, from.parent, from.text, began);
      const other = removed(brick, to.parent, to.text, began);
      change(fileKey(brick, gfid), began);
      // Of two names of one file both stay (rename(2)), which is then told by the next who looks.
      drop(brick, from.parent, from.text);
      if (one || other) drop(brick, to.parent, to.text);
      else put(brick, to.parent, to.text, gfid, only, said);
    },
    seen(brick, parent, text, gfid, only, said) {
      const { began } = said;
      if (!isName(text) || !isSame(nameKey(brick, parent, text), began)) return;
      put(brick, parent, text, gfid, only && isSame(fileKey(brick, gfid), began), said);
    },
    missing(brick, parent, text, began) {
      if (!isName(text) || !isSame(nameKey(brick, parent, text), began)) return;
      drop(brick, parent, text);
    },
    gap(brick) {
      epochs[brick]++;
      gaps[brick] = ++count;
    },
    gapAll() {
      gaps.fill(++count);
      for (let brick = 0; brick < BricksLimit; brick++) epochs[brick]++;
    },
  };
  return paths;
}
