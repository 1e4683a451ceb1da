/**
 * The place in a stream: losing it, and finding it again.
 *
 * A file's data may be a recorded stream of RPC, so that a header alone proves nothing. What proves it is the
 * xid: a client counts its calls up (rpc_clnt_new_callid() of rpc/rpc-lib/src/rpc-clnt.c), so that the next one
 * lies just behind the last that was seen, at most as far as the bytes in between could hold calls; and a reply
 * has the xid of an open call. That does not tell a recording of the very same connection apart: what goes with
 * what was seen before is doubted, and kept back, until a reply answers a call, not only with its xid.
 */

import type { PacketTimestamp } from '../../packet/timestamp.js';
import { newSyncLoss, type SyncLoss } from '../framing/sync-loss.js';
import { type Direction, opposite, ToClient, ToServer } from '../protocol.js';
import { anomalies } from './anomaly.js';
import { Candidate, candidate, candidateAt, mayMark } from './candidate.js';
import { type Doubted, doubtedCall, type Flow, Phase, type Side } from './connection.js';
import { LastFragment, MarkBytes } from './header.js';
import type { Message, Reply } from './message.js';
import { doubtful, report } from './report.js';
import { unsigned } from './xdr/primitives.js';

/** Bytes in which nothing was found, after which that is told, and what was known counts no more. */
const SkippedLimit = 64 * 1024;
/** Bytes of the smallest call, and of the smallest reply, with their marks. */
const LeastCall = 44;
const LeastReply = 28;
/** Threads of a client may send their calls in another order than they numbered them, by a few. */
const CallStep = 3;
/** Replies are sent as the server is done with them. */
const ReplyDisorder = 64;
/** Messages that are kept back at most in one direction, and their bytes. */
const DoubtedLimit = 256;
const DoubtedBytes = 4 << 20;
/** Messages at the beginning of segments that prove a place where only one direction is seen. */
const FreshEnough = 3;

/** The place in a direction is lost: what follows is searched for the next record. */
export function lose(flow: Flow, dir: Direction, what: SyncLoss): void {
  const side = flow.sides[dir];
  if (side.doubted !== undefined) what.skipped += bytesOf(side.doubted);
  if (side.loss !== undefined && !side.loss.reported) {
    what.skipped += side.loss.skipped;
    // One search, one line: the first reason is the one that lost the place.
    if (!what.malformed) side.loss.skipped = what.skipped;
    else anomalies.reportSyncLoss(flow, dir, side.loss, false);
  }
  if (side.loss === undefined || side.loss.reported || what.malformed) side.loss = what;
  side.doubted = undefined;
  side.fresh = 0;
  side.phase = Phase.resync;
  side.need = 0;
  side.more = false;
  side.pending = undefined;
  side.rest = 0;
  side.fragments = undefined;
  if (dir === ToServer) unseen(flow);
  else {
    flow.describer.onRepliesLost();
    const open = flow.sides[ToServer].calls.takeDoubtful();
    if (open === undefined) flow.describer.onCallsLost();
    else for (const call of open) doubtful(flow, call);
    if (flow.blind) flow.describer.onCallsLost();
  }
}

/** Calls may have gone by. Once they are done a reply will say so, unless that is missed, too. */
function unseen(flow: Flow): void {
  flow.blind = true;
  flow.describer.onCallsLost();
}

function bytesOf(doubted: readonly Doubted[]): number {
  return doubted.reduce((all, one) => all + one.bytes, 0);
}

/** Distance from b to a in a sequence that wraps at 32 bits. */
function distance(a: number, b: number): number {
  return (a - b) | 0;
}

/**
 * Whether the candidate's xid goes with those seen before: undefined where none were. `alone`: a segment holds
 * just this record. Data that look so would have to fill a segment from its first byte to its last.
 */
function expected(flow: Flow, dir: Direction, kind: Candidate, alone: boolean): boolean | undefined {
  const side = flow.sides[dir];
  const other = flow.sides[opposite(dir)];
  const { xid } = candidate;
  if (kind === Candidate.reply) {
    if (other.seen && other.lastCall >= 0) {
      if (alone) return true;
      // Whether it is really the reply to that call is told by its struct.
      return other.calls.has(xid) ? undefined : false;
    }
    const last = side.lastReply >= 0 ? side.lastReply : other.lastCall;
    if (last < 0) return alone ? true : undefined;
    return Math.abs(distance(xid, last)) <= ReplyDisorder + side.unread / LeastReply;
  }
  // The server's callbacks have xids of their own and no replies.
  if (dir === ToClient) return alone;
  if (side.lastCall < 0 && other.lastReply < 0) return alone ? true : undefined;
  const ahead = distance(xid, side.lastCall >= 0 ? side.lastCall : other.lastReply);
  const disorder = side.lastCall >= 0 ? CallStep : ReplyDisorder;
  if (ahead < -disorder || ahead > disorder + side.unread / LeastCall) return false;
  // Near is not enough where replies will tell: a recorded stream may have the very same numbers.
  return alone || !other.seen ? true : undefined;
}

/** A record begins here: surely, or to be doubted until something confirms it. */
function found(flow: Flow, dir: Direction, sure: boolean, fresh: boolean): void {
  const side = flow.sides[dir];
  side.phase = Phase.boundary;
  if (!sure) {
    side.doubted = [];
    side.fresh = fresh ? 1 : 0;
    return;
  }
  if (side.loss !== undefined) anomalies.reportSyncLoss(flow, dir, side.loss, true);
  side.loss = undefined;
}

/** Searches bytes[start, end). Returns the position up to which there is no record. */
export function inResync(
  flow: Flow,
  dir: Direction,
  buf: Uint8Array,
  start: number,
  end: number,
  fresh: boolean,
  at: PacketTimestamp,
): number {
  const side = flow.sides[dir];
  const { loss } = side;
  if (loss !== undefined && loss.seconds === 0) Object.assign(loss, at);
  let position = start;
  for (; position < end; position++) {
    // Most bytes begin no record: a look at one is cheaper than a call.
    if (!mayMark(buf[position])) continue;
    const kind = candidateAt(flow.programs, buf, position, end);
    if (kind === Candidate.no) continue;
    if (kind === Candidate.more) {
      side.more = true;
      break;
    }
    const isFresh = fresh && position === start;
    const alone = isFresh && position + MarkBytes + unsigned(buf, position) - LastFragment === end;
    const known = expected(flow, dir, kind, alone);
    if (known === false) continue;
    passed(flow, dir, side, position - start, at);
    found(flow, dir, known === true, isFresh);
    return position;
  }
  passed(flow, dir, side, position - start, at);
  return position;
}

/**
 * The bytes that a short snapshot left of a packet: whether a record begins with them, while the place is lost.
 */
export function inCut(flow: Flow, dir: Direction, held: Uint8Array): boolean {
  const side = flow.sides[dir];
  if (side.phase !== Phase.resync) return false;
  const kind = candidateAt(flow.programs, held, 0, held.length, true);
  if (kind === Candidate.no || kind === Candidate.more) return false;
  const known = expected(flow, dir, kind, false);
  if (known === false) return false;
  found(flow, dir, known === true, true);
  return true;
}

function passed(flow: Flow, dir: Direction, side: Side, bytes: number, at: PacketTimestamp): void {
  side.unread += bytes;
  if (bytes === 0) return;
  if (dir === ToServer) unseen(flow);
  else flow.describer.onRepliesLost();
  side.loss ??= newSyncLoss('midstream', {}, false, at);
  side.loss.skipped += bytes;
  if (side.loss.skipped < SkippedLimit) return;
  anomalies.reportSyncLoss(flow, dir, side.loss, false);
  side.lastCall = -1;
  side.lastReply = -1;
}

/** A message is complete: told, or kept back while the place is doubted. */
export function complete(
  flow: Flow,
  dir: Direction,
  message: Message,
  bytes: number,
  at: PacketTimestamp,
): void {
  const side = flow.sides[dir];
  if (side.doubted === undefined) {
    if (message.kind === 'reply') judgeCalls(flow, opposite(dir), message.reply, at);
    report(flow, dir, message, at);
    return;
  }
  side.doubted.push({ message, at: { ...at }, bytes });
  if (message.kind === 'call' && dir === ToServer) dropUnlike(flow, side, at);
  if (isConfirmed(flow, dir, message, at)) believe(flow, dir, at);
  else if (side.doubted.length > DoubtedLimit || bytesOf(side.doubted) > DoubtedBytes)
    disbelieve(flow, dir, at);
}

/** A reply that is sure tells of the doubted call with its xid: true if it answers it, else none of them is. */
function judgeCalls(flow: Flow, caller: Direction, reply: Reply, at: PacketTimestamp): void {
  if (doubtedCall(flow, caller, reply.xid) === undefined) return;
  if (reply.unlike) disbelieve(flow, caller, at);
  else believe(flow, caller, at);
}

function isConfirmed(flow: Flow, dir: Direction, message: Message, at: PacketTimestamp): boolean {
  const side = flow.sides[dir];
  const other = flow.sides[opposite(dir)];
  if (message.kind === 'broken') return false;
  if (!other.seen) return side.fresh >= FreshEnough;
  // A call comes before its reply: what came before it proves nothing.
  if (message.kind === 'call' || message.reply.unlike) return false;
  const { xid } = message.reply;
  if (other.calls.has(xid)) return message.reply.reason === '';
  if (doubtedCall(flow, opposite(dir), xid) === undefined) return false;
  believe(flow, opposite(dir), at);
  return true;
}

/** Calls are numbered one after the other: where that breaks, what comes before was a file's data. */
function dropUnlike(flow: Flow, side: Side, at: PacketTimestamp): void {
  const doubted = side.doubted ?? [];
  const xids = doubted.flatMap(({ message }) => (message.kind === 'call' ? [message.call.xid] : []));
  const [before, last] = xids.slice(-2);
  if (last === undefined || Math.abs(distance(last, before)) <= CallStep) return;
  const dropped = doubted.splice(0, doubted.length - 1);
  side.fresh = Math.min(side.fresh, 1);
  passed(flow, ToServer, side, bytesOf(dropped), at);
}

/**
 * The messages that were kept back are true: they are told now, with their own times. Of replies, those that
 * answer a call that was seen: others may still be data that lay before the first of them.
 */
function believe(flow: Flow, dir: Direction, at: PacketTimestamp): void {
  const side = flow.sides[dir];
  const { doubted } = side;
  if (doubted === undefined) return;
  const other = flow.sides[opposite(dir)];
  const isSure = ({ message }: Doubted) =>
    dir === ToServer || !other.seen || (message.kind === 'reply' && other.calls.has(message.reply.xid));
  passed(flow, dir, side, bytesOf(doubted.filter((one) => !isSure(one))), at);
  side.doubted = undefined;
  if (side.loss !== undefined) anomalies.reportSyncLoss(flow, dir, side.loss, true);
  side.loss = undefined;
  for (const one of doubted) if (isSure(one)) report(flow, dir, one.message, one.at);
}

/** They are not, or nothing tells. */
function disbelieve(flow: Flow, dir: Direction, at: PacketTimestamp): void {
  const side = flow.sides[dir];
  const skipped = bytesOf(side.doubted ?? []);
  side.doubted = undefined;
  side.phase = Phase.resync;
  side.fresh = 0;
  passed(flow, dir, side, skipped, at);
}

/** A doubted place turned out to be none: the next record is not where it should be. */
export function refute(flow: Flow, dir: Direction, at: PacketTimestamp): boolean {
  if (flow.sides[dir].doubted === undefined) return false;
  disbelieve(flow, dir, at);
  return true;
}
