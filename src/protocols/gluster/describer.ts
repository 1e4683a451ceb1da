/** What a call of GlusterFS and its reply say to people: the `gluster` section, and the words of the sentence. */

import { formatAddress } from '../../packet/address.js';
import { displayName } from '../../records/phrases.js';
import type { EventOutcome } from '../../records/record.js';
import type { Connection } from '../protocol.js';
import type { Describer, Description, Exchange, Fields, ObservedCall } from '../rpc/describer.js';
import type { Procedure, Program } from '../rpc/program.js';
import type { BrickEndpoint } from './cluster/brick-registry.js';
import { type ClientIdentity, clientIdentityOf, clientOf } from './cluster/client-identity.js';
import { newTransactionTrace } from './cluster/transaction-trace.js';
import type { GlusterContext } from './context.js';
import { shownReason } from './describe/glusterd.js';
import { probeReason } from './describe/peers.js';
import { withoutSecretValues } from './describe/settings.js';
import { entry, integer, put, RootGfid, text } from './describe/values.js';
import { errnoName } from './enums/fop.js';
import { type Lock, type Locker, newLockOrder } from './locks/lock.js';
import { newLockTracker } from './locks/lock-tracker.js';
import {
  type FileNames,
  LikelyRoot,
  newFileNames,
  type Root,
  subdirectory,
  VolumeRoot,
} from './paths/file-names.js';
import { isUndone, markUncertain, observeReply, rootOf } from './paths/observations.js';
import type { GlusterProcedure } from './programs/procedure.js';

/** A call of this program or its reply: each of its procedures has a row (gluster/programs). */
interface GlusterExchange extends Exchange {
  readonly procedure: GlusterProcedure;
}

/**
 * Where any op_ret but 0 is a failure: the command and glusterd test it so (gf_cli_*_cbk() of cli/src/cli-rpc-ops.c,
 * the callbacks of glusterd-rpc-ops.c). Elsewhere it is a count if it is not below 0.
 */
const Strict: ReadonlySet<string> = new Set(['CLI', 'GD_MGMT', 'GD_FRIEND', 'GLUSTERD1_MGMT', 'GD_BRICK']);

function errorName({ errorNames }: GlusterProcedure, code: number): string | undefined {
  const name = errorNames?.of(code) ?? errnoName.of(code);
  return typeof name === 'string' ? name : undefined;
}

interface GlusterCall extends ObservedCall {
  readonly procedure: GlusterProcedure | undefined;
}

interface Result {
  readonly words: string;
  readonly outcome: EventOutcome;
  readonly expected?: boolean;
}

/** Some replies say why in words; a SETVOLUME that is refused says it in its dictionary. */
function reason(procedure: Procedure, request: Fields | undefined, response: Fields): string | undefined {
  const inDict = procedure.name === 'SETVOLUME' ? entry(response.dict, 'ERROR') : undefined;
  const why = text(response.op_errstr) ?? text(response.errstr) ?? inDict;
  return why === undefined ? undefined : withoutSecretValues(why, request?.dict ?? request?.buf);
}

function failed({ procedure, request }: GlusterExchange, response: Fields, out: Fields): Result {
  const code = response.op_errno;
  const known = typeof code === 'number' && code !== 0;
  const error = known ? errorName(procedure, code) : undefined;
  const why = reason(procedure, request, response);
  put(out, 'error', error);
  put(out, 'op_errstr', why);
  const name = error ?? (known ? `error ${code}` : 'failed');
  const told = why ?? probeReason(name);
  const words = told === undefined ? name : `${name}: ${shownReason(told)}`;
  return { words, outcome: 'failure', expected: procedure.expectedErrors.includes(name) };
}

function resultOf(exchange: GlusterExchange, out: Fields): Result {
  const { program, procedure, response } = exchange;
  if (response === undefined) {
    const empty = procedure.reply === 'void';
    return empty ? { words: 'ok', outcome: 'success' } : { words: 'a reply', outcome: 'unknown' };
  }
  const opRet = integer(response.op_ret);
  put(out, 'op_ret', opRet);
  put(out, 'op_errno', integer(response.op_errno));
  if (opRet === undefined) return { words: 'a reply', outcome: 'unknown' };
  if (opRet < 0 || (Number(opRet) !== 0 && Strict.has(program.name))) {
    return failed(exchange, response, out);
  }
  return { words: procedure.result(response, out, opRet) ?? 'ok', outcome: 'success' };
}

function subjectOf(
  procedure: GlusterProcedure,
  request: Fields | undefined,
  out: Fields,
  place: FileNames,
): string {
  let words = procedure.name;
  if (request === undefined) return words;
  for (const part of procedure.subject) {
    const more = part(request, out, place);
    if (more !== '') words += ` ${more}`;
  }
  return words;
}

/** Most have no holders, and are not expected. */
function described(
  fields: Fields,
  subject: string,
  result: Result | undefined,
  holders: string,
): Description {
  const all: { -readonly [name in keyof Description]: Description[name] } = {
    fields,
    subject,
    result: result?.words,
    outcome: result?.outcome,
  };
  if (holders !== '') all.holders = holders;
  if (result?.expected === true) all.expected = true;
  return all;
}

/** SETVOLUME: the client, its volume and the brick that it wants. */
function introduced(procedure: Procedure, program: Program): boolean {
  return procedure.name === 'SETVOLUME' && program.name === 'GLUSTER_HNDSK';
}

/** What is kept of one on whose connection nothing is under way. */
interface Asleep {
  readonly known: ClientIdentity | undefined;
  readonly root: Root;
  readonly working: boolean;
}

/** @param from what Describer.asleep() gave */
export function newDescriber(connection: Connection, shared: GlusterContext, from?: object): Describer {
  const { services, paths, locks, found } = shared;
  const peerNames = shared.peerNames(connection);
  let service = services.of(connection);
  const here = () => {
    if (service.forgotten) service = services.of(connection);
    return service;
  };
  const before = from as Asleep | undefined;
  let known = before?.known;
  let root = before?.root ?? (connection.fromStart ? VolumeRoot : LikelyRoot);
  let missing: BrickEndpoint | undefined;
  let working = before?.working ?? false;
  const table = () => services.table(here(), known?.brick);
  const place = newFileNames(
    paths,
    table,
    () => root,
    () => here().missing > 0,
    peerNames.of,
  );
  const story = newTransactionTrace(connection, shared, peerNames);
  const locker: Locker = {
    get id() {
      return known?.id;
    },
    locks: newLockOrder(),
    who: () => ({
      ...(known === undefined ? {} : { client: known.caller }),
      ip: formatAddress(connection.ipVersion, ...connection.client),
      port: connection.clientPort,
    }),
  };
  const watch = newLockTracker(locks, locker, table, () => root.gfid, shared.toWallClock);

  /** Who is asked, and who asks. One that was seen from its start says so itself, before all that matters. */
  const introduce = (fields: Fields, whole: boolean) => {
    const from = known ?? (connection.fromStart || here().shared ? undefined : service);
    put(fields, 'volume', from?.volume);
    put(fields, 'brick', from?.brick);
    put(fields, 'brick_host', from?.host);
    if (known !== undefined) fields.client = whole ? clientOf(known) : known.caller;
  };

  const holdersOf = (
    exchange: GlusterExchange,
    outcome: EventOutcome | undefined,
    fields: Fields,
  ): string => {
    const { locks } = exchange.procedure;
    return locks === undefined ? '' : watch.tell(locks, exchange, outcome, fields);
  };

  const describe = (exchange: GlusterExchange, part: 'call' | 'reply' | 'both'): Description => {
    const { program, procedure, request } = exchange;
    const meets = introduced(procedure, program);
    const fields: Fields = {};
    introduce(fields, meets && part !== 'reply');
    let subject = subjectOf(procedure, request, fields, place);
    if (program.name !== 'GLUSTER_FOP') subject += story.words(exchange, part, fields);
    place.mark(fields);
    if (meets && known?.brick !== undefined) subject += ` ${displayName(known.brick)}`;
    if (part === 'call') {
      const holders = holdersOf(exchange, undefined, fields);
      return described(fields, subject, undefined, holders);
    }
    const result = resultOf(exchange, fields);
    if (program.name === 'GLUSTER_FOP') takeNames(exchange, result);
    else {
      story.told(exchange, fields, result.outcome);
      if (result.outcome === 'success') takePlaces(exchange, meets);
    }
    const holders = holdersOf(exchange, result.outcome, fields);
    return described(fields, subject, result, holders);
  };

  const meet = (introduction: ClientIdentity | undefined, began: number) => {
    if (introduction === undefined) return;
    known = introduction;
    const { subdir } = introduction;
    root = subdir === undefined ? VolumeRoot : subdirectory(paths, table, subdir, began);
  };

  /** What the reply says of names holds from here on. */
  const takeNames = (exchange: GlusterExchange, { outcome }: Result) => {
    const { procedure, request, response } = exchange;
    const { paths: observation } = procedure;
    if (exchange.refused) return;
    working = true;
    const at = table();
    if (outcome === 'failure' && at === 0 && isUndone(observation, response)) return;
    const told = outcome === 'success' && exchange.whole ? rootOf(observation, request, response) : undefined;
    // Once it is known it stays: the brick finds the directory when the client introduces itself.
    if (told === RootGfid && !root.sure) root = VolumeRoot;
    else if (told !== undefined && told !== root.gfid)
      root = { ...root, gfid: told, sure: true, fixed: true };
    if (outcome === 'unknown' || at === 0) inDoubt(procedure, request);
    else if (observation !== undefined)
      observeReply(paths, at, observation, exchange, outcome === 'success', root);
  };

  /** It is not known what a call did; or where, so that it is all bricks of the port that it may have been done on. */
  const inDoubt = ({ paths: observation }: GlusterProcedure, request: Fields | undefined) => {
    if (observation === undefined) return;
    const at = table();
    const tables = at === 0 ? here().tables.values() : [at];
    for (const one of tables) markUncertain(paths, one, observation, request, root.gfid);
  };

  /** Where which brick listens: a client is welcome there, the port mapper says so, or the brick itself does. */
  const takePlaces = ({ program, procedure, request, response }: Exchange, meets: boolean) => {
    if (meets) {
      services.tell(here(), known?.brick, known?.volume, known?.host);
      // Found now, a directory stays known when its name changes.
      if (!root.fixed && root.gfid !== undefined) root = { ...root, fixed: true };
    }
    if (program.name !== 'GLUSTER_PMAP') return;
    const asked = procedure.name === 'PORTBYBRICK';
    if (!asked && procedure.name !== 'SIGNIN') return;
    const port = Number(integer((asked ? response : request)?.port) ?? 0);
    const path = text(request?.brick);
    if (port <= 0 || port > 65535 || path === undefined) return;
    const address = asked ? connection.server : connection.client;
    const brick = { ipVersion: connection.ipVersion, address, port, path };
    services.found(brick);
    found(brick);
  };

  return {
    describe,
    now: paths.now,
    onCall({ program, procedure, request, auth }: GlusterCall, whole) {
      if (program === undefined || procedure === undefined) return undefined;
      // Its reply may be missed, and what it says holds for all calls after it.
      if (introduced(procedure, program)) meet(clientIdentityOf(request, shared.full), paths.now());
      const { locks } = procedure;
      return locks === undefined ? undefined : watch.ask(locks, request, auth, whole);
    },
    onReplyLost(procedure: GlusterProcedure, request, lock) {
      watch.lost(lock as Lock | undefined);
      inDoubt(procedure, request);
    },
    onPendingGap(open) {
      if (open === (missing !== undefined)) return;
      if (missing !== undefined) missing.missing--;
      missing = open ? here() : undefined;
      if (missing !== undefined) missing.missing++;
    },
    onCallsLost() {
      // It may have introduced itself, which it does before all else, and have asked for a directory.
      if (known === undefined && !working) root = LikelyRoot;
      // The brick's own table too, though nothing was learned of it so far: of a call under way something will be.
      table();
      watch.unseen();
      for (const at of here().tables.values()) paths.gap(at);
      story.unseen();
    },
    onRepliesLost: story.unseen,
    suspend() {
      const idle = missing === undefined && root.fixed && locker.locks.size() === 0 && place.unmarked();
      return idle ? ({ known, root, working } satisfies Asleep) : undefined;
    },
    onClose: watch.closed,
  };
}
