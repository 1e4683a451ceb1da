/** Describes GlusterFS calls and their replies: the `gluster` section, and the words of the sentence. */

import { displayName } from '../../records/phrases.js';
import type { EventOutcome } from '../../records/record.js';
import type { Connection } from '../protocol.js';
import type { Describer, Description, Fields, ObservedCall } from '../rpc/describer.js';
import { ClientSession, type SuspendedSession } from './client-session.js';
import { clientIdentityOf } from './cluster/client-identity.js';
import { PeerNames } from './cluster/peer-names.js';
import { TransactionTrace } from './cluster/transaction-trace.js';
import type { GlusterContext } from './context.js';
import type { GlusterSection } from './fields.js';
import type { Lock } from './locks/lock.js';
import { LockTracker } from './locks/lock-tracker.js';
import { describeOutcome, type Outcome } from './outcome.js';
import { FileNames } from './paths/file-names.js';
import { changedNothing, markUncertain, observeReply, rootGfidIn } from './paths/observations.js';
import type { GlusterExchange, GlusterProcedure } from './programs/procedure.js';
import { integer, text } from './values.js';

interface GlusterCall extends ObservedCall {
  readonly procedure: GlusterProcedure | undefined;
}

function subjectOf(
  procedure: GlusterProcedure,
  request: Fields | undefined,
  out: GlusterSection,
  names: FileNames,
): string {
  let words = procedure.name;
  if (request === undefined) return words;
  for (const part of procedure.subject) {
    const partWords = part(request, out, names);
    if (partWords !== '') words += ` ${partWords}`;
  }
  return words;
}

/** Leaves out `holders` and `expected` unless they apply: most descriptions have neither. */
function newDescription(
  fields: GlusterSection,
  subject: string,
  result: Outcome | undefined,
  holders: string,
): Description {
  const description: { -readonly [name in keyof Description]: Description[name] } = {
    fields,
    subject,
    result: result?.words,
    outcome: result?.outcome,
  };
  if (holders !== '') description.holders = holders;
  if (result?.expected === true) description.expected = true;
  return description;
}

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
    const { identifiesClient } = procedure;
    const { isFileOperations } = program;
    const fields: GlusterSection = {};
    session.putFields(fields, identifiesClient && part !== 'reply');
    let subject = subjectOf(procedure, request, fields, names);
    if (!isFileOperations) subject += this.transactions.describe(exchange, part, fields);
    names.putStaleFlag(fields);
    if (identifiesClient && session.brick !== undefined) subject += ` ${displayName(session.brick)}`;
    if (part === 'call') {
      return newDescription(fields, subject, undefined, this.describeHolders(exchange, undefined, fields));
    }
    const result = describeOutcome(exchange, fields);
    const { outcome } = result;
    if (isFileOperations) this.observeFileOperation(exchange, outcome);
    else {
      this.transactions.recordOutcome(exchange, fields, outcome);
      if (outcome === 'success') this.observeBricks(exchange);
    }
    return newDescription(fields, subject, result, this.describeHolders(exchange, outcome, fields));
  }

  observationEpoch(): number {
    return this.context.paths.observationEpoch();
  }

  onCall({ program, procedure, request, auth }: GlusterCall, whole: boolean): object | undefined {
    if (program === undefined || procedure === undefined) return undefined;
    if (procedure.identifiesClient) {
      const identity = clientIdentityOf(request, this.context.full);
      if (identity !== undefined) this.session.identify(identity, this.context.paths.observationEpoch());
    }
    const { locks } = procedure;
    return locks === undefined ? undefined : this.locks.observeCall(locks, request, auth, whole);
  }

  onReplyLost(procedure: GlusterProcedure, request: Fields | undefined, lock?: object): void {
    this.locks.markOutcomeUnknown(lock as Lock | undefined);
    this.markNamesUncertain(procedure, request);
  }

  onPendingGap(pending: boolean): void {
    this.session.setPendingGap(pending);
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

  onClose(closed: boolean): void {
    this.locks.close(closed);
  }

  private describeHolders(
    exchange: GlusterExchange,
    outcome: EventOutcome | undefined,
    fields: GlusterSection,
  ): string {
    const { locks } = exchange.procedure;
    return locks === undefined ? '' : this.locks.observeOutcome(locks, exchange, outcome, fields);
  }

  /** Records the names of files that the reply to a file operation reveals. */
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

  /** The outcome of a call is unknown, or its brick is. */
  private markNamesUncertain({ paths: observation }: GlusterProcedure, request: Fields | undefined): void {
    if (observation === undefined) return;
    const { session, context } = this;
    for (const table of session.possibleTables()) {
      markUncertain(context.paths, table, observation, request, session.root.gfid);
    }
  }

  /** Records the endpoint of a brick from SETVOLUME, from the port mapper, or from the brick's own SIGNIN. */
  private observeBricks({ procedure, request, response }: GlusterExchange): void {
    const { identifiesClient, brickPort } = procedure;
    if (identifiesClient) this.session.confirmIdentity();
    if (brickPort === undefined) return;
    const isQuery = brickPort === 'reply';
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
