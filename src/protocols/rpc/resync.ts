/**
 * Loss of sync in a stream of records, and the search for the next record.
 *
 * A file's data may be a recorded RPC stream, so that a plausible header alone proves nothing. The xid is a better
 * proof: a client counts its xids up (rpc_clnt_new_callid() of rpc/rpc-lib/src/rpc-clnt.c), so that the next one is at
 * most as far ahead of the last one as the skipped bytes could hold calls; and a reply has the xid of a pending call. Even so, a recording of this very connection would fit. A message that is plausible but not
 * certain is therefore tentative (tentative.ts) until a reply answers a call with more than its xid.
 *
 * States (SyncState): inSync -> lost (loseSync) -> inSync or tentative (acceptRecord); tentative -> inSync
 * (commitTentative) or lost (rejectTentative, loseSync).
 */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { addSkipped, enterResync, leaveResync } from '../framing/resync.js';
import { Phase, SyncState } from '../framing/stream-side.js';
import { newSyncLoss, type SyncLoss } from '../framing/sync-loss.js';
import { type Direction, ToServer } from '../protocol.js';
import { anomalies } from './anomaly.js';
import { Candidate } from './candidate.js';
import type { Flow, Side, TentativeMessage } from './connection.js';
import { LAST_FRAGMENT, MARK_BYTES } from './header.js';
import { markOutcomeUnknown } from './unanswered.js';
import { unsigned } from './xdr/primitives.js';
import { Plausible, xidIsPlausible } from './xid.js';

/** The position in a direction is lost: the bytes that follow are searched for the next record. */
export function loseSync(flow: Flow, dir: Direction, loss: SyncLoss): void {
  const side = flow.sides[dir];
  if (side.sync === SyncState.tentative) loss.skipped += bytesOf(side.tentative);
  side.loss = mergeLoss(flow, dir, side.loss, loss);
  enterResync(side);
  side.tentative = [];
  side.alignedMessages = 0;
  dropPartialRecord(side);
  if (dir === ToServer) markCallsMissing(flow);
  else markRepliesMissing(flow);
}

/** Drops the state of the record that is being parsed. */
export function dropPartialRecord(side: Side): void {
  side.minBytes = 0;
  side.skippedMessage = undefined;
  side.skipRemaining = 0;
  side.fragments = undefined;
}

/** One search gives one anomaly. Its reason is the first loss, unless a later one is a protocol violation. */
function mergeLoss(flow: Flow, dir: Direction, current: SyncLoss | undefined, next: SyncLoss): SyncLoss {
  if (current === undefined || current.reported) return next;
  next.skipped += current.skipped;
  if (!next.malformed) {
    current.skipped = next.skipped;
    return current;
  }
  anomalies.reportSyncLoss(flow, dir, current, false);
  return next;
}

/** Calls may have been lost. Orphan replies show when these are done, unless they are lost as well. */
function markCallsMissing(flow: Flow): void {
  flow.callsMayBeMissing = true;
  flow.describer.onCallsLost();
}

function markRepliesMissing(flow: Flow): void {
  flow.describer.onRepliesLost();
  const uncertain = flow.sides[ToServer].calls.takeUncertain();
  if (uncertain === undefined) flow.describer.onCallsLost();
  else for (const call of uncertain) markOutcomeUnknown(flow, call);
  if (flow.callsMayBeMissing) flow.describer.onCallsLost();
}

export function bytesOf(messages: readonly TentativeMessage[]): number {
  return messages.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A record begins here, for certain or tentatively. */
export function acceptRecord(
  flow: Flow,
  dir: Direction,
  plausible: Plausible,
  segmentAligned: boolean,
): void {
  const side = flow.sides[dir];
  side.phase = Phase.boundary;
  if (plausible === Plausible.certain) {
    leaveResync(flow, dir, anomalies);
    return;
  }
  side.sync = SyncState.tentative;
  side.tentative = [];
  side.alignedMessages = segmentAligned ? 1 : 0;
}

/** Whether a record begins at `position`. */
export function checkPosition(
  flow: Flow,
  dir: Direction,
  buf: Uint8Array,
  position: number,
  end: number,
  segmentAligned: boolean,
): Plausible {
  const { candidates } = flow;
  const kind = candidates.read(buf, position, end);
  if (kind === Candidate.no) return Plausible.no;
  if (kind === Candidate.more) return Plausible.more;
  const soleInSegment =
    segmentAligned && position + MARK_BYTES + unsigned(buf, position) - LAST_FRAGMENT === end;
  return xidIsPlausible(flow, dir, kind, candidates.header.xid, soleInSegment);
}

/** Whether a record begins with these bytes, the captured part of a segment that the snapshot length truncated. */
export function beginsTruncatedRecord(flow: Flow, dir: Direction, bytes: Uint8Array): boolean {
  const { candidates } = flow;
  const kind = candidates.read(bytes, 0, bytes.length, true);
  if (kind === Candidate.no || kind === Candidate.more) return false;
  const plausible = xidIsPlausible(flow, dir, kind, candidates.header.xid, false);
  if (plausible === Plausible.no) return false;
  acceptRecord(flow, dir, plausible, true);
  return true;
}

/** Counts bytes without a record. Too many of them invalidate the last xids. */
export function skipBytes(flow: Flow, dir: Direction, side: Side, bytes: number, at: PacketTimestamp): void {
  side.unparsedBytes += bytes;
  if (bytes === 0) return;
  if (dir === ToServer) markCallsMissing(flow);
  else flow.describer.onRepliesLost();
  side.loss ??= newSyncLoss('midstream', {}, false, at);
  if (!addSkipped(flow, dir, side.loss, bytes, anomalies)) return;
  side.lastCall = -1;
  side.lastReply = -1;
}
