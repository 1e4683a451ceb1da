/**
 * Tentative messages: found by a search (resync.ts), and not confirmed yet. They are kept back, with their timestamps,
 * until a confirmation commits or a contradiction rejects them.
 */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { leaveResync } from '../framing/resync.js';
import { Phase, SyncState } from '../framing/stream-side.js';
import { type Direction, opposite, ToServer } from '../protocol.js';
import { anomalies } from './anomaly.js';
import type { Flow, Side, TentativeMessage } from './connection.js';
import type { Message, Reply } from './message.js';
import type { Call } from './pending-calls.js';
import { reportMessage } from './report.js';
import { bytesOf, dropPartialRecord, skipBytes } from './resync.js';
import { CALL_DISORDER, xidDistance } from './xid.js';

/** The most messages that are kept back in one direction, and their bytes. */
const MESSAGES_LIMIT = 256;
const BYTES_LIMIT = 4 << 20;
/** In an asymmetric flow, this many messages at the start of segments are proof. */
const PROOF_MESSAGES = 3;

/** The tentative call with this xid. */
export function findTentativeCall(flow: Flow, caller: Direction, xid: number): Call | undefined {
  for (const { message } of flow.sides[caller].tentative) {
    if (message.kind === 'call' && message.call.xid === xid) return message.call;
  }
  return undefined;
}

/** Reports a complete message, or keeps it back while the direction is tentative. */
export function completeMessage(
  flow: Flow,
  dir: Direction,
  message: Message,
  bytes: number,
  at: PacketTimestamp,
): void {
  const side = flow.sides[dir];
  if (side.sync !== SyncState.tentative) {
    if (message.kind === 'reply') resolveCalls(flow, opposite(dir), message.reply, at);
    reportMessage(flow, dir, message, at);
    return;
  }
  side.tentative.push({ message, at: { ...at }, bytes });
  if (message.kind === 'call' && dir === ToServer) dropUnrelatedCalls(flow, side, at);
  if (isConfirmed(flow, dir, message, at)) commitTentative(flow, dir, at);
  else if (side.tentative.length > MESSAGES_LIMIT || bytesOf(side.tentative) > BYTES_LIMIT)
    rejectTentative(flow, dir, at);
}

/** A certain reply to a tentative call commits the caller's messages if it answers the call, else rejects them. */
function resolveCalls(flow: Flow, caller: Direction, reply: Reply, at: PacketTimestamp): void {
  if (findTentativeCall(flow, caller, reply.xid) === undefined) return;
  if (reply.contradictsCall) rejectTentative(flow, caller, at);
  else commitTentative(flow, caller, at);
}

function isConfirmed(flow: Flow, dir: Direction, message: Message, at: PacketTimestamp): boolean {
  const side = flow.sides[dir];
  const other = flow.sides[opposite(dir)];
  if (message.kind === 'unparsable') return false;
  if (!other.seen) return side.alignedMessages >= PROOF_MESSAGES;
  // A call precedes its reply: an earlier reply proves nothing.
  if (message.kind === 'call' || message.reply.contradictsCall) return false;
  const { xid } = message.reply;
  if (other.calls.has(xid)) return message.reply.reason === '';
  if (findTentativeCall(flow, opposite(dir), xid) === undefined) return false;
  commitTentative(flow, opposite(dir), at);
  return true;
}

/** Xids of calls are consecutive: messages before a jump were file data. */
function dropUnrelatedCalls(flow: Flow, side: Side, at: PacketTimestamp): void {
  const { tentative } = side;
  const xids = tentative.flatMap(({ message }) => (message.kind === 'call' ? [message.call.xid] : []));
  const [previous, last] = xids.slice(-2);
  if (last === undefined || Math.abs(xidDistance(last, previous)) <= CALL_DISORDER) return;
  const dropped = tentative.splice(0, tentative.length - 1);
  side.alignedMessages = Math.min(side.alignedMessages, 1);
  skipBytes(flow, ToServer, side, bytesOf(dropped), at);
}

/**
 * Reports the tentative messages with their own timestamps; replies only if they answer a captured call: others may be
 * file data before the first real reply.
 */
function commitTentative(flow: Flow, dir: Direction, at: PacketTimestamp): void {
  const side = flow.sides[dir];
  if (side.sync !== SyncState.tentative) return;
  const { tentative } = side;
  const caller = flow.sides[opposite(dir)];
  const isCertain = ({ message }: TentativeMessage) =>
    dir === ToServer || !caller.seen || (message.kind === 'reply' && caller.calls.has(message.reply.xid));
  skipBytes(flow, dir, side, bytesOf(tentative.filter((kept) => !isCertain(kept))), at);
  side.tentative = [];
  leaveResync(flow, dir, anomalies);
  for (const kept of tentative) if (isCertain(kept)) reportMessage(flow, dir, kept.message, kept.at);
}

/** Drops the tentative messages, if the direction has any, and searches on. Returns whether it was tentative. */
export function rejectTentative(flow: Flow, dir: Direction, at: PacketTimestamp): boolean {
  const side = flow.sides[dir];
  if (side.sync !== SyncState.tentative) return false;
  const skipped = bytesOf(side.tentative);
  side.tentative = [];
  side.phase = Phase.boundary;
  side.sync = SyncState.lost;
  side.alignedMessages = 0;
  // The other direction may reject them in the middle of a record.
  dropPartialRecord(side);
  skipBytes(flow, dir, side, skipped, at);
  return true;
}
