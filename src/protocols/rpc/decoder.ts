/** ONC RPC on one connection, from bytes to records (RFC 5531). */

import { isBefore, type PacketTimestamp } from '../../packet/timestamp.js';
import { newSyncLoss } from '../framing/sync-loss.js';
import {
  type Connection,
  type Direction,
  type Emit,
  type FlowDecoder,
  type GapReason,
  opposite,
  type ProtocolOptions,
  type SuspendedDecoder,
  ToClient,
  ToServer,
} from '../protocol.js';
import { anomalies, reportUnansweredCalls } from './anomaly.js';
import { Candidate, candidateAt } from './candidate.js';
import { type Common, type Flow, openFlow, Phase, type Side } from './connection.js';
import { beginFragment, newFragments, takeFragment } from './fragments.js';
import { LastFragment, MarkBytes } from './header.js';
import { cut, type Message } from './message.js';
import { decodeMessage } from './read-message.js';
import { doubtful, reportUnanswered, tellWaiting } from './report.js';
import { asleep, goOn, type RpcAsleep } from './suspend.js';
import { complete, inCut, inResync, lose, refute } from './sync-loss.js';
import { unsigned } from './xdr/primitives.js';

/** The most bytes of a record that are believed: Gluster's sockets know no limit, but nobody writes so much at once. */
const RecordLimit = 1 << 30;
/** The most bytes that are held back: less than the stream would hold (stream/limits.ts). */
const HeldLimit = 3 << 20;
/** The first bytes of a record that may hold a file's data: enough for nearly every header and struct. */
const FirstLook = 2048;

/** The record mark at `position` can't be one. */
function notAMark(flow: Flow, dir: Direction, mark: number, at: PacketTimestamp): void {
  if (refute(flow, dir, at)) return;
  const details = { header_hex: mark.toString(16).padStart(8, '0'), limit: RecordLimit };
  lose(flow, dir, newSyncLoss('bad record mark', details, true, at));
}

function atBoundary(
  flow: Flow,
  dir: Direction,
  buf: Uint8Array,
  start: number,
  end: number,
  fresh: boolean,
  at: PacketTimestamp,
): number {
  const side = flow.sides[dir];
  if (side.doubted !== undefined) {
    // What follows a doubted message has to look like a record in every respect.
    const kind = candidateAt(flow.programs, buf, start, end);
    if (kind === Candidate.no) {
      refute(flow, dir, at);
      return start;
    }
    if (kind === Candidate.more) {
      side.more = true;
      return start;
    }
  }
  if (end - start < Math.max(MarkBytes, side.need)) {
    side.more = true;
    return start;
  }
  const mark = unsigned(buf, start);
  const length = mark % LastFragment;
  if (length > RecordLimit || (length === 0 && mark !== 0)) {
    notAMark(flow, dir, mark, at);
    return start;
  }
  if (mark < LastFragment) {
    side.phase = Phase.fragments;
    side.fragments = newFragments();
    return start;
  }
  if (fresh && side.doubted !== undefined) side.fresh++;
  return atRecord(flow, dir, side, buf, start, end, start + MarkBytes + length, at);
}

/** At a record of one fragment, whose mark is at `start`. */
function atRecord(
  flow: Flow,
  dir: Direction,
  side: Side,
  buf: Uint8Array,
  start: number,
  end: number,
  recordEnd: number,
  at: PacketTimestamp,
): number {
  const stop = Math.min(end, recordEnd);
  const atHand = stop - start;
  const tooLong = stop < recordEnd && atHand >= HeldLimit;
  if (stop < recordEnd && side.need === 0 && atHand < FirstLook) {
    side.need = Math.min(FirstLook, recordEnd - start);
    side.more = true;
    return start;
  }
  const final = stop === recordEnd || tooLong;
  const message = decodeMessage(flow, dir, buf, start + MarkBytes, stop, recordEnd, final);
  if (message === undefined) {
    // Looked at again when there is twice as much, so that the looking stays linear.
    side.need = Math.min(recordEnd - start, Math.max(FirstLook, atHand * 2), HeldLimit);
    side.more = true;
    return start;
  }
  side.need = 0;
  if (tooLong) cut(message);
  if (recordEnd <= end) {
    complete(flow, dir, message, recordEnd - start, at);
    return recordEnd;
  }
  side.phase = Phase.skipping;
  side.pending = message;
  side.rest = 0;
  return recordEnd;
}

/** The record that was passed over has ended. */
function endOfSkip(flow: Flow, dir: Direction, side: Side, at: PacketTimestamp): void {
  const message = side.pending;
  side.pending = undefined;
  side.phase = Phase.boundary;
  side.rest = 0;
  if (message !== undefined) complete(flow, dir, message, 0, at);
}

function inFragments(
  flow: Flow,
  dir: Direction,
  side: Side,
  buf: Uint8Array,
  start: number,
  end: number,
  at: PacketTimestamp,
): number {
  const record = side.fragments ?? newFragments();
  side.fragments = record;
  if (record.left > 0) {
    const position = takeFragment(record, buf, start, end);
    if (record.left === 0 && record.last) endOfFragments(flow, dir, side, at);
    return position;
  }
  if (end - start < MarkBytes) {
    side.more = true;
    return start;
  }
  const mark = unsigned(buf, start);
  if (record.total + (mark % LastFragment) > RecordLimit) {
    notAMark(flow, dir, mark, at);
    return start;
  }
  beginFragment(record, mark);
  if (record.left === 0 && record.last) endOfFragments(flow, dir, side, at);
  return start + MarkBytes;
}

function endOfFragments(flow: Flow, dir: Direction, side: Side, at: PacketTimestamp): void {
  const { fragments } = side;
  side.fragments = undefined;
  side.phase = Phase.boundary;
  if (fragments === undefined) return;
  const { bytes, kept, total } = fragments;
  const message = decodeMessage(flow, dir, bytes, 0, kept, total, true);
  if (message === undefined) return;
  if (kept < total && !carriesData(message)) cut(message);
  complete(flow, dir, message, total, at);
}

function carriesData(message: Message): boolean {
  if (message.kind === 'call') return message.call.dataBytes !== undefined;
  return message.kind === 'reply' && message.reply.dataBytes !== undefined;
}

function takeData(
  flow: Flow,
  dir: Direction,
  buf: Uint8Array,
  start: number,
  end: number,
  at: PacketTimestamp,
): number {
  const side = flow.sides[dir];
  flow.late = isBefore(at, flow.clock);
  if (!flow.late) {
    flow.clock.seconds = at.seconds;
    flow.clock.nanoseconds = at.nanoseconds;
  }
  const fresh = side.held === 0;
  side.more = false;
  if (end > start) side.seen = true;
  let position = start;
  if (side.phase === Phase.skipping) {
    // After a gap within a record, the stream does not know yet that its rest is to be skipped.
    if (side.rest > 0) {
      const { rest } = side;
      side.rest = Math.max(0, rest - (end - start));
      if (rest > end - start) {
        side.rest = 0;
        return start + rest;
      }
      position = start + rest;
    }
    endOfSkip(flow, dir, side, at);
  }
  while (position < end && !side.more) {
    const isFresh = fresh && position === start;
    if (side.phase === Phase.boundary) position = atBoundary(flow, dir, buf, position, end, isFresh, at);
    else if (side.phase === Phase.fragments) position = inFragments(flow, dir, side, buf, position, end, at);
    else if (side.phase === Phase.resync) position = inResync(flow, dir, buf, position, end, isFresh, at);
    else break;
  }
  side.held = Math.max(0, end - position);
  return position;
}

/** What is known of the record of which these are the first bytes, and how much of it follows them. */
function hit(flow: Flow, dir: Direction, side: Side, held: Uint8Array): number | undefined {
  if (held.length < MarkBytes) return undefined;
  if (side.phase !== Phase.boundary && !inCut(flow, dir, held)) return undefined;
  const mark = unsigned(held, 0);
  const length = mark - LastFragment;
  if (length <= 0 || length > RecordLimit) return undefined;
  const recordEnd = MarkBytes + length;
  const stop = Math.min(held.length, recordEnd);
  const message = decodeMessage(flow, dir, held, MarkBytes, stop, recordEnd, true);
  if (message === undefined) return undefined;
  cut(message);
  side.pending = message;
  return recordEnd - held.length;
}

function takeGap(
  flow: Flow,
  dir: Direction,
  missing: number,
  reason: GapReason,
  skipping: boolean,
  at: PacketTimestamp,
  held: Uint8Array,
): void {
  const side = flow.sides[dir];
  side.need = 0;
  side.held = 0;
  if (skipping && side.phase === Phase.skipping) {
    if (side.pending !== undefined) cut(side.pending);
    return;
  }
  // The record that was hit: its length tells where the next one begins.
  const rest = side.phase === Phase.skipping ? side.rest : hit(flow, dir, side, held);
  if (rest !== undefined) {
    if (rest > missing) {
      side.phase = Phase.skipping;
      side.rest = rest - missing;
      return;
    }
    endOfSkip(flow, dir, side, at);
    if (rest === missing) return;
  }
  side.unread += missing + held.length;
  const what = reason === 'midstream' ? 'midstream' : 'gap';
  lose(flow, dir, newSyncLoss(what, { cause: reason, missing_bytes: missing }, false, at));
  if (rest === undefined && side.loss !== undefined) side.loss.skipped += held.length;
}

/** Ends a direction: tells of what is not complete. */
function closeSide(flow: Flow, dir: Direction, at: PacketTimestamp): void {
  const side = flow.sides[dir];
  if (side.doubted !== undefined) refute(flow, dir, at);
  if (side.loss !== undefined) {
    side.loss.skipped += side.held;
    anomalies.reportSyncLoss(flow, dir, side.loss, false);
    side.loss = undefined;
  } else if (side.pending !== undefined) {
    cut(side.pending);
    endOfSkip(flow, dir, side, at);
  } else if (side.held > 0 || side.fragments !== undefined) {
    anomalies.reportTruncated(flow, dir, side.held + (side.fragments?.total ?? 0), at);
  }
  side.phase = Phase.boundary;
  side.held = 0;
}

function takeClose(flow: Flow, at: PacketTimestamp): void {
  for (const dir of [ToServer, ToClient] as const) closeSide(flow, dir, at);
  for (const dir of [ToServer, ToClient] as const) {
    const calls = flow.sides[dir].calls.takeAll();
    if (calls.length === 0) continue;
    // Where the other direction was never seen, every call is without a reply.
    if (flow.messages && flow.sides[opposite(dir)].seen) reportUnansweredCalls(flow, dir, calls.length, at);
    for (const call of calls) reportUnanswered(flow, dir, call, at);
  }
}

/** Tells of the calls that wait too long, and says whether any wait still. */
export function tellOverdue(flow: Flow, timeout: number, at: PacketTimestamp): boolean {
  let waits = false;
  for (const dir of [ToServer, ToClient] as const) {
    const { calls } = flow.sides[dir];
    for (const call of calls.overdue(at, timeout)) {
      doubtful(flow, call, true);
      tellWaiting(flow, dir, call, at);
    }
    waits ||= calls.waiting();
  }
  return waits;
}

export function openDecoder(
  connection: Connection,
  emit: Emit,
  options: ProtocolOptions,
  common: Common,
  from?: SuspendedDecoder,
): FlowDecoder {
  const rest = from as RpcAsleep | undefined;
  const flow = openFlow(connection, emit, options, common, rest?.describer);
  if (rest !== undefined) goOn(flow, rest);
  return {
    data: (dir, buf, start, end, at) => takeData(flow, dir, buf, start, end, at),
    gap: (dir, missing, reason, skipping, at, held) =>
      takeGap(flow, dir, missing, reason, skipping, at, held),
    onPendingGap: (open) => flow.describer.onPendingGap(open),
    suspend: () => asleep(flow, connection.fromStart),
    close(reason, at) {
      takeClose(flow, at);
      flow.describer.onClose(reason === 'fin' || reason === 'rst');
    },
  };
}
