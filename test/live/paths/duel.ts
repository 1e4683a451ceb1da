/**
 * Two clients that want the same name at the same time. Nobody can say beforehand what comes of it: the bricks'
 * own folders tell it afterwards, while nothing else goes on.
 *
 * Not among them: UNLINK against RENAME of one file. GlusterFS 10.3 was seen to come to a stop there for good: the
 * brick's locks keep the UNLINK back while the RENAME has its lock on the file, whose client waits for the lock on the
 * name that the UNLINK has.
 */
import { lstatSync } from 'node:fs';
import { lgetxattr } from '../gluster-libc.js';
import type { Entity, Link, Model } from './model.js';
import { pickName } from './names.js';
import type { World } from './operations.js';
import type { Slot } from './slot.js';
import type { Command } from './worker.js';

/** Bricks, as lines name them, and since when they may not have what most have. */
export interface Replicas {
  readonly bricks: readonly string[];
  readonly differing: Map<string, number>;
}

/**
 * The file that has this name on most bricks, as the last half of its gfid: they may differ until they are healed, by
 * something that was done since `start`.
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
  throw new Error(`the bricks do not agree about ${name.toString()}: ${[...votes]}`);
}

/** The names become those that the bricks have, of whatever was done since `start`. */
export function settle(
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
  /** Names that may be somebody else's afterwards. */
  readonly places: readonly { readonly parent: Entity; readonly name: Buffer }[];
  /** Who may have had which of them meanwhile. */
  readonly may: readonly { readonly node: Entity; readonly parent: Entity; readonly name: Buffer }[];
  readonly creates?: Entity;
}

function draw({ model, random, nextFile }: World, one: Slot, other: Slot): Duel | undefined {
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
  const [wayOfOne, wayOfOther] = [one.way(parent), other.way(parent)];
  const [first, same, next] = [paths(one, from), paths(other, from), paths(other, also)];
  if (wayOfOne === undefined || wayOfOther === undefined) return undefined;
  if (first === undefined || same === undefined || next === undefined) return undefined;
  if (f === g || model.names(f).length > 1 || model.names(g).length > 1) return undefined;
  if (name.equals(second) || model.at(parent, name) || model.at(parent, second)) return undefined;
  const [here, there] = [one.path(wayOfOne, name), other.path(wayOfOther, name)];
  const has = (node: Entity, at: typeof to) => ({ node, parent: at.parent, name: at.name });
  const kind = random.below(4);
  if (kind === 0) {
    // Two files for one name.
    const commands = [
      { what: 'rename', path: first, to: here },
      { what: 'rename', path: next, to: there },
    ] as const;
    return { commands, places: [from, also, to], may: [has(f, to), has(g, to)] };
  }
  if (kind === 1) {
    // Two names for one file.
    const elsewhere = { parent, name: second };
    const commands = [
      { what: 'rename', path: first, to: here },
      { what: 'rename', path: same, to: other.path(wayOfOther, second) },
    ] as const;
    return { commands, places: [from, to, elsewhere], may: [has(f, to), has(f, elsewhere)] };
  }
  if (kind === 2) {
    // A new file, and another that is moved over it or is in its way.
    const created = model.add('file');
    const commands = [
      { what: 'create', path: here, file: nextFile },
      { what: 'rename', path: next, to: there },
    ] as const;
    return { commands, places: [also, to], may: [has(created, to), has(g, to)], creates: created };
  }
  // The one's name is wanted for the other while that one leaves it.
  const commands = [
    { what: 'rename', path: first, to: here },
    { what: 'rename', path: next, to: same },
  ] as const;
  return { commands, places: [from, also, to], may: [has(f, to), has(g, from), has(g, to)] };
}

/** One of them, if there is one to be had. */
export async function duel(world: World, replicas: Replicas, one: Slot, other: Slot): Promise<number> {
  const { model } = world;
  const drawn = draw(world, one, other);
  if (drawn === undefined) return 0;
  const outcomes = await Promise.all([one.act(drawn.commands[0]), other.act(drawn.commands[1])]);
  const start = Math.min(...outcomes.map((outcome) => outcome.start));
  const end = Math.max(...outcomes.map((outcome) => outcome.end));
  if (drawn.creates !== undefined) {
    const { error, inode } = outcomes[0];
    if (error === undefined) one.files.set(world.nextFile, drawn.creates);
    world.nextFile++;
    model.know(drawn.creates, inode);
  }
  settle(model, replicas, drawn.places, start, end);
  // Whatever came of it in the end, meanwhile each may have had what it wanted.
  for (const { node, parent, name } of drawn.may) model.brief(parent, name, node, start, end);
  return 1;
}
