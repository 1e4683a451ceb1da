/** The state of one connection: the position in each direction, pending calls, and the describer of its messages. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { Phase, type StreamSide, type StreamState, SyncState } from '../framing/stream-side.js';
import { newMidstreamLoss } from '../framing/sync-loss.js';
import type { Connection, Emit, HostHooks, ProtocolOptions } from '../protocol.js';
import type { TimerList } from '../timers.js';
import type { CandidateReader } from './candidate.js';
import type { ReadCredential } from './credentials.js';
import type { Describer, Programs } from './describer.js';
import type { Fragments } from './fragments.js';
import type { Header } from './header.js';
import type { Message } from './message.js';
import { PendingCalls } from './pending-calls.js';
import type { RecordBytes } from './record-bytes.js';
import type { Compiler, Detail } from './xdr/compile.js';

/** An unconfirmed message, kept back with the timestamp of its last byte. */
export interface TentativeMessage {
  readonly message: Message;
  readonly at: PacketTimestamp;
  readonly bytes: number;
}

export interface Side extends StreamSide {
  /** Bytes of the current record to wait for before parsing it again. */
  minBytes: number;
  /** The parsed message of the record whose last bytes the stream skips. */
  skippedMessage: Message | undefined;
  /** The record of several fragments that is being reassembled (Phase.message). */
  fragments: Fragments | undefined;
  /** Calls of this direction that wait for their reply. */
  readonly calls: PendingCalls;
  /** The xids of the last call and of the last reply of this direction; -1: none. */
  lastCall: number;
  lastReply: number;
  /** Unparsed bytes since then: they may have held further messages. */
  unparsedBytes: number;
  /** Messages found since the search ended (SyncState.tentative). */
  tentative: TentativeMessage[];
  /** How many of them begin at the start of a segment. */
  alignedMessages: number;
}

/** State that all connections of a thread share. */
export interface RpcContext {
  readonly programs: Programs;
  readonly compile: Compiler;
  readonly credentials: Readonly<Record<Detail, ReadCredential>>;
  /** Connections with pending calls, which are checked for timeouts. */
  readonly pendingConnections: Pick<TimerList<Flow>, 'add'>;
  readonly host: HostHooks;
  /** The latest timestamp of anything that was parsed. */
  readonly clock: PacketTimestamp;
  readonly candidates: CandidateReader;
  /** The record that is being decoded, and its header: overwritten for each record. */
  readonly record: RecordBytes;
  readonly header: Header;
}

export interface Flow extends RpcContext, StreamState<Side> {
  readonly emit: Emit;
  readonly payloadBytes: number;
  /** `messages` view: a line for each call and for each reply. */
  readonly messages: boolean;
  readonly full: boolean;
  readonly detail: Detail;
  readonly credential: ReadCredential;
  readonly describer: Describer;
  readonly sides: readonly [Side, Side];
  /** The connection uses the procedure numbers of Procedure.alternative. */
  usesAlternatives: boolean;
  /** The current bytes were captured before others that are already parsed: they were queued behind a gap. */
  outOfOrder: boolean;
  /** Calls that were not captured may be pending. */
  callsMayBeMissing: boolean;
}

function newSide(fromStart: boolean): Side {
  return {
    phase: Phase.boundary,
    sync: fromStart ? SyncState.inSync : SyncState.lost,
    needMore: false,
    unconsumed: 0,
    skipRemaining: 0,
    seen: false,
    loss: fromStart ? undefined : newMidstreamLoss(),
    minBytes: 0,
    skippedMessage: undefined,
    fragments: undefined,
    calls: new PendingCalls(),
    lastCall: -1,
    lastReply: -1,
    unparsedBytes: 0,
    tentative: [],
    alignedMessages: 0,
  };
}

/** @param suspended the state of the describer to restore, from Describer.suspend() */
export function openFlow(
  connection: Connection,
  emit: Emit,
  options: ProtocolOptions,
  context: RpcContext,
  suspended?: object,
): Flow {
  const full = options.detail === 'full';
  const detail = full ? 'full' : 'brief';
  return {
    emit,
    payloadBytes: options.payloadBytes,
    messages: options.view === 'messages',
    full,
    detail,
    credential: context.credentials[detail],
    ...context,
    describer: context.programs.describer(connection, suspended),
    sides: [newSide(connection.fromStart), newSide(connection.fromStart)],
    usesAlternatives: false,
    outOfOrder: false,
    callsMayBeMissing: !connection.fromStart,
  };
}
