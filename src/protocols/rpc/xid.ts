/** Whether an xid follows from earlier ones: the proof for a record found by a search (resync.ts). */
import { type Direction, opposite, ToClient } from '../protocol.js';
import { Candidate } from './candidate.js';
import type { Flow } from './connection.js';

/** Bytes of the smallest call and of the smallest reply, with their marks. */
const MIN_CALL_BYTES = 44;
const MIN_REPLY_BYTES = 28;
/** Threads of a client may send their calls slightly out of order. */
export const CALL_DISORDER = 3;
/** A server replies in the order in which calls finish. */
const REPLY_DISORDER = 64;

/** `more`: bytes are missing; `unconfirmed`: nothing contradicts the xid, but nothing proves it. */
export const Plausible = { no: 0, more: 1, unconfirmed: 2, certain: 3 } as const;
export type Plausible = (typeof Plausible)[keyof typeof Plausible];

/** How far `xid` is ahead of `from`; xids wrap at 32 bits. */
export function xidDistance(xid: number, from: number): number {
  return (xid - from) | 0;
}

/** @param soleInSegment a segment holds just this record: data of a file would have to fill the segment exactly */
export function xidIsPlausible(
  flow: Flow,
  dir: Direction,
  kind: Candidate,
  xid: number,
  soleInSegment: boolean,
): Plausible {
  if (kind === Candidate.reply) return replyXidIsPlausible(flow, dir, xid, soleInSegment);
  // The server's callbacks have xids of their own, and no replies.
  if (dir === ToClient) return soleInSegment ? Plausible.certain : Plausible.no;
  return callXidIsPlausible(flow, dir, xid, soleInSegment);
}

function replyXidIsPlausible(flow: Flow, dir: Direction, xid: number, soleInSegment: boolean): Plausible {
  const side = flow.sides[dir];
  const caller = flow.sides[opposite(dir)];
  if (caller.seen && caller.lastCall >= 0) {
    if (soleInSegment) return Plausible.certain;
    // Its struct will show whether it answers that call.
    return caller.calls.has(xid) ? Plausible.unconfirmed : Plausible.no;
  }
  const last = side.lastReply >= 0 ? side.lastReply : caller.lastCall;
  if (last < 0) return soleInSegment ? Plausible.certain : Plausible.unconfirmed;
  const reach = REPLY_DISORDER + side.unparsedBytes / MIN_REPLY_BYTES;
  return Math.abs(xidDistance(xid, last)) <= reach ? Plausible.certain : Plausible.no;
}

function callXidIsPlausible(flow: Flow, dir: Direction, xid: number, soleInSegment: boolean): Plausible {
  const side = flow.sides[dir];
  const server = flow.sides[opposite(dir)];
  const bySegment = soleInSegment ? Plausible.certain : Plausible.unconfirmed;
  if (side.lastCall < 0 && server.lastReply < 0) return bySegment;
  const ahead = xidDistance(xid, side.lastCall >= 0 ? side.lastCall : server.lastReply);
  const disorder = side.lastCall >= 0 ? CALL_DISORDER : REPLY_DISORDER;
  if (ahead < -disorder || ahead > disorder + side.unparsedBytes / MIN_CALL_BYTES) return Plausible.no;
  // Being near does not suffice if replies will tell: a recorded stream may have the same numbers.
  return server.seen ? bySegment : Plausible.certain;
}
