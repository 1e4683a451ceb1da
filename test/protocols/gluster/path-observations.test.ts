import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newContext } from '../../../src/protocols/gluster/context.js';
import { newDescriber } from '../../../src/protocols/gluster/describer.js';
import type { Describer, Fields } from '../../../src/protocols/rpc/describer.js';
import type { Json } from '../../../src/records/record.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { newRandom, type Random } from '../../helpers/random.js';
import { Errno, newBrick, ROOT_GFID } from './brick-model.js';
import { exchange, identify, ok } from './calls.js';

const CONNECTION = { serverPort: 49152, clientPort: 49151, ...ADDRESSES, fromStart: true };

interface Client {
  readonly describer: Describer;
  /** The gfid of the client's root; undefined: its SETVOLUME is not answered yet. */
  root: string | undefined;
  readonly subdirectory: string | undefined;
  /** Calls in flight may have been lost. */
  callsMayBeMissing: boolean;
  busy: boolean;
}

/** How a call and its reply are captured. */
type Capture = 'seen' | 'call lost' | 'reply lost' | 'both lost' | 'late' | 'cut' | 'reply cut' | 'refused';

interface Call {
  readonly client: Client;
  readonly procedure: string;
  /** The call as the brick resolves it, and as it is on the wire. */
  readonly request: Fields;
  readonly wire: Fields;
  readonly capture: Capture;
  epoch: number;
  /** The call was captured, or its loss was detected. */
  noticed: boolean;
  response: Fields | undefined;
  /** Names that READDIRP has yet to read. */
  left: string[] | undefined;
  isOver: boolean;
  /** The brick's time before the change of the call; undefined: it changed nothing. */
  before: number | undefined;
  /** The change was described, or its outcome was recorded as unknown. */
  isAccounted: boolean;
}

const NAMES = ['a', 'b', 'c', 'd'];
const PROCEDURES = [
  ...['LOOKUP', 'LOOKUP', 'LOOKUP', 'LOOKUP', 'READDIRP', 'READDIRP', 'CREATE', 'MKNOD', 'MKDIR', 'MKDIR'],
  ...['UNLINK', 'RMDIR', 'LINK', 'RENAME', 'RENAME', 'RENAME'],
];

interface Scenario {
  losses: boolean;
  subdirectories: boolean;
  maxPaths: number;
}

interface Score {
  full: number;
  stale: number;
  partial: number;
  unknown: number;
}

/** Clients of one brick, whose calls are captured, executed and answered in any order. */
function run(seed: number, { losses, subdirectories, maxPaths }: Scenario, score: Score): void {
  const random: Random = newRandom(seed);
  const brick = newBrick();
  const context = newContext({ ...PROTOCOL_OPTIONS, maxPaths }, HOST_HOOKS);
  const history: string[] = [];
  const calls: Call[] = [];
  const failure = (what: string) => `${what}\nseed ${seed}:\n${history.slice(-60).join('\n')}`;

  const clients: Client[] = Array.from({ length: random.between(2, 5) }, (_, n) => {
    const subdirectory =
      subdirectories && n > 0 && random.chance(0.5) ? random.pick(['/a', '/a/b']) : undefined;
    const root = subdirectory === undefined ? ROOT_GFID : undefined;
    const describer = newDescriber(CONNECTION, context);
    // The others send SETVOLUME later, among other calls.
    if (root !== undefined)
      identify(describer, exchange('SETVOLUME', { dict: {} }, { response: ok }, 'handshake'));
    return { describer, root, subdirectory, callsMayBeMissing: false, busy: false };
  });
  const [watcher] = clients;

  const shown = (gfid: Json | undefined) => String(gfid).replace(/^0+-0000-4000-8000-0*/, '#');
  const words = (call: Call) => {
    const { pargfid, bname, oldgfid, oldbname, newgfid, newbname, gfid } = call.request;
    const names = [pargfid ?? gfid, bname, oldgfid, oldbname, newgfid, newbname].filter(
      (value) => value !== undefined,
    );
    return `client ${clients.indexOf(call.client)} ${call.procedure} ${names.map(shown).join(' ')}`;
  };
  const log = (what: string, call: Call) => history.push(`${brick.time()} ${what}: ${words(call)}`);

  /** Reports a gap: earlier changes that were not noticed count as recorded, since all names are stale. */
  const gap = (client: Client) => {
    client.describer.onCallsLost();
    history.push(`${brick.time()} gap`);
    for (const call of calls) if (call.before !== undefined && !call.noticed) call.isAccounted = true;
  };

  const newCall = (): Call | undefined => {
    const client = random.pick(clients);
    if (client.busy) return undefined;
    const capture: Capture =
      losses && random.chance(0.25)
        ? random.pick(['call lost', 'reply lost', 'both lost', 'late', 'cut', 'reply cut', 'refused'])
        : 'seen';
    const state = {
      epoch: 0,
      noticed: false,
      response: undefined,
      left: undefined,
      isOver: false,
      before: undefined,
      isAccounted: false,
    };
    if (client.root === undefined) {
      client.busy = true;
      const dict = { 'subdir-mount': { hex: '00', text: String(client.subdirectory) } };
      return { client, procedure: 'SETVOLUME', request: { dict }, wire: { dict }, capture: 'seen', ...state };
    }
    const directory = () => random.pick(brick.directories());
    const procedure = random.pick(PROCEDURES);
    let request: Fields = { pargfid: directory(), bname: random.pick(NAMES) };
    if (procedure === 'READDIRP') request = { gfid: directory() };
    if (procedure === 'LINK') {
      request = { oldgfid: random.pick(brick.files()), newgfid: directory(), newbname: random.pick(NAMES) };
    }
    if (procedure === 'RENAME') {
      const [oldbname, newbname] = [random.pick(NAMES), random.pick(NAMES)];
      request = { oldgfid: directory(), oldbname, newgfid: directory(), newbname };
    }
    const { root } = client;
    // A client with a subdirectory as root names nothing above it, and sends the root's gfid for it.
    if (root !== ROOT_GFID && Object.values(request).includes(ROOT_GFID)) return undefined;
    const wire = Object.fromEntries(
      Object.entries(request).map(([name, value]) => [name, value === root ? ROOT_GFID : value]),
    );
    return { client, procedure, request, wire, capture, ...state };
  };

  const start = () => {
    const call = newCall();
    if (call === undefined) return;
    calls.push(call);
    log(`called (${call.capture})`, call);
    if (call.capture === 'call lost' || call.capture === 'both lost' || call.capture === 'late') {
      call.client.callsMayBeMissing = true;
      return;
    }
    call.noticed = true;
    call.epoch = call.client.describer.observationEpoch();
    if (call.procedure !== 'SETVOLUME') return;
    call.client.describer.onCall(
      { ...exchange('SETVOLUME', call.wire, {}, 'handshake'), auth: undefined },
      true,
    );
  };

  /** A gap toward the brick is detected, in this call or before it. */
  const notice = (call: Call) => {
    gap(call.client);
    if (call.capture === 'late') call.noticed = true;
    call.epoch = 0;
  };

  const execute = (call: Call) => {
    if (call.capture === 'refused') {
      call.response = {};
      return;
    }
    const before = brick.time();
    if (call.procedure === 'SETVOLUME') {
      const directory = brick.resolve(String(call.client.subdirectory));
      call.response =
        directory === undefined ? { op_ret: -1, op_errno: Errno.ENOENT } : { op_ret: 0, op_errno: 0 };
      call.left = directory === undefined ? undefined : [directory];
    } else if (call.procedure === 'READDIRP') {
      call.left ??= brick.names(String(call.request.gfid));
      const reply = (call.response?.reply ?? []) as Json[];
      const name = call.left.pop();
      if (name !== undefined) reply.push(brick.entry(String(call.request.gfid), name));
      call.response = { op_ret: reply.length, op_errno: 0, reply };
    } else {
      call.response = brick.run(call.procedure, call.request);
      const removes = ['RENAME', 'UNLINK', 'RMDIR'].includes(call.procedure);
      // The change was made, and a later step failed.
      if (losses && removes && random.chance(0.05)) {
        call.response = { op_ret: -1, op_errno: random.pick([Errno.EIO, Errno.ENOENT]) };
      }
    }
    if (brick.time() > before) call.before = before;
    log(`executed, ${call.response.op_ret}`, call);
  };

  const reply = (call: Call) => {
    const { client, procedure, capture } = call;
    call.isOver = true;
    log('answered', call);
    if (capture === 'call lost') {
      // An orphan reply.
      gap(client);
      call.isAccounted = true;
      return;
    }
    if (capture === 'reply lost' || capture === 'both lost') {
      // A gap toward the client makes the outcome of all of its calls unknown.
      for (const other of calls) {
        if (other.client !== client || !other.noticed || other.isAccounted) continue;
        if (other.isOver && other !== call) continue;
        const {
          program: _,
          procedure: row,
          request,
        } = exchange(other.procedure, other.wire, {}, other.procedure === 'SETVOLUME' ? 'handshake' : 'fop');
        client.describer.onReplyLost(row, other.capture === 'cut' ? undefined : request);
        if (other.before !== undefined) other.isAccounted = true;
      }
      if (client.callsMayBeMissing) gap(client);
      call.isAccounted = true;
      return;
    }
    const cut: Fields = { ...call.wire, bname: undefined, newbname: undefined };
    const request = capture === 'cut' ? cut : call.wire;
    const response =
      capture === 'reply cut' ? random.pick([undefined, { op_ret: call.response?.op_ret }]) : call.response;
    const rest = { response, whole: capture !== 'cut', refused: capture === 'refused', epoch: call.epoch };
    const program = procedure === 'SETVOLUME' ? 'handshake' : 'fop';
    client.describer.describe(exchange(procedure, request, rest, program), 'both');
    call.isAccounted = true;
    if (procedure !== 'SETVOLUME') return;
    client.busy = false;
    if (call.left !== undefined) [client.root] = call.left;
  };

  /** The time since which every change is accounted for. */
  const accountedSince = () => {
    const open = calls.filter((call) => call.before !== undefined && !call.isAccounted);
    return Math.min(brick.time(), ...open.map((call) => call.before ?? 0));
  };

  const checkPath = (client: Client, gfid: string, wireGfid: string) => {
    const { fields } = client.describer.describe(exchange('FSTAT', { gfid: wireGfid }), 'call');
    const { path, path_before_gap: isStale } = fields;
    if (typeof path !== 'string') score.unknown++;
    else if (isStale === true) score.stale++;
    else {
      const partial = /^<gfid:([^>]*)>(.*)$/.exec(path);
      if (partial === null) score.full++;
      else score.partial++;
      const [from, rest] = partial === null ? [ROOT_GFID, path] : [partial[1], partial[2]];
      const what = () => `${shown(gfid)} was shown as ${path} to client ${clients.indexOf(client)}`;
      if (!brick.wasTrue(from, rest, gfid, accountedSince())) assert.fail(failure(what()));
    }
  };

  for (let step = 0; step < 400; step++) {
    const done = calls.findIndex((call) => call.isOver && (call.isAccounted || call.before === undefined));
    if (done >= 0) calls.splice(done, 1);
    const open = calls.filter((call) => !call.isOver);
    if (open.length === 0 || (open.length < 8 && random.chance(0.3))) start();
    else {
      const call = random.pick(open);
      const isListed = call.response !== undefined && (call.left === undefined || call.left.length === 0);
      const isExecuted = call.procedure === 'SETVOLUME' ? call.response !== undefined : isListed;
      if (!call.noticed && random.chance(0.3)) notice(call);
      else if (!isExecuted) execute(call);
      else if (call.capture === 'late' && !call.noticed) notice(call);
      else reply(call);
    }
    const all = brick.files();
    for (let n = 0; n < 3; n++) {
      const gfid = random.pick(all);
      if (gfid !== ROOT_GFID) checkPath(watcher, gfid, gfid);
    }
    for (const client of clients) {
      if (client.root !== undefined && client.subdirectory !== undefined)
        checkPath(client, client.root, ROOT_GFID);
    }
  }

  // At the end a lookup of every file restores every path.
  for (const call of calls) if (!call.isOver) gap(call.client);
  if (maxPaths < 1000) return;
  for (const [gfid, path] of brick.paths()) {
    if (gfid === ROOT_GFID) continue;
    const bname = path.slice(path.lastIndexOf('/') + 1);
    const pargfid = brick.resolve(path.slice(0, path.lastIndexOf('/'))) ?? '';
    const response = brick.run('LOOKUP', { pargfid, bname });
    const epoch = watcher.describer.observationEpoch();
    watcher.describer.describe(exchange('LOOKUP', { pargfid, bname }, { response, epoch }), 'both');
    const { fields } = watcher.describer.describe(exchange('FSTAT', { gfid }), 'call');
    if (fields.path !== path || fields.path_before_gap === true)
      assert.fail(failure(`${path} was looked up`));
  }
}

function runSeeds(first: number, count: number, scenario: Scenario): Score {
  const score: Score = { full: 0, stale: 0, partial: 0, unknown: 0 };
  for (let seed = first; seed < first + count; seed++) run(seed, scenario, score);
  return score;
}

test('no path is wrong with overlapping calls of several clients, all of them captured', () => {
  const { full, stale } = runSeeds(1, 80, { losses: false, subdirectories: false, maxPaths: 1000 });
  assert.equal(stale, 0);
  assert.ok(full > 25_000, `${full} paths were known`);
});

test('no path is wrong when calls and replies are lost, late, truncated or refused', () => {
  const { full, stale } = runSeeds(1000, 120, { losses: true, subdirectories: false, maxPaths: 1000 });
  assert.ok(full > 5_000 && stale > 5_000, `${full} paths were known, ${stale} were stale`);
});

test('no path is wrong for clients with a subdirectory as root', () => {
  runSeeds(2000, 60, { losses: false, subdirectories: true, maxPaths: 1000 });
  runSeeds(3000, 60, { losses: true, subdirectories: true, maxPaths: 1000 });
});

test('no path is wrong in a table that evicts constantly', () => {
  runSeeds(4000, 60, { losses: true, subdirectories: true, maxPaths: 6 });
});
