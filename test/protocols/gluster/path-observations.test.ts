import assert from 'node:assert/strict';
import test from 'node:test';
import { newContext } from '../../../src/protocols/gluster/context.js';
import { newDescriber } from '../../../src/protocols/gluster/describer.js';
import type { Describer, Fields } from '../../../src/protocols/rpc/describer.js';
import type { Json } from '../../../src/records/record.js';
import { ADDRESSES, OUTSIDE, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { newRandom, type Random } from '../../helpers/random.js';
import { Errno, newBrick, Root } from './brick-model.js';
import { exchange, introduce, ok } from './calls.js';

const connection = { serverPort: 49152, clientPort: 49151, ...ADDRESSES, fromStart: true };

interface Client {
  readonly describer: Describer;
  /** The directory that it has for its root; undefined: it has not asked yet. */
  root: string | undefined;
  readonly subdirectory: string | undefined;
  /** Calls of it may be under way that nobody has seen. */
  blind: boolean;
  busy: boolean;
}

/** What becomes of a call and of its reply on their way past. */
type Fate = 'seen' | 'call lost' | 'reply lost' | 'both lost' | 'late' | 'cut' | 'reply cut' | 'refused';

interface Call {
  readonly client: Client;
  readonly procedure: string;
  /** As the brick takes it, and as it is on the wire. */
  readonly request: Fields;
  readonly wire: Fields;
  readonly fate: Fate;
  began: number;
  /** It has come by, or it was noticed that it has not. */
  noticed: boolean;
  response: Fields | undefined;
  /** Names that READDIRP has still to look at. */
  left: string[] | undefined;
  replied: boolean;
  over: boolean;
  /** Moment before it has changed anything; undefined: it has not. */
  before: number | undefined;
  /** What it has changed was said, or is known not to be known. */
  told: boolean;
}

const Names = ['a', 'b', 'c', 'd'];
const Procedures = [
  ...['LOOKUP', 'LOOKUP', 'LOOKUP', 'LOOKUP', 'READDIRP', 'READDIRP', 'CREATE', 'MKNOD', 'MKDIR', 'MKDIR'],
  ...['UNLINK', 'RMDIR', 'LINK', 'RENAME', 'RENAME', 'RENAME'],
];

interface Play {
  losses: boolean;
  subdirectories: boolean;
  maxPaths: number;
}

interface Score {
  full: number;
  marked: number;
  partial: number;
  unknown: number;
}

/** Clients of one brick, whose calls pass by, are done, and are answered in any order. */
function play(seed: number, { losses, subdirectories, maxPaths }: Play, score: Score): void {
  const random: Random = newRandom(seed);
  const brick = newBrick();
  const shared = newContext({ ...PROTOCOL_OPTIONS, maxPaths }, OUTSIDE);
  const history: string[] = [];
  const calls: Call[] = [];
  const say = (what: string) => `${what}\nseed ${seed}:\n${history.slice(-60).join('\n')}`;

  const clients: Client[] = Array.from({ length: random.between(2, 5) }, (_, n) => {
    const subdirectory =
      subdirectories && n > 0 && random.chance(0.5) ? random.pick(['/a', '/a/b']) : undefined;
    const root = subdirectory === undefined ? Root : undefined;
    const describer = newDescriber(connection, shared);
    // The others do so later, among the rest.
    if (root !== undefined)
      introduce(describer, exchange('SETVOLUME', { dict: {} }, { response: ok }, 'handshake'));
    return { describer, root, subdirectory, blind: false, busy: false };
  });
  const [watcher] = clients;

  const shown = (gfid: Json | undefined) => String(gfid).replace(/^0+-0000-4000-8000-0*/, '#');
  const words = (call: Call) => {
    const { pargfid, bname, oldgfid, oldbname, newgfid, newbname, gfid } = call.request;
    const names = [pargfid ?? gfid, bname, oldgfid, oldbname, newgfid, newbname].filter(
      (one) => one !== undefined,
    );
    return `client ${clients.indexOf(call.client)} ${call.procedure} ${names.map(shown).join(' ')}`;
  };
  const note = (what: string, call: Call) => history.push(`${brick.moment()} ${what}: ${words(call)}`);

  /** Of all that was changed before and is known to be unknown from now on, nothing is held against it any more. */
  const gap = (client: Client) => {
    client.describer.onCallsLost();
    history.push(`${brick.moment()} gap`);
    for (const call of calls) if (call.before !== undefined && !call.noticed) call.told = true;
  };

  const newCall = (): Call | undefined => {
    const client = random.pick(clients);
    if (client.busy) return undefined;
    const fate: Fate =
      losses && random.chance(0.25)
        ? random.pick(['call lost', 'reply lost', 'both lost', 'late', 'cut', 'reply cut', 'refused'])
        : 'seen';
    const rest = {
      began: 0,
      noticed: false,
      response: undefined,
      left: undefined,
      replied: false,
      over: false,
    };
    const more = { ...rest, before: undefined, told: false };
    if (client.root === undefined) {
      client.busy = true;
      const dict = { 'subdir-mount': { hex: '00', text: String(client.subdirectory) } };
      return { client, procedure: 'SETVOLUME', request: { dict }, wire: { dict }, fate: 'seen', ...more };
    }
    const directory = () => random.pick(brick.directories());
    const procedure = random.pick(Procedures);
    let request: Fields = { pargfid: directory(), bname: random.pick(Names) };
    if (procedure === 'READDIRP') request = { gfid: directory() };
    if (procedure === 'LINK') {
      request = { oldgfid: random.pick(brick.files()), newgfid: directory(), newbname: random.pick(Names) };
    }
    if (procedure === 'RENAME') {
      const [oldbname, newbname] = [random.pick(Names), random.pick(Names)];
      request = { oldgfid: directory(), oldbname, newgfid: directory(), newbname };
    }
    const { root } = client;
    // A client of a directory never sees what is above it, and calls that directory the root.
    if (root !== Root && Object.values(request).includes(Root)) return undefined;
    const wire = Object.fromEntries(
      Object.entries(request).map(([name, value]) => [name, value === root ? Root : value]),
    );
    return { client, procedure, request, wire, fate, ...more };
  };

  const start = () => {
    const call = newCall();
    if (call === undefined) return;
    calls.push(call);
    note(`asked (${call.fate})`, call);
    if (call.fate === 'call lost' || call.fate === 'both lost' || call.fate === 'late') {
      call.client.blind = true;
      return;
    }
    call.noticed = true;
    call.began = call.client.describer.now();
    if (call.procedure !== 'SETVOLUME') return;
    call.client.describer.onCall(
      { ...exchange('SETVOLUME', call.wire, {}, 'handshake'), auth: undefined },
      true,
    );
  };

  /** Bytes toward the brick are found to be missing, of this call or before it. */
  const notice = (call: Call) => {
    gap(call.client);
    if (call.fate === 'late') call.noticed = true;
    call.began = 0;
  };

  const run = (call: Call) => {
    if (call.fate === 'refused') {
      call.response = {};
      return;
    }
    const at = brick.moment();
    if (call.procedure === 'SETVOLUME') {
      const there = brick.resolve(String(call.client.subdirectory));
      call.response =
        there === undefined ? { op_ret: -1, op_errno: Errno.ENOENT } : { op_ret: 0, op_errno: 0 };
      call.left = there === undefined ? undefined : [there];
    } else if (call.procedure === 'READDIRP') {
      call.left ??= brick.names(String(call.request.gfid));
      const reply = (call.response?.reply ?? []) as Json[];
      const name = call.left.pop();
      if (name !== undefined) reply.push(brick.entry(String(call.request.gfid), name));
      call.response = { op_ret: reply.length, op_errno: 0, reply };
    } else {
      call.response = brick.run(call.procedure, call.request);
      const removes = ['RENAME', 'UNLINK', 'RMDIR'].includes(call.procedure);
      // Done, and something behind it has failed.
      if (losses && removes && random.chance(0.05)) {
        call.response = { op_ret: -1, op_errno: random.pick([Errno.EIO, Errno.ENOENT]) };
      }
    }
    if (brick.moment() > at) call.before = at;
    note(`done, ${call.response.op_ret}`, call);
  };

  const reply = (call: Call) => {
    const { client, procedure, fate } = call;
    call.over = true;
    note('answered', call);
    if (fate === 'call lost') {
      // A reply to a call that was not seen.
      gap(client);
      call.told = true;
      return;
    }
    if (fate === 'reply lost' || fate === 'both lost') {
      // That bytes toward the client are missing puts all its calls in doubt.
      for (const one of calls) {
        if (one.client !== client || !one.noticed || one.told || (one.over && one !== call)) continue;
        const {
          program: _,
          procedure: row,
          request,
        } = exchange(one.procedure, one.wire, {}, one.procedure === 'SETVOLUME' ? 'handshake' : 'fop');
        client.describer.onReplyLost(row, one.fate === 'cut' ? undefined : request);
        if (one.before !== undefined) one.told = true;
      }
      if (client.blind) gap(client);
      call.told = true;
      return;
    }
    const cut: Fields = { ...call.wire, bname: undefined, newbname: undefined };
    const request = fate === 'cut' ? cut : call.wire;
    const response =
      fate === 'reply cut' ? random.pick([undefined, { op_ret: call.response?.op_ret }]) : call.response;
    const more = { response, whole: fate !== 'cut', refused: fate === 'refused', began: call.began };
    const of = procedure === 'SETVOLUME' ? 'handshake' : 'fop';
    client.describer.describe(exchange(procedure, request, more, of), 'both');
    call.told = true;
    if (procedure !== 'SETVOLUME') return;
    client.busy = false;
    if (call.left !== undefined) [client.root] = call.left;
  };

  /** The moment since which nothing has happened that was not told. */
  const since = () => {
    const open = calls.filter((call) => call.before !== undefined && !call.told);
    return Math.min(brick.moment(), ...open.map((call) => call.before ?? 0));
  };

  const check = (client: Client, gfid: string, asked: string) => {
    const { fields } = client.describer.describe(exchange('FSTAT', { gfid: asked }), 'call');
    const { path, path_before_gap: old } = fields;
    if (typeof path !== 'string') score.unknown++;
    else if (old === true) score.marked++;
    else {
      const partial = /^<gfid:([^>]*)>(.*)$/.exec(path);
      if (partial === null) score.full++;
      else score.partial++;
      const [from, rest] = partial === null ? [Root, path] : [partial[1], partial[2]];
      const what = () =>
        `${shown(gfid)} was said to be ${path}, as client ${clients.indexOf(client)} sees it`;
      if (!brick.wasTrue(from, rest, gfid, since())) assert.fail(say(what()));
    }
  };

  for (let step = 0; step < 400; step++) {
    // What is over and told of has no part in it any more.
    const past = calls.findIndex((call) => call.over && (call.told || call.before === undefined));
    if (past >= 0) calls.splice(past, 1);
    const open = calls.filter((call) => !call.over);
    if (open.length === 0 || (open.length < 8 && random.chance(0.3))) start();
    else {
      const call = random.pick(open);
      const ready = call.response !== undefined && (call.left === undefined || call.left.length === 0);
      const done = call.procedure === 'SETVOLUME' ? call.response !== undefined : ready;
      if (!call.noticed && random.chance(0.3)) notice(call);
      else if (!done) run(call);
      else if (call.fate === 'late' && !call.noticed) notice(call);
      else reply(call);
    }
    const all = brick.files();
    for (let n = 0; n < 3; n++) {
      const gfid = random.pick(all);
      if (gfid !== Root) check(watcher, gfid, gfid);
    }
    for (const client of clients) {
      if (client.root !== undefined && client.subdirectory !== undefined) check(client, client.root, Root);
    }
  }

  // When all is said and done, one look at everything tells all of it.
  for (const call of calls) if (!call.over) gap(call.client);
  if (maxPaths < 1000) return;
  for (const [gfid, path] of brick.paths()) {
    if (gfid === Root) continue;
    const bname = path.slice(path.lastIndexOf('/') + 1);
    const pargfid = brick.resolve(path.slice(0, path.lastIndexOf('/'))) ?? '';
    const response = brick.run('LOOKUP', { pargfid, bname });
    const began = watcher.describer.now();
    watcher.describer.describe(exchange('LOOKUP', { pargfid, bname }, { response, began }), 'both');
    const { fields } = watcher.describer.describe(exchange('FSTAT', { gfid }), 'call');
    if (fields.path !== path || fields.path_before_gap === true) assert.fail(say(`${path} was looked up`));
  }
}

function plays(first: number, count: number, how: Play): Score {
  const score: Score = { full: 0, marked: 0, partial: 0, unknown: 0 };
  for (let seed = first; seed < first + count; seed++) play(seed, how, score);
  return score;
}

test('a path is never wrong: calls of several clients side by side, all of them seen', () => {
  const { full, marked } = plays(1, 80, { losses: false, subdirectories: false, maxPaths: 1000 });
  assert.equal(marked, 0);
  assert.ok(full > 25_000, `${full} paths were known`);
});

test('a path is never wrong where calls and replies are lost, late, cut or refused', () => {
  const { full, marked } = plays(1000, 120, { losses: true, subdirectories: false, maxPaths: 1000 });
  assert.ok(full > 5_000 && marked > 5_000, `${full} paths were known, ${marked} were of before a gap`);
});

test('a path is never wrong for clients that have a directory for their root', () => {
  plays(2000, 60, { losses: false, subdirectories: true, maxPaths: 1000 });
  plays(3000, 60, { losses: true, subdirectories: true, maxPaths: 1000 });
});

test('a path is never wrong in a table that always has to forget', () => {
  plays(4000, 60, { losses: true, subdirectories: true, maxPaths: 6 });
});
