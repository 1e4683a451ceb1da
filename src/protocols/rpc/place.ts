/**
 * The place in a stream: losing it, and finding it again.
 *
 * A file's data may be a recorded stream of RPC, so that a header alone proves nothing. What proves it is the
 * xid: a client counts its calls up (rpc_clnt_new_callid() of rpc/rpc-lib/src/rpc-clnt.c), so that the next one
 * lies just behind the last that was seen, at most as far as the bytes in between could hold calls; and a reply
 * has the xid of an open call. Where nothing was seen before, messages are doubted, and kept back, until the
 * other direction has one with the same xid.
 */
import { type Direction, type Moment, ToClient } from '../protocol.js';
import { tellLoss } from './anomaly.js';
import { Candidate, candidate, candidateAt } from './candidate.js';
import { type Doubted, type Flow, type Loss, opposite, Phase, type Side } from './flow.js';
import { LastFragment, MarkBytes } from './header.js';
import type { Message } from './message.js';
import { unsigned } from './primitives.js';
import { report } from './report.js';

/** Bytes in which nothing was found, after which that is told, and what was known counts no more. */
const SkippedLimit = 64 * 1024;
/** Bytes of the smallest call, and of the smallest reply, with their marks. */
const LeastCall = 44;
const LeastReply = 28;
/** Threads of a client may send their calls in another order than they numbered them. */
const Disorder = 16;
/** Replies are sent as the server is done with them. */
const ReplyDisorder = 64;
/** Messages that are kept back at most in one direction, and their bytes. */
const DoubtedLimit = 256;
const DoubtedBytes = 4 << 20;
/** Messages at the beginning of segments that prove a place where only one direction is seen. */
const FreshEnough = 3;

/** The place in a direction is lost: what follows is searched for the next record. */
export function lose(flow: Flow, dir: Direction, what: Loss): void {
  const side = flow.sides[dir];
  if (side.doubted !== undefined) what.skipped += bytesOf(side.doubted);
  if (side.loss !== undefined && !side.loss.told) {
    what.skipped += side.loss.skipped;
    // One search, one line: the first reason is the one that lost the place.
    if (!what.always) side.loss.skipped = what.skipped;
    else tellLoss(flow, dir, side.loss, false);
  }
  if (side.loss === undefined || side.loss.told || what.always) side.loss = what;
  side.doubted = undefined;
  side.fresh = 0;
  side.phase = Phase.resync;
  side.need = 0;
  side.more = false;
  side.pending = undefined;
  side.rest = 0;
  side.fragments = undefined;
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
 * just this record.
 */
function expected(flow: Flow, dir: Direction, kind: Candidate, alone: boolean): boolean | undefined {
  const side = flow.sides[dir];
  const other = flow.sides[opposite(dir)];
  const { xid } = candidate;
  if (kind === Candidate.reply) {
    if (other.calls.has(xid)) return true;
    const last = side.lastReply >= 0 ? side.lastReply : other.lastCall;
    if (last < 0) return undefined;
    return Math.abs(distance(xid, last)) <= ReplyDisorder + side.unread / LeastReply;
  }
  // The server's callbacks have xids of their own and no replies. Data that looks like one would have to fill
  // a segment from its first byte to its last.
  if (dir === ToClient) return alone;
  if (side.lastCall < 0 && other.lastReply < 0) return undefined;
  const ahead = distance(xid, side.lastCall >= 0 ? side.lastCall : other.lastReply);
  const disorder = side.lastCall >= 0 ? Disorder : ReplyDisorder;
  return ahead >= -disorder && ahead <= disorder + side.unread / LeastCall;
}

function found(flow: Flow, dir: Direction, side: Side): void {
  side.phase = Phase.boundary;
  if (side.loss !== undefined) tellLoss(flow, dir, side.loss, true);
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
  at: Moment,
): number {
  const side = flow.sides[dir];
  const { loss } = side;
  if (loss !== undefined && loss.seconds === 0) Object.assign(loss, at);
  let position = start;
  for (; position < end; position++) {
    // Most bytes begin no record: a look at one is cheaper than a call.
    if (buf[position] < 0x80 || buf[position] > 0x84) continue;
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
    passed(flow, dir, side, position - start);
    if (known === true) found(flow, dir, side);
    else {
      side.phase = Phase.boundary;
      side.doubted = [];
      side.fresh = isFresh ? 1 : 0;
    }
    return position;
  }
  passed(flow, dir, side, position - start);
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
  if (known === true) found(flow, dir, side);
  else {
    side.phase = Phase.boundary;
    side.doubted = [];
    side.fresh = 1;
  }
  return true;
}

function passed(flow: Flow, dir: Direction, side: Side, bytes: number): void {
  side.unread += bytes;
  if (side.loss === undefined) return;
  side.loss.skipped += bytes;
  if (side.loss.skipped < SkippedLimit) return;
  tellLoss(flow, dir, side.loss, false);
  side.lastCall = -1;
  side.lastReply = -1;
}

/** A message is complete: told, or kept back while the place is doubted. */
export function complete(flow: Flow, dir: Direction, message: Message, bytes: number, at: Moment): void {
  const side = flow.sides[dir];
  if (message.kind === 'reply') confirmCall(flow, opposite(dir), message.reply.xid);
  if (side.doubted === undefined) {
    report(flow, dir, message, at);
    return;
  }
  side.doubted.push({ message, at: { ...at }, bytes });
  if (isConfirmed(flow, dir, message)) believe(flow, dir);
  else if (side.doubted.length > DoubtedLimit || bytesOf(side.doubted) > DoubtedBytes)
    disbelieve(flow, dir, at);
}

/** A reply confirms the call that it answers, where that is doubted and the reply is not. */
function confirmCall(flow: Flow, caller: Direction, xid: number): void {
  const answering = flow.sides[opposite(caller)];
  const { doubted } = flow.sides[caller];
  if (answering.doubted !== undefined || doubted === undefined) return;
  if (doubted.some(({ message }) => message.kind === 'call' && message.call.xid === xid))
    believe(flow, caller);
}

function isConfirmed(flow: Flow, dir: Direction, message: Message): boolean {
  const side = flow.sides[dir];
  const other = flow.sides[opposite(dir)];
  if (message.kind === 'broken') return false;
  if (!other.seen) return side.fresh >= FreshEnough;
  if (message.kind === 'reply') {
    const { xid } = message.reply;
    if (other.calls.has(xid)) return true;
    const asked = other.doubted?.some((one) => one.message.kind === 'call' && one.message.call.xid === xid);
    if (asked === true) believe(flow, opposite(dir));
    return asked === true;
  }
  const { xid } = message.call;
  const answered = other.doubted?.some(
    (one) => one.message.kind === 'reply' && one.message.reply.xid === xid,
  );
  if (answered === true) believe(flow, opposite(dir));
  return answered === true;
}

/** The messages that were kept back are true: they are told now, with their own times. */
export function believe(flow: Flow, dir: Direction): void {
  const side = flow.sides[dir];
  const { doubted } = side;
  if (doubted === undefined) return;
  side.doubted = undefined;
  if (side.loss !== undefined) tellLoss(flow, dir, side.loss, true);
  side.loss = undefined;
  for (const { message, at } of doubted) report(flow, dir, message, at);
}

/** They are not, or nothing tells. */
function disbelieve(flow: Flow, dir: Direction, at: Moment): void {
  const side = flow.sides[dir];
  const skipped = bytesOf(side.doubted ?? []);
  side.doubted = undefined;
  side.phase = Phase.resync;
  side.fresh = 0;
  side.unread += skipped;
  side.loss ??= { reason: 'midstream', details: {}, always: false, skipped: 0, told: false, ...at };
  passed(flow, dir, side, skipped);
}

/** A doubted place turned out to be none: the next record is not where it should be. */
export function refute(flow: Flow, dir: Direction, at: Moment): boolean {
  if (flow.sides[dir].doubted === undefined) return false;
  disbelieve(flow, dir, at);
  return true;
}
