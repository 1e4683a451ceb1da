/** Parses a record of several fragments: each has a mark of its own. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { Phase } from '../framing/stream-side.js';
import { newSyncLoss } from '../framing/sync-loss.js';
import type { Direction } from '../protocol.js';
import type { Flow, Side } from './connection.js';
import { beginFragment, newFragments, takeFragment } from './fragments.js';
import { LAST_FRAGMENT, MARK_BYTES, RECORD_LIMIT } from './header.js';
import { carriesData, markMessageTruncated } from './message.js';
import { decodeMessage } from './read-message.js';
import { setRecordBytes } from './record-bytes.js';
import { loseSync } from './resync.js';
import { completeMessage, rejectTentative } from './tentative.js';
import { unsigned } from './xdr/primitives.js';

/** Handles an invalid record mark. */
export function rejectMark(flow: Flow, dir: Direction, mark: number, at: PacketTimestamp): void {
  if (rejectTentative(flow, dir, at)) return;
  const details = { header_hex: mark.toString(16).padStart(8, '0'), limit: RECORD_LIMIT };
  loseSync(flow, dir, newSyncLoss('bad record mark', details, true, at));
}

/** Parses a mark, or the bytes of a fragment. Returns the position up to which bytes are consumed. */
export function parseFragment(
  flow: Flow,
  dir: Direction,
  buf: Uint8Array,
  start: number,
  end: number,
  at: PacketTimestamp,
): number {
  const side = flow.sides[dir];
  const record = side.fragments ?? newFragments();
  side.fragments = record;
  if (record.remaining > 0) {
    const position = takeFragment(record, buf, start, end);
    if (record.remaining === 0 && record.last) endFragments(flow, dir, side, at);
    return position;
  }
  if (end - start < MARK_BYTES) {
    side.needMore = true;
    return start;
  }
  const mark = unsigned(buf, start);
  if (record.total + (mark % LAST_FRAGMENT) > RECORD_LIMIT) {
    rejectMark(flow, dir, mark, at);
    return start;
  }
  beginFragment(record, mark);
  if (record.remaining === 0 && record.last) endFragments(flow, dir, side, at);
  return start + MARK_BYTES;
}

function endFragments(flow: Flow, dir: Direction, side: Side, at: PacketTimestamp): void {
  const { fragments } = side;
  side.fragments = undefined;
  side.phase = Phase.boundary;
  if (fragments === undefined) return;
  const { bytes, kept, total } = fragments;
  const message = decodeMessage(flow, dir, setRecordBytes(flow.record, bytes, 0, kept, total, true));
  if (message === undefined) return;
  if (kept < total && !carriesData(message)) markMessageTruncated(message);
  completeMessage(flow, dir, message, total, at);
}
