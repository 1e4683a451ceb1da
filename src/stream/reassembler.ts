/**
 * TCP reassembly (RFC 9293): turns packets into contiguous bytes for the decoders, each direction separately, and
 * reports missing bytes as gaps. It does not judge what a receiver would accept: windows are not checked, since a
 * sniffer sees neither end's state.
 */

import type { Headers } from '../packet/headers.js';
import { TCP_FIN, TCP_RST } from '../packet/tcp.js';
import type { PacketTimestamp } from '../packet/timestamp.js';
import { type Direction, opposite, ToClient, ToServer } from '../protocols/protocol.js';
import { newTimerList, type TimerList } from '../protocols/timers.js';
import type { CounterRow } from '../records/counters.js';
import { isAsymmetricFlowOver, isWaitingForUnseenEnd, shouldReportAsymmetric } from './asymmetric.js';
import { EMPTY } from './chunk.js';
import { type Flow, isToServer, releaseFlow } from './connection.js';
import { DIRECTIONS, type HalfConnection, seqDiff } from './direction.js';
import { handleOnFastPath } from './fast-path.js';
import { type FlowHooks, FlowLifecycle } from './flow-lifecycle.js';
import { isFinAcknowledged, isGapOverdue, reasonToSkipGap } from './gap-timeout.js';
import type { StreamLimits } from './limits.js';
import { MemoryCap } from './memory-cap.js';
import { updatePendingGap } from './pending-gap.js';
import { SegmentAssembler } from './segment-assembler.js';
import { updateSeqAck } from './seq-ack.js';

/** The verdict on a packet: its connection is followed, or ignored because of its protocol. */
export const Verdict = { followed: 0, unknown: 1, encrypted: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

export class Reassembler {
  private readonly limits: StreamLimits;
  private readonly assembler: SegmentAssembler;
  private readonly memory: MemoryCap;
  /** Connections with a gap, or of which only one direction has been seen to end. */
  private readonly waiting: TimerList<Flow>;
  private readonly flows: FlowLifecycle;

  /** @param hashSeed as FlowTable has it */
  constructor(limits: StreamLimits, counters: CounterRow, hooks: FlowHooks, hashSeed = 0) {
    this.limits = limits;
    this.assembler = new SegmentAssembler(limits, counters);
    this.memory = new MemoryCap(limits);
    this.waiting = newTimerList((flow, at) => this.checkWaiting(flow, at));
    const { assembler, memory, waiting } = this;
    this.flows = new FlowLifecycle({ limits, counters, hooks, hashSeed, assembler, memory, waiting });
  }

  /** @param bytes the buffer that h's payload positions refer to; not used after the call */
  processPacket(h: Headers, bytes: Uint8Array, at: PacketTimestamp): Verdict {
    const flow = this.flows.flowOf(h, at);
    const dir = isToServer(flow, h) ? ToServer : ToClient;
    if (flow.ignored || flow.closed) {
      if (!flow.closed) this.flows.followIgnored(flow, dir, h, at);
      if (!flow.ignored) return Verdict.followed;
      return flow.encrypted ? Verdict.encrypted : Verdict.unknown;
    }
    if (handleOnFastPath(flow, flow.halves[dir], flow.halves[opposite(dir)], h)) return Verdict.followed;
    const before = this.memory.bytesOf(flow);
    try {
      this.acceptPacket(flow, dir, h, bytes, at);
    } catch (error) {
      this.flows.fail(flow, error, at);
    }
    this.afterDelivery(flow, before);
    if (this.memory.isExceeded()) this.enforceMemoryCap(at);
    return Verdict.followed;
  }

  /** Packet time has advanced: skips gaps that are overdue, closes and suspends connections. */
  tick(at: PacketTimestamp): void {
    this.waiting.tick(at);
    this.flows.tick(at);
  }

  /** Closes every connection, the least recently used first. */
  closeAll(at: PacketTimestamp): void {
    this.flows.closeAll(at);
  }

  private acceptPacket(flow: Flow, dir: Direction, h: Headers, bytes: Uint8Array, at: PacketTimestamp): void {
    const half = flow.halves[dir];
    const other = flow.halves[opposite(dir)];
    const seq = updateSeqAck(half, other, h);
    if (h.payloadLength > 0) {
      if (!half.synced) syncMidstream(flow, dir, seq, at);
      this.assembler.acceptSegment(flow, dir, seq, h, bytes, at);
      if (half.queued !== undefined) this.waiting.add(flow);
    }
    if ((h.flags & TCP_FIN) !== 0 && !half.finSeen) {
      half.finSeen = true;
      half.fin = (seq + h.payloadLength) >>> 0;
    }
    if ((h.flags & TCP_RST) !== 0) {
      this.flows.close(flow, 'rst', at);
      return;
    }
    if (half.queued !== undefined) this.checkGap(flow, dir, at);
    if (other.queued !== undefined) this.checkGap(flow, opposite(dir), at);
    if (shouldReportAsymmetric(half, other)) this.assembler.reportUnseenDirection(flow, dir, at);
    this.closeIfFinished(flow, half, other, at);
  }

  private closeIfFinished(
    flow: Flow,
    half: HalfConnection,
    other: HalfConnection,
    at: PacketTimestamp,
  ): void {
    if (half.finSeen && !half.closed && (!half.synced || seqDiff(half.nextSeq, half.fin) >= 0)) {
      half.closed = true;
      half.closedSeconds = at.seconds;
      if (other.packets === 0) this.waiting.add(flow);
    }
    const bothClosed = half.closed && other.closed;
    // Both ends have received everything: bytes missing here will not be retransmitted.
    if (bothClosed || (isFinAcknowledged(half, other) && isFinAcknowledged(other, half))) {
      this.flows.close(flow, 'fin', at);
    }
  }

  /** Called for each packet of a connection with a gap. */
  private checkGap(flow: Flow, dir: Direction, at: PacketTimestamp): void {
    const receiver = flow.halves[opposite(dir)];
    const reason = reasonToSkipGap(flow.halves[dir], receiver, this.limits, at.seconds);
    if (reason !== undefined) this.assembler.skipGap(flow, dir, reason);
  }

  /** Called once a second for each of `waiting`. @returns whether the connection stays there */
  private checkWaiting(flow: Flow, at: PacketTimestamp): boolean {
    if (flow.closed || flow.ignored) return false;
    let waits = false;
    for (const dir of DIRECTIONS) {
      const half = flow.halves[dir];
      const other = flow.halves[opposite(dir)];
      if (isGapOverdue(half, other, this.limits, at.seconds)) {
        this.account(flow, at, () => this.assembler.skipGap(flow, dir, 'lost'));
      }
      if (isAsymmetricFlowOver(half, other, at.seconds)) {
        this.account(flow, at, () => this.flows.close(flow, 'fin', at));
      }
      waits ||= half.queued !== undefined || isWaitingForUnseenEnd(half, other);
    }
    return waits && !flow.closed;
  }

  /** Drops buffers, those of the least recently used connections first. */
  private enforceMemoryCap(at: PacketTimestamp): void {
    let flow = this.flows.leastRecent();
    for (; flow !== undefined && this.memory.isAboveLowWater(); flow = this.flows.nextNewerActive(flow)) {
      if (this.memory.bytesOf(flow) > 0) this.dropBuffered(flow, at);
    }
  }

  private dropBuffered(flow: Flow, at: PacketTimestamp): void {
    this.account(flow, at, () => this.assembler.dropBuffered(flow, at));
  }

  /** Does work that may change what a connection buffers. */
  private account(flow: Flow, at: PacketTimestamp, work: () => void): void {
    const before = this.memory.bytesOf(flow);
    this.flows.guard(flow, at, work);
    this.afterDelivery(flow, before);
  }

  /** @param before bytesOf() before the packet was accepted or the gap skipped */
  private afterDelivery(flow: Flow, before: number): void {
    if (flow.ignored) releaseFlow(flow);
    updatePendingGap(flow);
    this.memory.update(flow, before);
  }
}

/** The first data of a direction whose start was not seen. */
function syncMidstream(flow: Flow, dir: Direction, seq: number, at: PacketTimestamp): void {
  const half = flow.halves[dir];
  half.synced = true;
  half.nextSeq = seq;
  // The connection's start was seen, the direction's was not.
  if (flow.fromStart && !flow.ignored) flow.decoder.gap(dir, 0, 'midstream', false, at, EMPTY);
}
