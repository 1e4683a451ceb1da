/** What is known of one connection: where each direction is, which calls are open, and what is made of them. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { newSyncLoss, type SyncLoss } from '../framing/sync-loss.js';
import type { Connection, Direction, Emit, HostHooks, ProtocolOptions } from '../protocol.js';
import type { TimerList } from '../timers.js';
import type { ReadCredential } from './credentials.js';
import type { Describer, Programs } from './describer.js';
import type { Fragments } from './fragments.js';
import type { Message } from './message.js';
import { type Call, type Calls, newCalls } from './pending-calls.js';
import type { Compiler, Detail } from './xdr/compile.js';

/** Where a direction is in the stream of records. */
export const Phase = {
  /** At a record mark. */
  boundary: 0,
  /** In a record of several fragments. */
  fragments: 1,
  /** Behind what is known of a record, whose rest passes unseen. */
  skipping: 2,
  /** Looking for the next record. */
  resync: 3,
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/** A message that is not believed yet, and when it was complete. */
export interface Doubted {
  readonly message: Message;
  readonly at: PacketTimestamp;
  readonly bytes: number;
}

export interface Side {
  phase: Phase;
  /** Bytes from the boundary that must be at hand before it is worth looking again. */
  need: number;
  more: boolean;
  /** Bytes that were not consumed in the last call: they come again. */
  held: number;
  /** Any byte of this direction was seen. */
  seen: boolean;
  /** The message whose last bytes pass unseen. */
  pending: Message | undefined;
  /** Bytes of its record that are still to come, where the stream was not asked to skip them yet. */
  rest: number;
  fragments: Fragments | undefined;
  /** Calls of this direction that wait for their reply. */
  readonly calls: Calls;
  /** The xids of the last call and of the last reply of this direction; -1: none was seen. */
  lastCall: number;
  lastReply: number;
  /** Bytes that nothing was read of since then: they may have held more of them. */
  unread: number;
  loss: SyncLoss | undefined;
  /** Messages found since the place was, until something confirms it; undefined: it is sure. */
  doubted: Doubted[] | undefined;
  /** How many of them began where a segment does. */
  fresh: number;
}

/** What the connections of a decoder have in common. */
export interface Common {
  readonly programs: Programs;
  readonly compile: Compiler;
  readonly credentials: Readonly<Record<Detail, ReadCredential>>;
  /** Connections with calls that wait for their reply: those that wait too long are told of. */
  readonly waiting: Pick<TimerList<Flow>, 'add'>;
  readonly outside: HostHooks;
  /** The latest time of anything that was read. */
  readonly clock: PacketTimestamp;
}

export interface Flow extends Common {
  readonly emit: Emit;
  readonly payloadBytes: number;
  readonly messages: boolean;
  readonly full: boolean;
  readonly detail: Detail;
  readonly credential: ReadCredential;
  readonly describer: Describer;
  readonly sides: readonly [Side, Side];
  /** The connection numbers some procedures in the way that Procedure.alternative tells. */
  otherNumbers: boolean;
  /** The bytes at hand came by earlier than others that were read before: they had waited behind a hole. */
  late: boolean;
  /** Calls may wait for their reply that were not seen. */
  blind: boolean;
}

function newSide(fromStart: boolean): Side {
  return {
    phase: fromStart ? Phase.boundary : Phase.resync,
    need: 0,
    more: false,
    held: 0,
    seen: false,
    pending: undefined,
    rest: 0,
    fragments: undefined,
    calls: newCalls(),
    lastCall: -1,
    lastReply: -1,
    unread: 0,
    loss: fromStart ? undefined : newSyncLoss('midstream', {}, false, NEVER),
    doubted: undefined,
    fresh: 0,
  };
}

const NEVER: PacketTimestamp = { seconds: 0, nanoseconds: 0, packet: 0 };

/** @param asleep what a describer of the connection has left, to go on from */
export function openFlow(
  connection: Connection,
  emit: Emit,
  options: ProtocolOptions,
  common: Common,
  asleep?: object,
): Flow {
  const full = options.detail === 'full';
  const detail = full ? 'full' : 'brief';
  return {
    emit,
    payloadBytes: options.payloadBytes,
    messages: options.view === 'messages',
    full,
    detail,
    credential: common.credentials[detail],
    ...common,
    describer: common.programs.describer(connection, asleep),
    sides: [newSide(connection.fromStart), newSide(connection.fromStart)],
    otherNumbers: false,
    late: false,
    blind: !connection.fromStart,
  };
}

/** The call with this xid among those of a direction that are doubted. */
export function doubtedCall(flow: Flow, caller: Direction, xid: number): Call | undefined {
  for (const { message } of flow.sides[caller].doubted ?? []) {
    if (message.kind === 'call' && message.call.xid === xid) return message.call;
  }
  return undefined;
}
