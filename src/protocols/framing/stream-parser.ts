/**
 * The protocol-independent part of a stream decoder. For each direction it parses messages one after the other, lets
 * the stream skip payloads, keeps count of unconsumed bytes, and resynchronises after a loss of sync. Subclasses
 * supply the grammar.
 */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import type { Anomalies } from '../anomalies.js';
import type { Direction, FlowDecoder, GapReason } from '../protocol.js';
import { Phase, type StreamSide, type StreamState, SyncState } from './stream-side.js';

export abstract class StreamParser<S extends StreamSide> implements Pick<FlowDecoder, 'data' | 'gap'> {
  private readonly stream: StreamState<S>;
  private readonly anomalies: Anomalies;

  protected constructor(stream: StreamState<S>, anomalies: Anomalies) {
    this.stream = stream;
    this.anomalies = anomalies;
  }

  /**
   * Parses from the current phase on, at most to the end of one message. Returns the position up to which bytes are
   * consumed. `segmentAligned`: a segment begins at `start`.
   */
  protected abstract parse(
    dir: Direction,
    buf: Uint8Array,
    start: number,
    end: number,
    segmentAligned: boolean,
    at: PacketTimestamp,
  ): number;

  /** Searches for the next message. Returns the position up to which it found none. */
  protected abstract resync(
    dir: Direction,
    buf: Uint8Array,
    start: number,
    end: number,
    segmentAligned: boolean,
    at: PacketTimestamp,
  ): number;

  /** The last skipped byte of the current message has passed. */
  protected abstract endSkippedMessage(dir: Direction, side: S, at: PacketTimestamp): void;

  /** Marks the current message as truncated: some of its skipped bytes were not captured. */
  protected abstract markTruncated(side: S): void;

  /** Handles a gap outside of skipped bytes: sync is lost unless the grammar bridges it. */
  protected abstract handleGap(
    dir: Direction,
    missing: number,
    reason: GapReason,
    at: PacketTimestamp,
    unconsumed: Uint8Array,
  ): void;

  /** Reports the message within which the stream ends, if enough of it was captured. Returns whether it did. */
  protected abstract reportUnfinished(dir: Direction, side: S, at: PacketTimestamp): boolean;

  /** Bytes of an incomplete message that has no record of its own; undefined: there is none. */
  protected unfinishedBytes(side: S): number | undefined {
    return side.unconsumed > 0 ? side.unconsumed : undefined;
  }

  data(dir: Direction, buf: Uint8Array, start: number, end: number, at: PacketTimestamp): number {
    const side = this.stream.sides[dir];
    const segmentAligned = side.unconsumed === 0;
    side.needMore = false;
    if (end > start) side.seen = true;
    let position = start;
    if (side.phase === Phase.skipping) {
      // Nonzero after a gap within the message: the stream was not asked yet to skip these bytes.
      const remaining = side.skipRemaining;
      side.skipRemaining = 0;
      position = start + remaining;
      if (position > end) return position;
      this.endSkippedMessage(dir, side, at);
    }
    while (position < end && !side.needMore) {
      const aligned = segmentAligned && position === start;
      position =
        side.sync === SyncState.lost
          ? this.resync(dir, buf, position, end, aligned, at)
          : this.parse(dir, buf, position, end, aligned, at);
    }
    side.unconsumed = Math.max(0, end - position);
    return position;
  }

  gap(
    dir: Direction,
    missing: number,
    reason: GapReason,
    skipping: boolean,
    at: PacketTimestamp,
    unconsumed: Uint8Array,
  ): void {
    const side = this.stream.sides[dir];
    if (skipping && side.phase === Phase.skipping) this.markTruncated(side);
    else this.handleGap(dir, missing, reason, at, unconsumed);
    side.unconsumed = 0;
  }

  /** Ends a direction: reports an incomplete message or search. */
  protected closeSide(dir: Direction, at: PacketTimestamp): void {
    const side = this.stream.sides[dir];
    if (side.loss !== undefined) {
      side.loss.skipped += side.unconsumed;
      this.anomalies.reportSyncLoss(this.stream, dir, side.loss, false);
      side.loss = undefined;
    } else if (!this.reportUnfinished(dir, side, at)) {
      const bytes = this.unfinishedBytes(side);
      if (bytes !== undefined) this.anomalies.reportTruncated(this.stream, dir, bytes, at);
    }
    side.phase = Phase.boundary;
    side.sync = SyncState.inSync;
    side.unconsumed = 0;
  }
}
