/** The operations that a program can make next, each with its claim and its effect on the model. */
import type { Random } from '../../helpers/random.js';
import { type Claim, entryKey } from './claims.js';
import type { Entity, Link, Model } from './model.js';
import { pickName } from './names.js';
import type { Slot } from './slot.js';
import type { Command, Outcome } from './worker.js';

interface DirectoryEntry {
  readonly parent: Entity;
  readonly name: Buffer;
}

export interface Operation {
  readonly command: Command;
  readonly claim: Claim;
  /** Names that it changes. */
  readonly places?: readonly DirectoryEntry[];
  /** Applies the outcome of a successful operation. */
  done(outcome: Outcome): void;
}

/** The file of each write, by its number of bytes: no two writes have the same. */
export type Writes = Map<number, Entity>;

export interface World {
  readonly model: Model;
  readonly random: Random;
  readonly writes: Writes;
  /** Files that are not removed. */
  readonly pinned: ReadonlySet<Entity>;
  nextFile: number;
  nextSize: number;
}

type Make = (world: World, slot: Slot) => Operation | undefined;

const NOTHING: Claim = { own: [], shut: [], nodes: [], ways: [] };
const FILES = 60;
const DIRECTORIES = 24;
const OPEN = 10;
const DEPTH = 10;

const linkKey = ({ parent, name }: Link) => entryKey(parent, name);

/** A file that the program can reach, with its path. */
function pickFile({ model, random }: World, slot: Slot, kind: Entity['kind']) {
  const all = model.living(kind).filter((node) => node !== model.root && node !== slot.base);
  if (all.length === 0) return undefined;
  const node = random.pick(all);
  const names = model.names(node);
  const link = random.pick(names);
  const above = slot.way(link.parent);
  return above === undefined ? undefined : { node, link, above, way: [...above, link] };
}

/** A directory, sometimes the root, and a name in it. */
function pickEntry({ model, random }: World, slot: Slot) {
  const parent = random.chance(0.15) ? slot.base : random.pick(model.living('directory'));
  const above = slot.way(parent);
  if (above === undefined || above.length > DEPTH) return undefined;
  return { parent, name: pickName(random), above };
}

const makes =
  (what: Command['what'], kind: Entity['kind'], limit: number): Make =>
  (world, slot) => {
    const { model } = world;
    const at = pickEntry(world, slot);
    if (at === undefined || model.living(kind).length >= limit) return undefined;
    if (model.at(at.parent, at.name) !== undefined) return undefined;
    if (what === 'create' && slot.files.size >= OPEN) return undefined;
    const file = world.nextFile++;
    return {
      command: { what, path: slot.path(at.above, at.name), file },
      claim: { ...NOTHING, shut: [entryKey(at.parent, at.name)], ways: at.above },
      places: [at],
      done({ start, inode }) {
        const node = model.add(kind);
        model.know(node, inode);
        model.link(at.parent, at.name, node, start);
        if (what === 'create') slot.files.set(file, node);
      },
    };
  };

const removes =
  (what: Command['what'], kind: Entity['kind']): Make =>
  (world, slot) => {
    const picked = pickFile(world, slot, kind);
    if (picked === undefined || world.pinned.has(picked.node)) return undefined;
    if (kind === 'directory' && !isEmpty(world.model, picked.node)) return undefined;
    return {
      command: { what, path: slot.path(picked.way) },
      claim: { own: [], shut: [linkKey(picked.link)], nodes: [picked.node.id], ways: picked.above },
      places: [picked.link],
      done: ({ end }) => world.model.unlink(picked.link, end),
    };
  };

function isEmpty(model: Model, directory: Entity): boolean {
  for (const kind of ['directory', 'file', 'other'] as const) {
    for (const node of model.living(kind))
      if (model.names(node).some(({ parent }) => parent === directory)) return false;
  }
  return true;
}

const renames =
  (kind: Entity['kind']): Make =>
  (world, slot) => {
    const { model, random, pinned } = world;
    const picked = pickFile(world, slot, kind);
    let to = pickEntry(world, slot);
    if (picked === undefined || to === undefined) return undefined;
    // Two directories moved into each other by two clients would be lost: most keep their parent.
    if (kind === 'directory' && !random.chance(0.3))
      to = { parent: picked.link.parent, name: to.name, above: picked.above };
    const moves = kind === 'directory' && to.parent !== picked.link.parent;
    if (to.above.some((link) => link.node === picked.node)) return undefined;
    const target = model.at(to.parent, to.name);
    if (target === picked.link || target?.node === picked.node) return undefined;
    if (target !== undefined) {
      if (target.node.kind !== kind || pinned.has(target.node)) return undefined;
      if (kind === 'directory' && !isEmpty(model, target.node)) return undefined;
    }
    const { parent, name, above } = to;
    const moving = moves ? ['a directory moves'] : [];
    return {
      command: { what: 'rename', path: slot.path(picked.way), to: slot.path(above, name) },
      claim: {
        own: [linkKey(picked.link), ...moving],
        shut: [entryKey(parent, name)],
        nodes: [picked.node.id, ...(target === undefined ? [] : [target.node.id])],
        ways: [...picked.above, ...above],
        closes: false,
      },
      places: [picked.link, to],
      done({ start, end }) {
        if (target !== undefined) model.unlink(target, end);
        model.unlink(picked.link, end);
        model.link(parent, name, picked.node, start);
      },
    };
  };

const links: Make = (world, slot) => {
  const { model } = world;
  const picked = pickFile(world, slot, 'file');
  const to = pickEntry(world, slot);
  if (picked === undefined || to === undefined || model.at(to.parent, to.name) !== undefined)
    return undefined;
  return {
    command: { what: 'link', path: slot.path(picked.way), to: slot.path(to.above, to.name) },
    claim: {
      own: [],
      shut: [entryKey(to.parent, to.name)],
      nodes: [picked.node.id],
      ways: [...picked.way, ...to.above],
      closes: true,
    },
    places: [to],
    done: ({ start }) => void model.link(to.parent, to.name, picked.node, start),
  };
};

const opens: Make = (world, slot) => {
  const picked = pickFile(world, slot, 'file');
  if (picked === undefined || slot.files.size >= OPEN) return undefined;
  const file = world.nextFile++;
  return {
    command: { what: 'open', path: slot.path(picked.way), file },
    claim: { ...NOTHING, ways: picked.way },
    done({ inode }) {
      slot.files.set(file, picked.node);
      if (picked.node.inode === undefined) world.model.know(picked.node, inode);
    },
  };
};

const looks =
  (what: Command['what']): Make =>
  (world, slot) => {
    const picked = pickFile(world, slot, what === 'readdir' ? 'directory' : 'file');
    if (picked === undefined) return undefined;
    return {
      command: { what, path: slot.path(picked.way) },
      claim: { ...NOTHING, ways: picked.way },
      done({ inode }) {
        if (picked.node.inode === undefined) world.model.know(picked.node, inode);
      },
    };
  };

/** On an open file, which may have any name or none. */
const uses =
  (what: Command['what']): Make =>
  (world, slot) => {
    if (slot.files.size === 0) return undefined;
    const [file, node] = world.random.pick([...slot.files]);
    const size = what === 'write' ? world.nextSize++ : 1 + world.random.below(4096);
    if (what === 'write') world.writes.set(size, node);
    return {
      command: { what, file, size, offset: world.random.below(1000) },
      claim: NOTHING,
      done() {
        if (what === 'close') slot.files.delete(file);
      },
    };
  };

const OPERATIONS: readonly (readonly [number, Make])[] = [
  [24, uses('write')],
  [8, uses('read')],
  [2, uses('fsync')],
  [3, uses('chmod')],
  [2, uses('truncate')],
  [6, uses('close')],
  [12, makes('create', 'file', FILES)],
  [6, opens],
  [6, makes('mkdir', 'directory', DIRECTORIES)],
  [2, makes('symlink', 'other', 10)],
  [1, makes('mknod', 'other', 10)],
  [3, removes('rmdir', 'directory')],
  [5, removes('unlink', 'file')],
  [2, removes('unlink', 'other')],
  [8, renames('file')],
  [9, renames('directory')],
  [1, renames('other')],
  [4, links],
  [3, looks('readdir')],
  [3, looks('stat')],
];
const TOTAL = OPERATIONS.reduce((sum, [weight]) => sum + weight, 0);

export function pickOperation(world: World, slot: Slot): Operation | undefined {
  let at = world.random.below(TOTAL);
  for (const [weight, make] of OPERATIONS) {
    if (at < weight) return make(world, slot);
    at -= weight;
  }
  return undefined;
}
