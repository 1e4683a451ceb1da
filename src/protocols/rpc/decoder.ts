/** ONC RPC on one connection, from bytes to records (RFC 5531). */
import { isBefore, type PacketTimestamp } from '../../packet/timestamp.js';
import { stampSyncLoss } from '../framing/resync.js';
import { StreamParser } from '../framing/stream-parser.js';
import { Phase, SyncState } from '../framing/stream-side.js';
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
import { Candidate, mayBeginMark } from './candidate.js';
import { type Flow, openFlow, type RpcContext, type Side } from './connection.js';
import { parseFragment, rejectMark } from './fragmented-record.js';
import { newFragments } from './fragments.js';
import { endSkippedMessage, handleGap, skipRemainingBytes } from './gap.js';
import { LAST_FRAGMENT, MARK_BYTES, RECORD_LIMIT } from './header.js';
import { markMessageTruncated } from './message.js';
import { decodeMessage } from './read-message.js';
import { setRecordBytes } from './record-bytes.js';
import { acceptRecord, checkPosition, skipBytes } from './resync.js';
import { restoreFlow, type SuspendedRpc, suspendFlow } from './suspend.js';
import { completeMessage, rejectTentative } from './tentative.js';
import { reportUnanswered } from './unanswered.js';
import { unsigned } from './xdr/primitives.js';
import { Plausible } from './xid.js';

/** The most bytes that are left unconsumed: less than the stream's own limit (stream/limits.ts). */
const UNCONSUMED_LIMIT = 3 << 20;
/** Bytes of a record to wait for before decoding it: enough for nearly every header and struct. */
const FIRST_ATTEMPT_BYTES = 2048;

class RpcDecoder extends StreamParser<Side> implements FlowDecoder {
  private readonly flow: Flow;
  private readonly fromStart: boolean;

  constructor(flow: Flow, fromStart: boolean) {
    super(flow, anomalies);
    this.flow = flow;
    this.fromStart = fromStart;
  }

  override data(dir: Direction, buf: Uint8Array, start: number, end: number, at: PacketTimestamp): number {
    const { flow } = this;
    const { clock } = flow;
    flow.outOfOrder = isBefore(at, clock);
    if (!flow.outOfOrder) {
      clock.seconds = at.seconds;
      clock.nanoseconds = at.nanoseconds;
    }
    return super.data(dir, buf, start, end, at);
  }

  protected override parse(
    dir: Direction,
    buf: Uint8Array,
    start: number,
    end: number,
    segmentAligned: boolean,
    at: PacketTimestamp,
  ): number {
    const side = this.flow.sides[dir];
    if (side.phase === Phase.message) return parseFragment(this.flow, dir, buf, start, end, at);
    if (side.sync === SyncState.tentative && !this.confirmCandidate(dir, buf, start, end, at)) return start;
    if (end - start < Math.max(MARK_BYTES, side.minBytes)) {
      side.needMore = true;
      return start;
    }
    const mark = unsigned(buf, start);
    const length = mark % LAST_FRAGMENT;
    if (length > RECORD_LIMIT || (length === 0 && mark !== 0)) {
      rejectMark(this.flow, dir, mark, at);
      return start;
    }
    if (mark < LAST_FRAGMENT) {
      side.phase = Phase.message;
      side.fragments = newFragments();
      return start;
    }
    if (segmentAligned && side.sync === SyncState.tentative) side.alignedMessages++;
    return this.parseRecord(dir, buf, start, end, start + MARK_BYTES + length, at);
  }

  /** After a tentative message only a record that passes all checks is parsed. */
  private confirmCandidate(
    dir: Direction,
    buf: Uint8Array,
    start: number,
    end: number,
    at: PacketTimestamp,
  ): boolean {
    const kind = this.flow.candidates.read(buf, start, end);
    if (kind === Candidate.no) rejectTentative(this.flow, dir, at);
    else if (kind === Candidate.more) this.flow.sides[dir].needMore = true;
    else return true;
    return false;
  }

  /** Parses a record of one fragment, whose mark is at `start`. */
  private parseRecord(
    dir: Direction,
    buf: Uint8Array,
    start: number,
    end: number,
    recordEnd: number,
    at: PacketTimestamp,
  ): number {
    const { flow } = this;
    const side = flow.sides[dir];
    const stop = Math.min(end, recordEnd);
    const available = stop - start;
    const tooLong = stop < recordEnd && available >= UNCONSUMED_LIMIT;
    if (stop < recordEnd && side.minBytes === 0 && available < FIRST_ATTEMPT_BYTES) {
      side.minBytes = Math.min(FIRST_ATTEMPT_BYTES, recordEnd - start);
      side.needMore = true;
      return start;
    }
    const final = stop === recordEnd || tooLong;
    const record = setRecordBytes(flow.record, buf, start + MARK_BYTES, stop, recordEnd, final);
    const message = decodeMessage(flow, dir, record);
    if (message === undefined) {
      // Parsed again when twice as much is available, so that the total cost stays linear.
      const doubled = Math.max(FIRST_ATTEMPT_BYTES, available * 2);
      side.minBytes = Math.min(recordEnd - start, doubled, UNCONSUMED_LIMIT);
      side.needMore = true;
      return start;
    }
    side.minBytes = 0;
    if (tooLong) markMessageTruncated(message);
    if (recordEnd <= end) completeMessage(flow, dir, message, recordEnd - start, at);
    else skipRemainingBytes(side, message, 0);
    return recordEnd;
  }

  protected override endSkippedMessage(dir: Direction, side: Side, at: PacketTimestamp): void {
    endSkippedMessage(this.flow, dir, side, at);
  }

  protected override resync(
    dir: Direction,
    buf: Uint8Array,
    start: number,
    end: number,
    segmentAligned: boolean,
    at: PacketTimestamp,
  ): number {
    const { flow } = this;
    const side = flow.sides[dir];
    stampSyncLoss(side.loss, at);
    let position = start;
    for (; position < end; position++) {
      // Most bytes begin no record, and this check is cheap.
      if (!mayBeginMark(buf[position])) continue;
      const aligned = segmentAligned && position === start;
      const plausible = checkPosition(flow, dir, buf, position, end, aligned);
      if (plausible === Plausible.no) continue;
      if (plausible === Plausible.more) {
        side.needMore = true;
        break;
      }
      skipBytes(flow, dir, side, position - start, at);
      acceptRecord(flow, dir, plausible, aligned);
      return position;
    }
    skipBytes(flow, dir, side, position - start, at);
    return position;
  }

  protected override markTruncated(side: Side): void {
    side.minBytes = 0;
    if (side.skippedMessage !== undefined) markMessageTruncated(side.skippedMessage);
  }

  protected override handleGap(
    dir: Direction,
    missing: number,
    reason: GapReason,
    at: PacketTimestamp,
    unconsumed: Uint8Array,
  ): void {
    handleGap(this.flow, dir, missing, reason, at, unconsumed);
  }

  protected override reportUnfinished(dir: Direction, side: Side, at: PacketTimestamp): boolean {
    if (side.skippedMessage === undefined) return false;
    markMessageTruncated(side.skippedMessage);
    endSkippedMessage(this.flow, dir, side, at);
    return true;
  }

  protected override unfinishedBytes(side: Side): number | undefined {
    if (side.fragments !== undefined) return side.unconsumed + side.fragments.total;
    return super.unfinishedBytes(side);
  }

  onPendingGap(pending: boolean): void {
    this.flow.describer.onPendingGap(pending);
  }

  suspend(): SuspendedDecoder | undefined {
    return suspendFlow(this.flow, this.fromStart);
  }

  close(reason: string, at: PacketTimestamp): void {
    const { flow } = this;
    for (const dir of [ToServer, ToClient] as const) {
      rejectTentative(flow, dir, at);
      this.closeSide(dir, at);
    }
    for (const dir of [ToServer, ToClient] as const) this.reportPendingCalls(dir, at);
    flow.describer.onClose(reason === 'fin' || reason === 'rst');
  }

  private reportPendingCalls(dir: Direction, at: PacketTimestamp): void {
    const { flow } = this;
    const calls = flow.sides[dir].calls.takeAll();
    if (calls.length === 0) return;
    // If the other direction was not captured, no call has a reply.
    if (flow.messages && flow.sides[opposite(dir)].seen) reportUnansweredCalls(flow, dir, calls.length, at);
    for (const call of calls) reportUnanswered(flow, dir, call, at);
  }
}

export function openDecoder(
  connection: Connection,
  emit: Emit,
  options: ProtocolOptions,
  context: RpcContext,
  from?: SuspendedDecoder,
): FlowDecoder {
  const suspended = from as SuspendedRpc | undefined;
  const flow = openFlow(connection, emit, options, context, suspended?.describer);
  if (suspended !== undefined) restoreFlow(flow, suspended);
  return new RpcDecoder(flow, connection.fromStart);
}
