/**
 * Random clients of a simple lock server. A call is captured, executed some time later, and its reply is captured some time
 * after that.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Description, Fields } from '../../../src/protocols/rpc/describer.js';
import { newRandom, type Random } from '../../helpers/random.js';
import { AGAIN, type Bricks, type Client, FILE, GRANTED, type LockCall, newBricks } from './lock-clients.js';
import { BYTES, type LockRequest, LockServer } from './lock-server.js';

const KINDS = ['LK', 'INODELK', 'ENTRYLK'] as const;

/** `client owner` of the holders that a line names. */
function namedHolders(description: Description): string[] {
  const { lock } = description.fields as {
    lock?: { held_by?: { client: { host: string }; lk_owner: string }[] };
  };
  return (lock?.held_by ?? []).map(({ client, lk_owner }) => `${client.host} ${lk_owner}`);
}

function randomRequest(random: Random, owner: string, kind: LockRequest['kind']): LockRequest {
  const first = random.below(BYTES);
  return {
    kind,
    domain: kind === 'LK' ? '' : random.pick(['a', 'b']),
    owner,
    isWrite: random.chance(0.6),
    isBlocking: random.chance(0.6),
    first,
    last: random.chance(0.2) ? BYTES - 1 : random.between(first, BYTES - 1),
    name: random.pick(['', 'x', 'y', 'z']),
  };
}

function callFields(want: LockRequest, unlocks: boolean): Fields {
  const { kind, isWrite, isBlocking, first, last, name, domain } = want;
  const file = { gfid: FILE, fd: '1' };
  if (kind === 'ENTRYLK')
    return { ...file, cmd: unlocks ? 1 : isBlocking ? 0 : 2, type: isWrite ? 1 : 0, name, volume: domain };
  const len = last === BYTES - 1 ? 0 : last - first + 1;
  return {
    ...file,
    cmd: isBlocking && !unlocks ? 2 : 1,
    type: unlocks ? 2 : isWrite ? 1 : 0,
    flock: { start: first, len },
    volume: domain,
  };
}

interface PendingCall {
  readonly client: Client;
  readonly request: LockRequest;
  readonly unlocks: boolean;
  readonly call: LockCall;
  /** Owners that held a conflicting lock at any time since the call was captured. */
  readonly conflicts: Set<string>;
  result: 'pending' | 'granted' | 'denied';
}

interface World {
  readonly random: Random;
  readonly bricks: Bricks;
  readonly server: LockServer;
  readonly clients: Client[];
  pending: PendingCall[];
  /** Granted and not unlocked. */
  readonly held: LockRequest[];
  lastClient: number;
}

function noteConflicts({ pending, server }: World): void {
  for (const { unlocks, request, conflicts } of pending) {
    if (!unlocks) for (const owner of server.conflictingOwners(request)) conflicts.add(owner);
  }
}

/** Captures a call. An owner has one call in flight at a time. */
function makeCall(world: World): void {
  const { random, clients, held, pending } = world;
  const client = random.pick(clients);
  const lkOwner = random.pick(['aa', 'bb']);
  const owner = `${client.host} ${lkOwner}`;
  if (pending.some(({ request }) => request.owner === owner)) return;
  const own = held.filter((lock) => lock.owner === owner);
  const unlocks = own.length > 0 && random.chance(0.5);
  const kind = random.pick(KINDS);
  const lock = unlocks ? random.pick(own) : randomRequest(random, owner, kind);
  // Records may be unlocked in other ranges than they were locked in.
  const request = unlocks && lock.kind === 'LK' ? { ...randomRequest(random, owner, 'LK') } : lock;
  const call = client.call(request.kind, callFields(request, unlocks), lkOwner);
  pending.push({ client, request, unlocks, call, conflicts: new Set(), result: 'pending' });
  if (unlocks) held.splice(held.indexOf(lock), 1);
}

/** The server executes a call. */
function execute({ server, held }: World, pending: PendingCall): void {
  if (pending.result !== 'pending') return;
  const { request } = pending;
  if (pending.unlocks) {
    server.unlock(request);
    pending.result = 'granted';
  } else if (server.lock(request)) {
    held.push(request);
    pending.result = 'granted';
  } else if (!request.isBlocking) pending.result = 'denied';
}

function answer(world: World, pending: PendingCall): void {
  if (pending.result === 'pending') return;
  world.pending.splice(world.pending.indexOf(pending), 1);
  const line = pending.call.reply(pending.result === 'granted' ? GRANTED : AGAIN);
  for (const owner of namedHolders(line)) {
    assert.ok(pending.conflicts.has(owner), `${owner} never held a conflicting lock`);
  }
}

function disconnect(world: World): void {
  const { random, clients, server, pending, bricks, held } = world;
  const index = random.below(clients.length);
  const [closed] = clients.splice(index, 1, bricks.client(++world.lastClient));
  for (const { client, call } of pending) if (client === closed) call.loseReply();
  closed.close();
  world.pending = pending.filter(({ client }) => client !== closed);
  for (const lock of held.filter(({ owner }) => owner.startsWith(`${closed.host} `)))
    held.splice(held.indexOf(lock), 1);
  server.releaseAllOf(`${closed.host} `);
}

function flush(world: World): void {
  const { random, clients, server, held } = world;
  const client = random.pick(clients);
  const owner = `${client.host} aa`;
  if (world.pending.some(({ request }) => request.owner === owner)) return;
  client.callAndReply('FLUSH', { gfid: FILE, fd: '1' }, 'aa');
  server.flush(owner);
  for (const lock of held.filter((lock) => lock.owner === owner && lock.kind === 'LK'))
    held.splice(held.indexOf(lock), 1);
}

function newWorld(seed: number): World {
  const bricks = newBricks();
  return {
    random: newRandom(seed),
    bricks,
    server: new LockServer(),
    clients: [1, 2, 3, 4].map((number) => bricks.client(number)),
    pending: [],
    held: [],
    lastClient: 4,
  };
}

test('a named holder holds the lock, however late calls are executed and replies captured', () => {
  let named = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const world = newWorld(seed);
    const { random, server, bricks } = world;
    for (let step = 0; step < 600; step++) {
      if (random.chance(0.3)) bricks.clock.seconds++;
      const action = random.below(100);
      if (action < 35) makeCall(world);
      else if (action < 65 && world.pending.length > 0) execute(world, random.pick(world.pending));
      else if (action < 90 && world.pending.length > 0) answer(world, random.pick(world.pending));
      else if (action < 92) disconnect(world);
      else if (action < 94) flush(world);
      else if (action < 95) random.pick(world.clients).markCallsLost();
      noteConflicts(world);
      const pending = world.pending.find(({ result, unlocks }) => result === 'pending' && !unlocks);
      if (pending === undefined) continue;
      const names = namedHolders(pending.call.describeCall());
      named += names.length;
      const owners = server.conflictingOwners(pending.request);
      for (const owner of names) assert.ok(owners.has(owner), `seed ${seed} step ${step}: ${owner}`);
    }
  }
  assert.ok(named > 1000, `${named}`);
});

test('all holders are named when the server executes at once and every message is captured', () => {
  let named = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const world = newWorld(seed);
    const { random, server, bricks } = world;
    for (let step = 0; step < 300; step++) {
      bricks.clock.seconds++;
      if (random.chance(0.02)) disconnect(world);
      if (random.chance(0.05)) flush(world);
      makeCall(world);
      // Until nothing more is granted.
      for (let before = -1; before !== world.pending.length; ) {
        before = world.pending.length;
        for (const pending of [...world.pending]) {
          execute(world, pending);
          noteConflicts(world);
          answer(world, pending);
        }
      }
      for (const pending of world.pending) {
        const names = namedHolders(pending.call.describeCall());
        named += names.length;
        assert.deepEqual(
          names.sort(),
          [...server.conflictingOwners(pending.request)].sort(),
          `seed ${seed} step ${step}`,
        );
      }
    }
  }
  assert.ok(named > 1000, `${named}`);
});
