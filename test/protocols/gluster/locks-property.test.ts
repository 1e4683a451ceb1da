/**
 * Random clients at a simple lock server. What the wire shows of a call comes apart from what the server does: a
 * call is seen, some time later executed, and some time later its reply is seen.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Description, Fields } from '../../../src/protocols/rpc/describer.js';
import { newRandom, type Random } from '../../helpers/random.js';
import { AGAIN, type Asked, type Bricks, type Client, FILE, GRANTED, newBricks } from './lock-clients.js';
import { BYTES, newServer, type Server, type Want } from './lock-server.js';

const KINDS = ['LK', 'INODELK', 'ENTRYLK'] as const;

/** `client owner` of those that a line says are in the way. */
function named(description: Description): string[] {
  const { lock } = description.fields as {
    lock?: { held_by?: { client: { host: string }; lk_owner: string }[] };
  };
  return (lock?.held_by ?? []).map(({ client, lk_owner }) => `${client.host} ${lk_owner}`);
}

function wish(random: Random, owner: string, kind: Want['kind']): Want {
  const first = random.below(BYTES);
  return {
    kind,
    domain: kind === 'LK' ? '' : random.pick(['a', 'b']),
    owner,
    writes: random.chance(0.6),
    waits: random.chance(0.6),
    first,
    last: random.chance(0.2) ? BYTES - 1 : random.between(first, BYTES - 1),
    name: random.pick(['', 'x', 'y', 'z']),
  };
}

function request(want: Want, unlocks: boolean): Fields {
  const { kind, writes, waits, first, last, name, domain } = want;
  const file = { gfid: FILE, fd: '1' };
  if (kind === 'ENTRYLK')
    return { ...file, cmd: unlocks ? 1 : waits ? 0 : 2, type: writes ? 1 : 0, name, volume: domain };
  const len = last === BYTES - 1 ? 0 : last - first + 1;
  return {
    ...file,
    cmd: waits && !unlocks ? 2 : 1,
    type: unlocks ? 2 : writes ? 1 : 0,
    flock: { start: first, len },
    volume: domain,
  };
}

interface Open {
  readonly client: Client;
  readonly want: Want;
  readonly unlocks: boolean;
  readonly asked: Asked;
  /** Those that were in the way at some moment since the call was seen. */
  readonly were: Set<string>;
  done: 'no' | 'granted' | 'denied';
}

interface World {
  readonly random: Random;
  readonly bricks: Bricks;
  readonly server: Server;
  readonly clients: Client[];
  open: Open[];
  /** What each owner has asked for and not unlocked. */
  readonly have: Want[];
  number: number;
}

function notice({ open, server }: World): void {
  for (const one of open)
    if (!one.unlocks) for (const owner of server.inTheWay(one.want)) one.were.add(owner);
}

/** A call is seen; an owner makes one at a time. */
function call(world: World): void {
  const { random, clients, have, open } = world;
  const client = random.pick(clients);
  const lkOwner = random.pick(['aa', 'bb']);
  const owner = `${client.host} ${lkOwner}`;
  if (open.some(({ want }) => want.owner === owner)) return;
  const mine = have.filter((want) => want.owner === owner);
  const unlocks = mine.length > 0 && random.chance(0.5);
  const kind = random.pick(KINDS);
  const want = unlocks ? random.pick(mine) : wish(random, owner, kind);
  // Records may be unlocked in other pieces than they were locked.
  const what = unlocks && want.kind === 'LK' ? { ...wish(random, owner, 'LK') } : want;
  const asked = client.ask(what.kind, request(what, unlocks), lkOwner);
  open.push({ client, want: what, unlocks, asked, were: new Set(), done: 'no' });
  if (unlocks) have.splice(have.indexOf(want), 1);
}

/** The server does what it was asked for. */
function execute(world: World, one: Open): void {
  const { server, have } = world;
  if (one.done !== 'no') return;
  if (one.unlocks) {
    server.unlock(one.want);
    one.done = 'granted';
  } else if (server.lock(one.want)) {
    have.push(one.want);
    one.done = 'granted';
  } else if (!one.want.waits) one.done = 'denied';
}

function answer(world: World, one: Open): void {
  if (one.done === 'no') return;
  world.open.splice(world.open.indexOf(one), 1);
  const line = one.asked.reply(one.done === 'granted' ? GRANTED : AGAIN);
  for (const owner of named(line)) assert.ok(one.were.has(owner), `${owner} was never in the way`);
}

function leave(world: World): void {
  const { random, clients, server, open, bricks, have } = world;
  const at = random.below(clients.length);
  const [gone] = clients.splice(at, 1, bricks.client(++world.number));
  for (const one of open) if (one.client === gone) one.asked.lost();
  gone.closed();
  world.open = open.filter((one) => one.client !== gone);
  for (const want of have.filter(({ owner }) => owner.startsWith(`${gone.host} `)))
    have.splice(have.indexOf(want), 1);
  server.leave(`${gone.host} `);
}

function flush(world: World): void {
  const { random, clients, server, have } = world;
  const client = random.pick(clients);
  const owner = `${client.host} aa`;
  if (world.open.some(({ want }) => want.owner === owner)) return;
  client.do('FLUSH', { gfid: FILE, fd: '1' }, 'aa');
  server.flush(owner);
  for (const want of have.filter((one) => one.owner === owner && one.kind === 'LK'))
    have.splice(have.indexOf(want), 1);
}

function newWorld(seed: number): World {
  const bricks = newBricks();
  return {
    random: newRandom(seed),
    bricks,
    server: newServer(),
    clients: [1, 2, 3, 4].map((number) => bricks.client(number)),
    open: [],
    have: [],
    number: 4,
  };
}

test('who is named holds it at that moment, however late calls are executed and replies are seen', () => {
  let told = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const world = newWorld(seed);
    const { random, server, bricks } = world;
    for (let step = 0; step < 600; step++) {
      if (random.chance(0.3)) bricks.clock.seconds++;
      const what = random.below(100);
      if (what < 35) call(world);
      else if (what < 65 && world.open.length > 0) execute(world, random.pick(world.open));
      else if (what < 90 && world.open.length > 0) answer(world, random.pick(world.open));
      else if (what < 92) leave(world);
      else if (what < 94) flush(world);
      else if (what < 95) random.pick(world.clients).unseen();
      notice(world);
      const one = world.open.find(({ done, unlocks }) => done === 'no' && !unlocks);
      if (one === undefined) continue;
      const names = named(one.asked.waits());
      told += names.length;
      const holds = server.inTheWay(one.want);
      for (const owner of names) assert.ok(holds.has(owner), `seed ${seed} step ${step}: ${owner}`);
    }
  }
  assert.ok(told > 1000, `${told}`);
});

test('where the server does everything at once and nothing is missed, all who hold it are named', () => {
  let told = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const world = newWorld(seed);
    const { random, server, bricks } = world;
    for (let step = 0; step < 300; step++) {
      bricks.clock.seconds++;
      if (random.chance(0.02)) leave(world);
      if (random.chance(0.05)) flush(world);
      call(world);
      // As long as anybody is granted anything.
      for (let before = -1; before !== world.open.length; ) {
        before = world.open.length;
        for (const one of [...world.open]) {
          execute(world, one);
          notice(world);
          answer(world, one);
        }
      }
      for (const one of world.open) {
        const names = named(one.asked.waits());
        told += names.length;
        assert.deepEqual(names.sort(), [...server.inTheWay(one.want)].sort(), `seed ${seed} step ${step}`);
      }
    }
  }
  assert.ok(told > 1000, `${told}`);
});
