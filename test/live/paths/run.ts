/** Runs the whole sequence of operations, and records what was true at each time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../helpers/gluster-cluster.js';
import { newRandom } from '../../helpers/random.js';
import { type Claim, newClaims } from './claims.js';
import { now } from './clock.js';
import { duel, onBricks, type Replicas, syncWithBricks } from './duel.js';
import { type Entity, type Model, newModel } from './model.js';
import { type Operation, pickOperation, type World, type Writes } from './operations.js';
import { type Slot, startSlot } from './slot.js';

export interface Truth {
  readonly model: Model;
  readonly writes: Writes;
  /** The client with a directory as root. */
  readonly guest: { readonly address: string; readonly root: Entity; readonly since: number };
  /** Operations by kind and outcome. */
  readonly counts: ReadonlyMap<string, number>;
  /** Differences between the model and the bricks at the end. */
  readonly differences: readonly string[];
  /** Bricks that differed from the others, and since when. */
  readonly differing: ReadonlyMap<string, number>;
}

/** Programs on each mount. */
const PROGRAMS = 2;
/** When another client has a directory mounted, as parts of the sequence. */
const SUBDIR = { from: 0.3, to: 0.7 };
/** One in this many operations is a duel. */
const DUELS = 60;

/** Errors of operations that changed nothing, mostly because of a concurrent rename above: the bricks prove it at the end. */
const CLEAN = new Set(['ENOENT', 'EEXIST', 'ENOTEMPTY', 'ESTALE', 'ENOTDIR', 'EISDIR', 'EINVAL']);

function isChange({ own, shut }: Claim): boolean {
  return own.length + shut.length > 0;
}

export async function runSequence(cluster: Cluster, seed: number, operations: number): Promise<Truth> {
  const random = newRandom(seed);
  const model = newModel();
  const pinned = new Set<Entity>();
  const world: World = { model, random, writes: new Map(), pinned, nextFile: 0, nextSize: 1 };
  const claims = newClaims();
  /** Operations with an unknown outcome: checked on the bricks while nothing else runs. */
  const unclear: { readonly operation: Operation; readonly start: number }[] = [];
  const counts = new Map<string, number>();
  const [first, second, third] = cluster.clients;
  const replicas: Replicas = { bricks: cluster.bricks, differing: new Map() };
  const slots: Slot[] = [];
  for (const node of [first, second])
    for (let program = 0; program < PROGRAMS; program++) slots.push(startSlot(node, model, model.root));
  let done = 0;
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

  const step = async (slot: Slot): Promise<void> => {
    const operation = pickOperation(world, slot);
    if (operation === undefined || !claims.free(operation.claim)) return;
    const { command, claim } = operation;
    claims.take(claim);
    const outcome = await slot.act(command);
    done++;
    if (outcome.error !== undefined && isChange(claim) && !CLEAN.has(outcome.error))
      unclear.push({ operation, start: outcome.start });
    else {
      claims.give(claim);
      if (outcome.error === undefined) operation.done(outcome);
    }
    count(`${command.what} ${outcome.error ?? 'ok'}`);
  };

  /** Runs the programs until this many operations are done. */
  const runUntil = async (until: number, programs: readonly Slot[]) => {
    await Promise.all(
      programs.map(async (slot) => {
        while (done < until) {
          const before = done;
          await step(slot);
          // Nothing is possible now: lets the others run.
          if (done === before) await sleep(0);
        }
      }),
    );
  };

  /** Creates a directory that is never removed. */
  const make = async (parent: Entity, name: string): Promise<Entity> => {
    const [slot] = slots;
    const above = slot.way(parent) ?? [];
    const outcome = await slot.act({ what: 'mkdir', path: slot.path(above, Buffer.from(name)) });
    if (outcome.error !== undefined) throw new Error(`mkdir ${name}: ${outcome.error}`);
    const node = model.add('directory');
    model.know(node, outcome.inode);
    model.link(parent, Buffer.from(name), node, outcome.start);
    pinned.add(node);
    return node;
  };

  const between = async (from: number, to: number, programs: readonly Slot[]) => {
    for (let at = from; at < to; at += DUELS) {
      await runUntil(Math.min(to, at + DUELS), programs);
      for (const { operation, start } of unclear.splice(0)) {
        syncWithBricks(model, replicas, operation.places ?? [], start, now());
        claims.give(operation.claim);
      }
      const [slot, opponent] = random.chance(0.5) ? [slots[0], slots[PROGRAMS]] : [slots[PROGRAMS], slots[0]];
      for (let tries = 0; tries < 20; tries++) {
        if ((await duel(world, replicas, slot, opponent)) === 0) continue;
        count('duel ok');
        break;
      }
    }
  };

  const [begin, end] = [Math.round(operations * SUBDIR.from), Math.round(operations * SUBDIR.to)];
  await between(0, begin, slots);
  const outer = await make(model.root, 'above the mount');
  const sub = await make(outer, 'mounted');
  const since = now();
  cluster.mountAt(third, '/above the mount/mounted');
  const visitor = startSlot(third, model, sub);
  await between(begin, end, [...slots, visitor]);
  await visitor.end();
  third.run('umount', `${third.folder}/mnt`);
  pinned.clear();
  await between(end, operations, slots);
  for (const slot of slots) await slot.end();
  const guest = { address: third.address, root: sub, since };
  return {
    model,
    writes: world.writes,
    guest,
    counts,
    differences: differences(model, replicas),
    differing: replicas.differing,
  };
}

/** Names that the bricks have otherwise than the model. */
function differences(model: Model, replicas: Replicas): string[] {
  const found: string[] = [];
  for (const node of model.all()) {
    for (const { parent, name, text, from } of model.names(node)) {
      const inode = onBricks(model, replicas, parent, name, from);
      if (inode === undefined || (node.inode !== undefined && inode !== node.inode))
        found.push(`${text}: ${inode} instead of ${node.inode}`);
    }
  }
  return found;
}
