/**
 * TCP reassembly (RFC 9293): packets in; contiguous bytes out, to the decoders, each direction on its own, with gaps
 * where bytes are missing. It follows what passes and does not judge what a receiver would accept: windows are not
 * checked, since a sniffer sees neither end's state.
 */

import type { Headers } from '../packet/headers.js';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../packet/tcp.js';
import type { PacketTimestamp } from '../packet/timestamp.js';
import { type Direction, opposite, ToClient, ToServer } from '../protocols/protocol.js';
import { newTimerList, type TimerList } from '../protocols/timers.js';
import { Counter, type CounterRow } from '../records/counters.js';
import { isAsymmetricFlowOver, isWaitingForUnseenEnd, shouldReportAsymmetric } from './asymmetric.js';
import { EMPTY } from './chunk.js';
import { ClosedFlows } from './closed-flows.js';
import { type CloseReason, endpointsOf, type Flow, isToServer, newFlow, releaseFlow } from './connection.js';
import { type HalfConnection, seqDiff } from './direction.js';
import { handleOnFastPath } from './fast-path.js';
import { FlowTable } from './flow-table.js';
import { isFinAcknowledged, isGapOverdue, reasonToSkipGap } from './gap-timeout.js';
import { IdleCheck, type SuspendFlow } from './idle.js';
import type { StreamLimits } from './limits.js';
import { MemoryCap } from './memory-cap.js';
import { reportPendingGap, updatePendingGap } from './pending-gap.js';
import { isPortReuse } from './port-reuse.js';
import { DIRECTIONS, SegmentAssembler } from './segment-assembler.js';
import { updateSeqAck } from './seq-ack.js';

/** What becomes of a packet: its connection is followed, or ignored because of its protocol. */
export const Verdict = { followed: 0, unknown: 1, encrypted: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

export interface ReassemblerHooks {
  /**
   * Gives a connection its decoder and its observer.
   * @param suspended what suspendFlow gave, if the connection is restored
   */
  readonly openFlow: (flow: Flow, suspended?: object) => void;
  /** Whether a packet goes to the server, by its ports. */
  readonly isToService: (h: Headers) => boolean;
  readonly suspendFlow: SuspendFlow;
}

export class Reassembler {
  private readonly limits: StreamLimits;
  private readonly counters: CounterRow;
  private readonly hooks: ReassemblerHooks;
  private readonly table: FlowTable;
  private readonly closedFlows = new ClosedFlows();
  private readonly assembler: SegmentAssembler;
  private readonly memory: MemoryCap;
  /** Connections with a gap, or of which an end is not seen. */
  private readonly waiting: TimerList<Flow>;
  private readonly active: TimerList<Flow>;

  /** @param hashSeed as FlowTable has it */
  constructor(limits: StreamLimits, counters: CounterRow, hooks: ReassemblerHooks, hashSeed = 0) {
    this.limits = limits;
    this.counters = counters;
    // A decoder that died leaves its connections counted as open.
    counters[Counter.flows_open] = 0;
    this.hooks = hooks;
    this.table = new FlowTable(limits.flows, hashSeed, (flow, suspended) => {
      this.active.add(flow);
      if (!flow.ignored) hooks.openFlow(flow, suspended);
    });
    this.assembler = new SegmentAssembler(limits, counters);
    this.memory = new MemoryCap(limits);
    this.waiting = newTimerList((flow, at) => this.checkWaiting(flow, at));
    const idle = new IdleCheck(this.table, limits.idleSeconds, hooks.suspendFlow);
    this.active = newTimerList((flow, at) => idle.check(flow, at));
  }

  processPacket(h: Headers, bytes: Uint8Array, at: PacketTimestamp): Verdict {
    const flow = this.findFlow(h, at) ?? this.openFlow(h, at);
    const dir = isToServer(flow, h) ? ToServer : ToClient;
    if (flow.ignored || flow.closed) {
      if (!flow.closed) this.followIgnored(flow, dir, h, at);
      if (!flow.ignored) return Verdict.followed;
      return flow.encrypted ? Verdict.encrypted : Verdict.unknown;
    }
    if (handleOnFastPath(flow, flow.halves[dir], flow.halves[opposite(dir)], h)) return Verdict.followed;
    const before = this.memory.bytesOf(flow);
    try {
      this.acceptPacket(flow, dir, h, bytes, at);
    } catch (error) {
      this.failFlow(flow, error, at);
    }
    this.afterDelivery(flow, before);
    if (this.memory.isExceeded()) this.enforceMemoryCap(at);
    return Verdict.followed;
  }

  /** Packet time has advanced: skips gaps that are overdue, closes and suspends connections. */
  tick(at: PacketTimestamp): void {
    this.waiting.tick(at);
    this.active.tick(at);
  }

  /** Closes every connection, the least recently used first. */
  closeAll(at: PacketTimestamp): void {
    for (let flow = this.table.leastRecent(); flow !== undefined; flow = this.table.leastRecent()) {
      this.removeFlow(flow, 'end', at);
    }
  }

  private findFlow(h: Headers, at: PacketTimestamp): Flow | undefined {
    const flow = this.table.find(h);
    if (flow === undefined) return undefined;
    if ((!flow.closed && (h.flags & TCP_SYN) === 0) || !isPortReuse(flow, h)) return flow;
    this.removeFlow(flow, 'reused', at);
    return undefined;
  }

  private openFlow(h: Headers, at: PacketTimestamp): Flow {
    const isSyn = (h.flags & TCP_SYN) !== 0;
    // The client sends the first SYN; without it, the ports decide (packet/service.ts).
    const toServer = isSyn ? (h.flags & TCP_ACK) === 0 : this.hooks.isToService(h);
    if (this.table.size() >= this.limits.flows) this.evictLeastRecent(at);
    const flow = newFlow(endpointsOf(h, toServer), isSyn, this.table.hash(h));
    this.counters[Counter.flows_new]++;
    this.counters[Counter.flows_open]++;
    if (!isSyn) this.counters[Counter.flows_midstream]++;
    this.table.add(flow);
    this.active.add(flow);
    this.hooks.openFlow(flow);
    return flow;
  }

  private evictLeastRecent(at: PacketTimestamp): void {
    const flow = this.table.leastRecent();
    if (flow === undefined) return;
    if (!flow.closed) this.counters[Counter.flows_evicted]++;
    this.removeFlow(flow, 'evicted', at);
  }

  private removeFlow(flow: Flow, reason: 'evicted' | 'reused' | 'end', at: PacketTimestamp): void {
    this.memory.remove(flow);
    this.guard(flow, at, () => this.closeFlow(flow, reason, at));
    this.table.remove(flow);
  }

  private closeFlow(flow: Flow, reason: CloseReason, at: PacketTimestamp): void {
    if (flow.closed) return;
    flow.closed = true;
    this.counters[Counter.flows_closed]++;
    this.counters[Counter.flows_open]--;
    this.active.remove(flow);
    this.waiting.remove(flow);
    const oldest = this.closedFlows.add(flow);
    if (oldest !== undefined) this.table.remove(oldest);
    if (!flow.ignored) {
      this.assembler.finishStream(flow, at);
      reportPendingGap(flow, false);
      flow.decoder.close(reason, at);
    }
    releaseFlow(flow);
  }

  /** The decoder threw. */
  private failFlow(flow: Flow, error: unknown, at: PacketTimestamp): void {
    this.counters[Counter.faults_decoder]++;
    flow.ignored = true;
    flow.observer.onDecoderFault(error, at);
    releaseFlow(flow);
  }

  /** Only the end of an ignored connection is followed, so that it does not stay in the table. */
  private followIgnored(flow: Flow, dir: Direction, h: Headers, at: PacketTimestamp): void {
    const half = flow.halves[dir];
    half.packets++;
    half.nextSeq = (h.seq + h.payloadLength) >>> 0;
    if ((h.flags & TCP_FIN) !== 0) half.closed = true;
    if ((h.flags & TCP_RST) !== 0) this.closeFlow(flow, 'rst', at);
    else if (flow.halves[ToServer].closed && flow.halves[ToClient].closed) this.closeFlow(flow, 'fin', at);
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
      this.closeFlow(flow, 'rst', at);
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
    // Both ends have received everything from each other: what is missing here will not be retransmitted.
    if (bothClosed || (isFinAcknowledged(half, other) && isFinAcknowledged(other, half))) {
      this.closeFlow(flow, 'fin', at);
    }
  }

  /** Called for each packet of a connection with a gap. */
  private checkGap(flow: Flow, dir: Direction, at: PacketTimestamp): void {
    const receiver = flow.halves[opposite(dir)];
    const reason = reasonToSkipGap(flow.halves[dir], receiver, this.limits, at.seconds);
    if (reason !== undefined) this.assembler.skipGap(flow, dir, reason);
  }

  /** Called once a second for connections that wait. @returns whether this one still waits */
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
        this.account(flow, at, () => this.closeFlow(flow, 'fin', at));
      }
      waits ||= half.queued !== undefined || isWaitingForUnseenEnd(half, other);
    }
    return waits && !flow.closed;
  }

  /** Drops buffers, those of the least recently used connections first. */
  private enforceMemoryCap(at: PacketTimestamp): void {
    let flow = this.table.leastRecent();
    for (; flow !== undefined && this.memory.isAboveLowWater(); flow = this.table.nextNewerActive(flow)) {
      if (this.memory.bytesOf(flow) > 0) this.dropBuffered(flow, at);
    }
  }

  private dropBuffered(flow: Flow, at: PacketTimestamp): void {
    this.account(flow, at, () => this.assembler.dropBuffered(flow, at));
  }

  /** Does work that may change what a connection buffers. */
  private account(flow: Flow, at: PacketTimestamp, work: () => void): void {
    const before = this.memory.bytesOf(flow);
    this.guard(flow, at, work);
    this.afterDelivery(flow, before);
  }

  private guard(flow: Flow, at: PacketTimestamp, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failFlow(flow, error, at);
    }
  }

  /** @param before what the connection buffered before it got a packet or a gap was skipped */
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
