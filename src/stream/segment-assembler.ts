/**
 * Puts the segments of a connection in order: delivers contiguous ones, queues out-of-order ones, and skips gaps.
 */
import type { Headers } from '../packet/headers.js';
import { copyTimestamp, isBefore, newPacketTimestamp, type PacketTimestamp } from '../packet/timestamp.js';
import { type Direction, type GapReason, opposite } from '../protocols/protocol.js';
import { Counter, type CounterRow } from '../records/counters.js';
import { unseenBytes, wasAsymmetric } from './asymmetric.js';
import { newChunk, trimFront } from './chunk.js';
import type { Flow } from './connection.js';
import { deliver, dropUnconsumed, reportMissing } from './delivery.js';
import { DIRECTIONS, seqDiff } from './direction.js';
import { restartGapTimeout } from './gap-timeout.js';
import type { StreamLimits } from './limits.js';
import { isQueueInOrder, queueOutOfOrder, takeFirstQueued } from './reorder-queue.js';

export class SegmentAssembler {
  private readonly counters: CounterRow;
  private readonly maxUnconsumed: number;
  /** The bytes at hand. */
  private readonly chunk = newChunk();
  /** The time at which a queued segment is delivered after a skipped gap. */
  private readonly arrival = newPacketTimestamp();

  constructor(limits: StreamLimits, counters: CounterRow) {
    this.counters = counters;
    this.maxUnconsumed = limits.unconsumedBytes;
  }

  /**
   * Takes the payload of a packet; its direction is synced.
   * @param seq sequence number of its first byte
   */
  acceptSegment(
    flow: Flow,
    dir: Direction,
    seq: number,
    h: Headers,
    bytes: Uint8Array,
    at: PacketTimestamp,
  ): void {
    const half = flow.halves[dir];
    const length = h.payloadLength;
    const ahead = seqDiff(seq, half.nextSeq);
    if (ahead + length <= 0) {
      // Nothing new: a retransmission, a keep-alive or a zero-window probe (RFC 9293, 3.8.4, 3.8.6.1).
      this.counters[Counter.streams_retransmitted_bytes] += length;
      return;
    }
    const { chunk } = this;
    chunk.seq = seq;
    chunk.length = length;
    chunk.bytes = bytes;
    chunk.start = h.payloadStart;
    chunk.end = h.payloadEnd;
    chunk.at = at;
    if (ahead <= 0 && half.queued === undefined) {
      this.counters[Counter.streams_retransmitted_bytes] -= ahead;
      this.deliverInOrder(flow, dir);
      return;
    }
    this.queueSegment(flow, dir, ahead);
    this.deliverQueued(flow, dir, at);
  }

  /** Queues the chunk, which starts `ahead` bytes beyond the next byte to deliver. */
  private queueSegment(flow: Flow, dir: Direction, ahead: number): void {
    const { chunk, counters } = this;
    const half = flow.halves[dir];
    if (ahead > 0) counters[Counter.streams_out_of_order_segments]++;
    else {
      counters[Counter.streams_retransmitted_bytes] -= ahead;
      trimFront(chunk, -ahead);
    }
    if (half.queued === undefined) restartGapTimeout(half, chunk.at.seconds);
    const differing = queueOutOfOrder(half, chunk);
    if (differing === 0) return;
    counters[Counter.streams_differing_bytes] += differing;
    flow.observer.onDifferingRetransmission(dir, differing, chunk.at);
  }

  /** Delivers those bytes of the chunk that are new; it starts at or before the next byte to deliver. */
  private deliverInOrder(flow: Flow, dir: Direction): void {
    const { chunk, counters } = this;
    const old = seqDiff(flow.halves[dir].nextSeq, chunk.seq);
    if (old >= chunk.length) return;
    trimFront(chunk, old);
    counters[Counter.streams_cut_bytes] += chunk.length - (chunk.end - chunk.start);
    const missing = deliver(flow, dir, chunk, this.maxUnconsumed);
    if (missing === 0) return;
    counters[Counter.streams_gaps]++;
    counters[Counter.streams_gap_bytes] += missing;
    flow.observer.onGap(dir, missing, 'snaplen', chunk.at);
  }

  /** A segment has filled a gap: the queued ones that are in order now are delivered at its time. */
  private deliverQueued(flow: Flow, dir: Direction, at: PacketTimestamp): void {
    const half = flow.halves[dir];
    while (isQueueInOrder(half)) {
      this.deliverFirstQueued(flow, dir, at);
      restartGapTimeout(half, at.seconds);
    }
  }

  /**
   * A gap was skipped: the segments queued after it are delivered at their arrival times, not at that of the timeout,
   * since they were complete then; but never earlier than the segment before.
   */
  private deliverQueuedAtArrival(flow: Flow, dir: Direction): void {
    const { arrival } = this;
    const half = flow.halves[dir];
    while (isQueueInOrder(half)) {
      const first = half.queued;
      if (first !== undefined && isBefore(arrival, first)) copyTimestamp(arrival, first);
      this.deliverFirstQueued(flow, dir, arrival);
      restartGapTimeout(half, (half.queued ?? arrival).seconds);
    }
  }

  private deliverFirstQueued(flow: Flow, dir: Direction, at: PacketTimestamp): void {
    const { chunk } = this;
    const { seq, length, bytes } = takeFirstQueued(flow.halves[dir]);
    chunk.seq = seq;
    chunk.length = length;
    chunk.bytes = bytes;
    chunk.start = 0;
    chunk.end = bytes.length;
    chunk.at = at;
    this.deliverInOrder(flow, dir);
  }

  /** Skips the gap before the first queued segment. */
  skipGap(flow: Flow, dir: Direction, reason: GapReason): void {
    const first = flow.halves[dir].queued;
    if (first === undefined) return;
    copyTimestamp(this.arrival, first);
    this.advancePastGap(flow, dir, first.seq, reason, this.arrival);
    this.deliverQueuedAtArrival(flow, dir);
  }

  private skipAllGaps(flow: Flow, dir: Direction, reason: GapReason): void {
    while (flow.halves[dir].queued !== undefined && !flow.ignored) this.skipGap(flow, dir, reason);
  }

  /** Continues at `seq` without the bytes before it. */
  private advancePastGap(
    flow: Flow,
    dir: Direction,
    seq: number,
    reason: GapReason,
    at: PacketTimestamp,
  ): void {
    const half = flow.halves[dir];
    const missing = seqDiff(seq, half.nextSeq);
    if (missing <= 0) return;
    half.nextSeq = seq;
    this.counters[Counter.streams_gaps]++;
    this.counters[Counter.streams_gap_bytes] += missing;
    flow.observer.onGap(dir, missing, reason, at);
    reportMissing(flow, dir, missing, reason, at);
  }

  /** Reports the bytes that the other direction, of which no packet is seen, is known to have sent. */
  reportUnseenDirection(flow: Flow, dir: Direction, at: PacketTimestamp): void {
    const half = flow.halves[dir];
    const other = flow.halves[opposite(dir)];
    const missing = unseenBytes(half, other);
    if (!flow.asymmetric) {
      flow.asymmetric = true;
      this.counters[Counter.flows_asymmetric]++;
      flow.observer.onAsymmetric(dir, missing, at);
    }
    if (missing === 0) return;
    other.synced = true;
    other.nextSeq = half.acked;
    this.counters[Counter.streams_gaps]++;
    this.counters[Counter.streams_gap_bytes] += missing;
    reportMissing(flow, opposite(dir), missing, 'lost', at);
  }

  /** Frees a connection's buffers: delivers all queued bytes, and drops what the decoder does not consume. */
  dropBuffered(flow: Flow, at: PacketTimestamp): void {
    for (const dir of DIRECTIONS) {
      this.skipAllGaps(flow, dir, 'limit');
      dropUnconsumed(flow, dir, at);
    }
  }

  /** The connection has ended: delivers what is queued and reports what is missing. */
  finishStream(flow: Flow, at: PacketTimestamp): void {
    for (const dir of DIRECTIONS) this.skipAllGaps(flow, dir, 'lost');
    for (const dir of DIRECTIONS) this.reportMissingTail(flow, dir, at);
    for (const dir of DIRECTIONS) {
      if (wasAsymmetric(flow.halves[dir], flow.halves[opposite(dir)])) {
        this.reportUnseenDirection(flow, dir, at);
      }
    }
  }

  /** The bytes before a FIN that were never seen. */
  private reportMissingTail(flow: Flow, dir: Direction, at: PacketTimestamp): void {
    const half = flow.halves[dir];
    if (half.finSeen && half.synced && !flow.ignored) this.advancePastGap(flow, dir, half.fin, 'lost', at);
  }
}
