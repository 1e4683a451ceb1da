/**
 * Two clients that change the same name at the same time. The outcome is not predictable: the bricks' folders tell it
 * afterwards, while nothing else runs.
 *
 * Without UNLINK against RENAME of one file: GlusterFS 10.3 deadlocks there. The brick's locks block the UNLINK while the
 * RENAME holds its lock on the file, and the RENAME's client waits for the lock on the name that the UNLINK holds.
 */
import { lstatSync } from 'node:fs';
import { lgetxattr } from '../gluster-libc.js';
import type { Entity, Link, Model } from './model.js';
import { pickName } from './names.js';
import type { World } from './operations.js';
import type { Slot } from './slot.js';
import type { Command } from './worker.js';

/** Bricks as lines name them, and since when each may differ from most. */
export interface Replicas {
  readonly bricks: readonly string[];
  readonly differing: Map<string, number>;
}

/**
 * The file that has this name on most bricks, as the last half of its gfid. Bricks may differ until they are healed, from
 * `start` on.
 */
export function onBricks(
  model: Model,
  { bricks, differing }: Replicas,
  parent: Entity,
  name: Buffer,
  start: number,
): string | undefined {
  const way = model.way(parent);
  if (way === undefined) return undefined;
  const votes = new Map<string | undefined, string[]>();
  for (const brick of bricks) {
    const parts = [Buffer.from(brick), ...way.map((link) => link.name), name];
    const path = Buffer.concat(parts.flatMap((part, at) => (at === 0 ? [part] : [Buffer.from('/'), part])));
    const stat = lstatSync(path, { throwIfNoEntry: false });
    const inode = stat && lgetxattr(path, 'trusted.gfid').toString('hex', 8, 16);
    votes.set(inode, [...(votes.get(inode) ?? []), brick]);
  }
  for (const [inode, those] of votes) {
    if (those.length * 2 <= bricks.length) continue;
    for (const brick of bricks)
      if (!those.includes(brick)) differing.set(brick, Math.min(start, differing.get(brick) ?? start));
    return inode;
  }
  throw new Error(`the bricks differ about ${name.toString()}: ${[...votes]}`);
}

/** Updates the model to the names that the bricks have, for changes since `start`. */
export function syncWithBricks(
  model: Model,
  replicas: Replicas,
  places: readonly { readonly parent: Entity; readonly name: Buffer }[],
  start: number,
  end: number,
): void {
  for (const { parent, name } of places) {
    const inode = onBricks(model, replicas, parent, name, start);
    const node = inode === undefined ? undefined : model.find(inode);
    const link = model.at(parent, name);
    if (link !== undefined && link.node === node) continue;
    if (link !== undefined) model.unlink(link, end);
    if (node !== undefined) model.link(parent, name, node, start);
  }
}

interface Duel {
  readonly commands: readonly [Command, Command];
  /** Names that may be another file's afterwards. */
  readonly places: readonly { readonly parent: Entity; readonly name: Buffer }[];
  /** Files that may have had one of the names meanwhile. */
  readonly may: readonly { readonly node: Entity; readonly parent: Entity; readonly name: Buffer }[];
  readonly creates?: Entity;
}

function draw({ model, random, nextFile }: World, firstSlot: Slot, secondSlot: Slot): Duel | undefined {
  const files = model.living('file');
  if (files.length < 2) return undefined;
  const [f, g] = [random.pick(files), random.pick(files)];
  const [from, also] = [random.pick(model.names(f)), random.pick(model.names(g))];
  const parent = random.pick(model.living('directory'));
  const [name, second] = [pickName(random), pickName(random)];
  const paths = (slot: Slot, link: Link) => {
    const above = slot.way(link.parent);
    return above === undefined ? undefined : slot.path(above, link.name);
  };
  const to = { parent, name };
  const [wayOfFirst, wayOfSecond] = [firstSlot.way(parent), secondSlot.way(parent)];
  const [first, same, next] = [paths(firstSlot, from), paths(secondSlot, from), paths(secondSlot, also)];
  if (wayOfFirst === undefined || wayOfSecond === undefined) return undefined;
  if (first === undefined || same === undefined || next === undefined) return undefined;
  if (f === g || model.names(f).length > 1 || model.names(g).length > 1) return undefined;
  if (name.equals(second) || model.at(parent, name) || model.at(parent, second)) return undefined;
  const [pathOfFirst, pathOfSecond] = [firstSlot.path(wayOfFirst, name), secondSlot.path(wayOfSecond, name)];
  const has = (node: Entity, at: typeof to) => ({ node, parent: at.parent, name: at.name });
  const kind = random.below(4);
  if (kind === 0) {
    // Two files for one name.
    const commands = [
      { what: 'rename', path: first, to: pathOfFirst },
      { what: 'rename', path: next, to: pathOfSecond },
    ] as const;
    return { commands, places: [from, also, to], may: [has(f, to), has(g, to)] };
  }
  if (kind === 1) {
    // Two names for one file.
    const elsewhere = { parent, name: second };
    const commands = [
      { what: 'rename', path: first, to: pathOfFirst },
      { what: 'rename', path: same, to: secondSlot.path(wayOfSecond, second) },
    ] as const;
    return { commands, places: [from, to, elsewhere], may: [has(f, to), has(f, elsewhere)] };
  }
  if (kind === 2) {
    // A new file, and another that is moved to its name.
    const created = model.add('file');
    const commands = [
      { what: 'create', path: pathOfFirst, file: nextFile },
      { what: 'rename', path: next, to: pathOfSecond },
    ] as const;
    return { commands, places: [also, to], may: [has(created, to), has(g, to)], creates: created };
  }
  // A file takes the name of another while that is renamed.
  const commands = [
    { what: 'rename', path: first, to: pathOfFirst },
    { what: 'rename', path: next, to: same },
  ] as const;
  return { commands, places: [from, also, to], may: [has(f, to), has(g, from), has(g, to)] };
}

/** Runs a duel. Returns 0 if none is possible now. */
export async function duel(
  world: World,
  replicas: Replicas,
  firstSlot: Slot,
  secondSlot: Slot,
): Promise<number> {
  const { model } = world;
  const drawn = draw(world, firstSlot, secondSlot);
  if (drawn === undefined) return 0;
  const outcomes = await Promise.all([firstSlot.act(drawn.commands[0]), secondSlot.act(drawn.commands[1])]);
  const start = Math.min(...outcomes.map((outcome) => outcome.start));
  const end = Math.max(...outcomes.map((outcome) => outcome.end));
  if (drawn.creates !== undefined) {
    const { error, inode } = outcomes[0];
    if (error === undefined) firstSlot.files.set(world.nextFile, drawn.creates);
    world.nextFile++;
    model.know(drawn.creates, inode);
  }
  syncWithBricks(model, replicas, drawn.places, start, end);
  // Meanwhile each file may have had its new name.
  for (const { node, parent, name } of drawn.may) model.brief(parent, name, node, start, end);
  return 1;
}
