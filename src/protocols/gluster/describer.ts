/** Describes calls of GlusterFS and their replies: the `gluster` section, and the words of the sentence. */

import { displayName } from '../../records/phrases.js';
import type { EventOutcome } from '../../records/record.js';
import type { Connection } from '../protocol.js';
import type { Describer, Description, Exchange, Fields, ObservedCall } from '../rpc/describer.js';
import type { Procedure, Program } from '../rpc/program.js';
import { clientIdentityOf } from './cluster/client-identity.js';
import { ClientSession, type SuspendedSession } from './cluster/client-session.js';
import { PeerNames } from './cluster/peer-names.js';
import { TransactionTrace } from './cluster/transaction-trace.js';
import type { GlusterContext } from './context.js';
import { shownReason } from './describe/glusterd.js';
import { probeReason } from './describe/peers.js';
import { withoutSecretValues } from './describe/settings.js';
import { entry, integer, put, text } from './describe/values.js';
import { errnoName } from './enums/fop.js';
import type { Lock } from './locks/lock.js';
import { LockTracker } from './locks/lock-tracker.js';
import { FileNames } from './paths/file-names.js';
import { changedNothing, markUncertain, observeReply, rootGfidIn } from './paths/observations.js';
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
  names: FileNames,
): string {
  let words = procedure.name;
  if (request === undefined) return words;
  for (const part of procedure.subject) {
    const more = part(request, out, names);
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

/** SETVOLUME: the client says who it is, and which brick it asks for. */
function isSetVolume(procedure: Procedure, program: Program): boolean {
  return procedure.name === 'SETVOLUME' && program.name === 'GLUSTER_HNDSK';
}

const FILE_OPERATIONS = 'GLUSTER_FOP';

/** The describer of one connection. */
class GlusterDescriber implements Describer {
  private readonly connection: Connection;
  private readonly context: GlusterContext;
  private readonly session: ClientSession;
  private readonly names: FileNames;
  private readonly locks: LockTracker;
  private readonly transactions: TransactionTrace;

  constructor(connection: Connection, context: GlusterContext, suspended: SuspendedSession | undefined) {
    this.connection = connection;
    this.context = context;
    const peerNames = new PeerNames(context.peerNames, connection);
    this.session = new ClientSession(connection, context, suspended);
    this.names = new FileNames(context.paths, this.session, peerNames);
    this.locks = new LockTracker(context.locks, this.session, context.toWallClock);
    this.transactions = new TransactionTrace(connection, context.transactions, peerNames);
  }

  describe(exchange: GlusterExchange, part: 'call' | 'reply' | 'both'): Description {
    const { program, procedure, request } = exchange;
    const { session, names } = this;
    const setsVolume = isSetVolume(procedure, program);
    const isFileOperation = program.name === FILE_OPERATIONS;
    const fields: Fields = {};
    session.putFields(fields, setsVolume && part !== 'reply');
    let subject = subjectOf(procedure, request, fields, names);
    if (!isFileOperation) subject += this.transactions.describe(exchange, part, fields);
    names.putStaleFlag(fields);
    if (setsVolume && session.brick !== undefined) subject += ` ${displayName(session.brick)}`;
    if (part === 'call') {
      return described(fields, subject, undefined, this.describeHolders(exchange, undefined, fields));
    }
    const result = resultOf(exchange, fields);
    const { outcome } = result;
    if (isFileOperation) this.observeFileOperation(exchange, outcome);
    else {
      this.transactions.recordOutcome(exchange, fields, outcome);
      if (outcome === 'success') this.observeBricks(exchange, setsVolume);
    }
    return described(fields, subject, result, this.describeHolders(exchange, outcome, fields));
  }

  now(): number {
    return this.context.paths.currentEpoch();
  }

  onCall({ program, procedure, request, auth }: GlusterCall, whole: boolean): object | undefined {
    if (program === undefined || procedure === undefined) return undefined;
    if (isSetVolume(procedure, program)) {
      const identity = clientIdentityOf(request, this.context.full);
      if (identity !== undefined) this.session.identify(identity, this.context.paths.currentEpoch());
    }
    const { locks } = procedure;
    return locks === undefined ? undefined : this.locks.observeCall(locks, request, auth, whole);
  }

  onReplyLost(procedure: GlusterProcedure, request: Fields | undefined, lock?: object): void {
    this.locks.markOutcomeUnknown(lock as Lock | undefined);
    this.markNamesUncertain(procedure, request);
  }

  onPendingGap(open: boolean): void {
    this.session.setPendingGap(open);
  }

  onCallsLost(): void {
    this.session.markCallsLost();
    this.locks.markCallsLost();
    this.transactions.markGap();
  }

  onRepliesLost(): void {
    this.transactions.markGap();
  }

  suspend(): SuspendedSession | undefined {
    return this.names.hasStaleFlag() ? undefined : this.session.suspend();
  }

  onClose(sure: boolean): void {
    this.locks.close(sure);
  }

  private describeHolders(
    exchange: GlusterExchange,
    outcome: EventOutcome | undefined,
    fields: Fields,
  ): string {
    const { locks } = exchange.procedure;
    return locks === undefined ? '' : this.locks.observeOutcome(locks, exchange, outcome, fields);
  }

  /** Records what the reply to a file operation tells of names. */
  private observeFileOperation(exchange: GlusterExchange, outcome: EventOutcome): void {
    if (exchange.refused) return;
    const { session } = this;
    const { procedure, request, response } = exchange;
    const { paths: observation } = procedure;
    session.markOperated();
    const table = session.brickTable();
    if (outcome === 'failure' && table === 0 && changedNothing(observation, response)) return;
    const rootGfid =
      outcome === 'success' && exchange.whole ? rootGfidIn(observation, request, response) : undefined;
    if (rootGfid !== undefined) session.observeRootGfid(rootGfid);
    if (outcome === 'unknown' || table === 0) this.markNamesUncertain(procedure, request);
    else if (observation !== undefined) {
      const succeeded = outcome === 'success';
      observeReply(this.context.paths, table, observation, exchange, succeeded, session.root);
    }
  }

  /** The outcome of a call is unknown, or the brick that it was for. */
  private markNamesUncertain({ paths: observation }: GlusterProcedure, request: Fields | undefined): void {
    if (observation === undefined) return;
    const { session, context } = this;
    for (const table of session.possibleTables()) {
      markUncertain(context.paths, table, observation, request, session.root.gfid);
    }
  }

  /** Records which brick listens where: its client, the port mapper or the brick itself says so. */
  private observeBricks({ program, procedure, request, response }: Exchange, setsVolume: boolean): void {
    if (setsVolume) this.session.confirmIdentity();
    if (program.name !== 'GLUSTER_PMAP') return;
    const isQuery = procedure.name === 'PORTBYBRICK';
    if (!isQuery && procedure.name !== 'SIGNIN') return;
    const port = Number(integer((isQuery ? response : request)?.port) ?? 0);
    const path = text(request?.brick);
    if (port <= 0 || port > 65535 || path === undefined) return;
    const { ipVersion, server, client } = this.connection;
    const brick = { ipVersion, address: isQuery ? server : client, port, path };
    this.context.bricks.recordDiscovered(brick);
    this.context.brickDiscovered(brick);
  }
}

/** @param suspended what Describer.suspend() returned */
export function newDescriber(connection: Connection, context: GlusterContext, suspended?: object): Describer {
  return new GlusterDescriber(connection, context, suspended as SuspendedSession | undefined);
}
