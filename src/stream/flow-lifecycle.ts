/** Opens and closes connections: which one a packet belongs to, eviction, port reuse, ends and decoder faults. */
import type { Headers } from '../packet/headers.js';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../packet/tcp.js';
import type { PacketTimestamp } from '../packet/timestamp.js';
import { type Direction, ToClient, ToServer } from '../protocols/protocol.js';
import { newTimerList, type TimerList } from '../protocols/timers.js';
import { Counter, type CounterRow } from '../records/counters.js';
import { ClosedFlows } from './closed-flows.js';
import { type CloseReason, endpointsOf, type Flow, newFlow, releaseFlow } from './connection.js';
import { FlowTable } from './flow-table.js';
import { IdleCheck, type SuspendFlow } from './idle.js';
import type { StreamLimits } from './limits.js';
import type { MemoryCap } from './memory-cap.js';
import { reportPendingGap } from './pending-gap.js';
import { isPortReuse } from './port-reuse.js';
import type { SegmentAssembler } from './segment-assembler.js';

export interface FlowHooks {
  /**
   * Gives a connection its decoder and its observer.
   * @param suspended what suspendFlow gave, if the connection is restored
   */
  readonly openFlow: (flow: Flow, suspended?: object) => void;
  /** Whether a packet goes to the server, by its ports. */
  readonly isToService: (h: Headers) => boolean;
  readonly suspendFlow: SuspendFlow;
}

export interface FlowLifecycleOptions {
  readonly limits: StreamLimits;
  readonly counters: CounterRow;
  readonly hooks: FlowHooks;
  /** As FlowTable has it. */
  readonly hashSeed: number;
  readonly assembler: SegmentAssembler;
  readonly memory: MemoryCap;
  /** A closed connection is removed from these. */
  readonly waiting: TimerList<Flow>;
}

export class FlowLifecycle {
  private readonly limits: StreamLimits;
  private readonly counters: CounterRow;
  private readonly hooks: FlowHooks;
  private readonly assembler: SegmentAssembler;
  private readonly memory: MemoryCap;
  private readonly waiting: TimerList<Flow>;
  private readonly table: FlowTable;
  private readonly closedFlows = new ClosedFlows();
  /** Connections that are not suspended. */
  private readonly active: TimerList<Flow>;

  constructor({ limits, counters, hooks, hashSeed, assembler, memory, waiting }: FlowLifecycleOptions) {
    this.limits = limits;
    this.counters = counters;
    this.hooks = hooks;
    this.assembler = assembler;
    this.memory = memory;
    this.waiting = waiting;
    // A decoder thread that died leaves its connections counted as open.
    counters[Counter.flows_open] = 0;
    this.table = new FlowTable(limits.flows, hashSeed, (flow, suspended) => {
      this.active.add(flow);
      if (!flow.ignored) hooks.openFlow(flow, suspended);
    });
    const idle = new IdleCheck(this.table, limits.idleSeconds, hooks.suspendFlow);
    this.active = newTimerList((flow, at) => idle.check(flow, at));
  }

  /** Suspends idle connections. */
  tick(at: PacketTimestamp): void {
    this.active.tick(at);
  }

  /** The packet's connection, which is opened if it is new. */
  flowOf(h: Headers, at: PacketTimestamp): Flow {
    const flow = this.table.find(h);
    if (flow === undefined) return this.open(h, at);
    if ((!flow.closed && (h.flags & TCP_SYN) === 0) || !isPortReuse(flow, h)) return flow;
    this.remove(flow, 'reused', at);
    return this.open(h, at);
  }

  /** Closes every connection, the least recently used first. */
  closeAll(at: PacketTimestamp): void {
    for (let flow = this.table.leastRecent(); flow !== undefined; flow = this.table.leastRecent()) {
      this.remove(flow, 'end', at);
    }
  }

  leastRecent(): Flow | undefined {
    return this.table.leastRecent();
  }

  /** The active connection that was used next after `flow`. */
  nextNewerActive(flow: Flow): Flow | undefined {
    return this.table.nextNewerActive(flow);
  }

  close(flow: Flow, reason: CloseReason, at: PacketTimestamp): void {
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

  /** Only the end of an ignored connection is followed, so that it does not stay in the table. */
  followIgnored(flow: Flow, dir: Direction, h: Headers, at: PacketTimestamp): void {
    const half = flow.halves[dir];
    half.packets++;
    half.nextSeq = (h.seq + h.payloadLength) >>> 0;
    if ((h.flags & TCP_FIN) !== 0) half.closed = true;
    if ((h.flags & TCP_RST) !== 0) this.close(flow, 'rst', at);
    else if (flow.halves[ToServer].closed && flow.halves[ToClient].closed) this.close(flow, 'fin', at);
  }

  /** Does work that may call the connection's decoder. */
  guard(flow: Flow, at: PacketTimestamp, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.fail(flow, error, at);
    }
  }

  /** The decoder threw. */
  fail(flow: Flow, error: unknown, at: PacketTimestamp): void {
    this.counters[Counter.faults_decoder]++;
    flow.ignored = true;
    flow.observer.onDecoderFault(error, at);
    releaseFlow(flow);
  }

  private open(h: Headers, at: PacketTimestamp): Flow {
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
    this.remove(flow, 'evicted', at);
  }

  private remove(flow: Flow, reason: 'evicted' | 'reused' | 'end', at: PacketTimestamp): void {
    this.memory.remove(flow);
    this.guard(flow, at, () => this.close(flow, reason, at));
    this.table.remove(flow);
  }
}
