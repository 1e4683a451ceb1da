/** What a table of paths must do, written down as simply as possible: lists and maps, and no thought of speed. */
import type { Path } from '../../../src/protocols/gluster/paths/path-table.js';

export const RootText = '00000000-0000-0000-0000-000000000001';

interface Entry {
  readonly brick: number;
  readonly gfid: string;
  /** The newest first. */
  names: Name[];
  directory: boolean;
}

interface Name {
  readonly parent: Entry;
  readonly text: string;
  epoch: number;
}

export interface Model {
  size(): number;
  path(brick: number, gfid: string): Path | undefined;
  name(brick: number, parent: string, text: string, gfid: string, only: boolean, epoch: number): void;
  drop(brick: number, parent: string, text: string): void;
  child(brick: number, parent: string, text: string): string | undefined;
}

/** @param epochs the gaps of each brick so far */
export function newModel(limit: number, epochs: Uint32Array): Model {
  /** The one that was used least recently first. */
  let entries: Entry[] = [];
  const find = (brick: number, gfid: string) =>
    entries.find((one) => one.brick === brick && one.gfid === gfid);
  const use = (entry: Entry) => {
    entries = [...entries.filter((one) => one !== entry), entry];
  };
  const isAlive = (name: Name) => entries.includes(name.parent);
  const living = (entry: Entry) => entry.names.find(isAlive);
  const remove = (name: Name) => {
    for (const entry of entries) entry.names = entry.names.filter((one) => one !== name);
  };
  const named = (parent: Entry, text: string) =>
    entries.flatMap((one) => one.names).find((one) => one.parent === parent && one.text === text);
  /** Those besides the first of each file. */
  const moreNames = () => entries.reduce((all, one) => all + Math.max(0, one.names.length - 1), 0);
  const isRoomFor = (entry: Entry) => entry.names.length === 0 || moreNames() < (limit >> 2) + 1;
  const known = (brick: number, gfid: string): Entry => {
    const entry = find(brick, gfid) ?? { brick, gfid, names: [], directory: false };
    if (!entries.includes(entry) && entries.length === limit) entries.shift();
    use(entry);
    return entry;
  };
  const useAll = (entry: Entry) => {
    use(entry);
    for (const name of entry.names) {
      let at = isAlive(name) ? name : undefined;
      for (let depth = 0; at !== undefined && depth < 512; depth++) {
        use(at.parent);
        at = living(at.parent);
      }
    }
  };
  const pathOf = (entry: Entry): Path | undefined => {
    let text = '';
    let stale = false;
    let at = entry;
    for (let depth = 0; depth < 512 && text.length < 4096 && at.gfid !== RootText; depth++) {
      const name = living(at);
      if (name === undefined) break;
      text = `/${name.text}${text}`;
      stale ||= name.epoch !== epochs[entry.brick];
      at = name.parent;
    }
    if (at.gfid === RootText) return { text: text || '/', stale };
    return text === '' ? undefined : { text: `<gfid:${at.gfid}>${text}`, stale };
  };
  return {
    size: () => entries.length,
    path(brick, gfid) {
      const entry = find(brick, gfid);
      if (entry === undefined) return undefined;
      useAll(entry);
      return pathOf(entry);
    },
    name(brick, parentGfid, text, gfid, only, epoch) {
      const parent = known(brick, parentGfid);
      const entry = known(brick, gfid);
      if (entry === parent) return;
      parent.directory = true;
      const there = named(parent, text);
      const own = there !== undefined && entry.names.includes(there) ? there : undefined;
      if (there !== undefined && own === undefined) remove(there);
      entry.names = entry.names.filter((one) => one === own || (isAlive(one) && !only && !entry.directory));
      if (own !== undefined) {
        if (own.epoch !== epochs[brick]) own.epoch = epoch;
        entry.names = [own, ...entry.names.filter((one) => one !== own)];
      } else {
        entry.names = entry.names.slice(0, 15);
        while (!isRoomFor(entry) && entries[0] !== entry) entries.shift();
        if (isRoomFor(entry) && entries.includes(parent))
          entry.names = [{ parent, text, epoch }, ...entry.names];
      }
      useAll(entry);
    },
    drop(brick, parentGfid, text) {
      const parent = find(brick, parentGfid);
      const name = parent && named(parent, text);
      if (name !== undefined) remove(name);
    },
    child(brick, parentGfid, text) {
      const parent = find(brick, parentGfid);
      const name = parent && named(parent, text);
      if (name === undefined || name.epoch !== epochs[brick]) return undefined;
      return entries.find((one) => one.names.includes(name))?.gfid;
    },
  };
}
