/** Gaps within a record. The length in its mark, if captured, gives the start of the next record. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { Phase, SyncState } from '../framing/stream-side.js';
import { newGapLoss, newSyncLoss } from '../framing/sync-loss.js';
import type { Direction, GapReason } from '../protocol.js';
import type { Flow, Side } from './connection.js';
import { LAST_FRAGMENT, MARK_BYTES, RECORD_LIMIT } from './header.js';
import { type Message, markMessageTruncated } from './message.js';
import { decodeMessage } from './read-message.js';
import { setRecordBytes } from './record-bytes.js';
import { beginsTruncatedRecord, loseSync } from './resync.js';
import { completeMessage } from './tentative.js';
import { unsigned } from './xdr/primitives.js';

/** Lets the stream skip the remaining bytes of a parsed message's record. */
export function skipRemainingBytes(side: Side, message: Message | undefined, remaining: number): void {
  side.phase = Phase.skipping;
  side.skippedMessage = message;
  side.skipRemaining = remaining;
}

export function endSkippedMessage(flow: Flow, dir: Direction, side: Side, at: PacketTimestamp): void {
  const message = side.skippedMessage;
  side.skippedMessage = undefined;
  side.phase = Phase.boundary;
  side.skipRemaining = 0;
  if (message !== undefined) completeMessage(flow, dir, message, 0, at);
}

export function handleGap(
  flow: Flow,
  dir: Direction,
  missing: number,
  reason: GapReason,
  at: PacketTimestamp,
  unconsumed: Uint8Array,
): void {
  const side = flow.sides[dir];
  side.minBytes = 0;
  const remaining =
    side.phase === Phase.skipping ? side.skipRemaining : decodeTruncatedRecord(flow, dir, unconsumed);
  if (remaining !== undefined) {
    if (remaining > missing) {
      skipRemainingBytes(side, side.skippedMessage, remaining - missing);
      return;
    }
    endSkippedMessage(flow, dir, side, at);
    if (remaining === missing) return;
  }
  side.unparsedBytes += missing + unconsumed.length;
  const loss =
    reason === 'midstream'
      ? newSyncLoss('midstream', { cause: reason, missing_bytes: missing }, false, at)
      : newGapLoss(missing, reason, at);
  loseSync(flow, dir, loss);
  if (remaining === undefined && side.loss !== undefined) side.loss.skipped += unconsumed.length;
}

/** Decodes a record that a gap truncates. Returns how many of its bytes are still to come; undefined: unknown. */
function decodeTruncatedRecord(flow: Flow, dir: Direction, bytes: Uint8Array): number | undefined {
  const side = flow.sides[dir];
  if (bytes.length < MARK_BYTES) return undefined;
  if (side.sync === SyncState.lost) {
    if (!beginsTruncatedRecord(flow, dir, bytes)) return undefined;
  } else if (side.phase !== Phase.boundary) return undefined;
  const length = unsigned(bytes, 0) - LAST_FRAGMENT;
  if (length <= 0 || length > RECORD_LIMIT) return undefined;
  const recordEnd = MARK_BYTES + length;
  const stop = Math.min(bytes.length, recordEnd);
  const record = setRecordBytes(flow.record, bytes, MARK_BYTES, stop, recordEnd, true);
  const message = decodeMessage(flow, dir, record);
  if (message === undefined) return undefined;
  markMessageTruncated(message);
  side.skippedMessage = message;
  return recordEnd - bytes.length;
}
