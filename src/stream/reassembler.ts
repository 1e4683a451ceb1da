/**
 * TCP reassembly (RFC 9293): packets in, contiguous bytes to the decoders, each direction apart, and
 * what is missing said as a gap. It follows what passes by; it does not judge what a receiver would
 * accept (windows are not checked), since a sniffer sees neither end's state.
 */

import type { Headers } from '../packet/headers.js';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../packet/tcp.js';
import { copyTimestamp, isBefore, newPacketTimestamp, type PacketTimestamp } from '../packet/timestamp.js';
import { type Direction, type GapReason, opposite, ToClient, ToServer } from '../protocols/protocol.js';
import { newTimerList } from '../protocols/timers.js';
import { isOneSidedNow, isOverOneSided, unseenBytes, wasOneSided } from './asymmetric.js';
import { type Flow, isToServer, newFlow, release, waitingIn } from './connection.js';
import { deliver, dropHeld, EMPTY, miss } from './deliver.js';
import { type HalfConnection, seqDiff } from './direction.js';
import { passes } from './fast-path.js';
import { newFlowTable } from './flow-table.js';
import { finReceived, hopeless, isOverdue } from './gap-timeout.js';
import { newIdleCheck, type SuspendFlow } from './idle.js';
import type { StreamCounters, StreamLimits } from './limits.js';
import { lookForMissing, tellMissing } from './pending-gap.js';
import { isReuse } from './port-reuse.js';
import { keepEarly, takeEarly } from './reorder-queue.js';
import { note } from './seq-ack.js';

/** What becomes of a packet: its connection is followed, or ignored for what it is. */
export const Verdict = { followed: 0, unknown: 1, encrypted: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

export interface Reassembler {
  packet(h: Headers, bytes: Uint8Array, at: PacketTimestamp): Verdict;
  /** Time has passed, whoever's packet tells it: what was waited for long enough is given up. */
  tick(at: PacketTimestamp): void;
  /** Ends every connection, the least recently used first. */
  end(at: PacketTimestamp): void;
  open(): number;
}

export function newReassembler(
  limits: StreamLimits,
  counters: StreamCounters,
  /** Gives a connection that is new, or that was asleep, its decoder and its watcher. */
  opened: (flow: Flow, rest?: object) => void,
  isToService: (h: Headers) => boolean,
  hashSeed = 0,
  restOf: SuspendFlow = () => undefined,
): Reassembler {
  const table = newFlowTable(limits.flows, hashSeed, (flow, rest) => {
    awake.add(flow);
    if (!flow.ignored) opened(flow, rest);
  });
  /** The connections that closed last, in a circle. */
  const closed: (Flow | undefined)[] = new Array(CLOSED_KEPT).fill(undefined);
  let closedAt = 0;
  const { segmentCost: cost } = limits;
  /** Bytes that wait in all connections together, with what it costs that they wait. */
  let waiting = 0;
  /** When the early segments came that are handed on. */
  const came = newPacketTimestamp();

  const finish = (flow: Flow, reason: 'fin' | 'rst' | 'end' | 'evicted' | 'reused', at: PacketTimestamp) => {
    if (flow.closed) return;
    flow.closed = true;
    counters.flowsClosed++;
    awake.remove(flow);
    sweep.remove(flow);
    const longest = closed[closedAt];
    if (longest !== undefined) table.remove(longest);
    closed[closedAt] = flow;
    closedAt = (closedAt + 1) % CLOSED_KEPT;
    if (!flow.ignored) {
      for (const dir of [ToServer, ToClient] as const) flush(flow, dir, 'lost');
      for (const dir of [ToServer, ToClient] as const) missTail(flow, dir, at);
      for (const dir of [ToServer, ToClient] as const) {
        if (wasOneSided(flow.halves[dir], flow.halves[opposite(dir)])) missOther(flow, dir, at);
      }
      tellMissing(flow, false);
      flow.decoder.close(reason, at);
    }
    release(flow);
  };

  const forget = (flow: Flow, reason: 'evicted' | 'reused' | 'end', at: PacketTimestamp) => {
    waiting -= waitingIn(flow, cost);
    guarded(flow, at, () => finish(flow, reason, at));
    table.remove(flow);
  };

  const guarded = (flow: Flow, at: PacketTimestamp, work: () => void) => {
    try {
      work();
    } catch (error) {
      fault(flow, error, at);
    }
  };
  const fault = (flow: Flow, error: unknown, at: PacketTimestamp) => {
    counters.decoderFaults++;
    flow.ignored = true;
    flow.observer.onDecoderFault(error, at);
    release(flow);
  };

  const open = (h: Headers, at: PacketTimestamp): Flow => {
    const syn = (h.flags & TCP_SYN) !== 0;
    // Who sends the first SYN is the client; without it, the ports tell (packet/service.ts).
    const toServer = syn ? (h.flags & TCP_ACK) === 0 : isToService(h);
    if (table.size() >= limits.flows) {
      const oldest = table.leastRecent();
      if (oldest !== undefined) {
        if (!oldest.closed) counters.flowsEvicted++;
        forget(oldest, 'evicted', at);
      }
    }
    const flow = newFlow(h, toServer, syn, table.hash(h));
    counters.flowsNew++;
    if (!syn) counters.flowsMidstream++;
    table.add(flow);
    awake.add(flow);
    opened(flow);
    return flow;
  };

  /** Goes on at `seq`, without the bytes before it. */
  const jump = (flow: Flow, dir: Direction, seq: number, reason: GapReason, at: PacketTimestamp) => {
    const half = flow.halves[dir];
    const missing = seqDiff(seq, half.nextSeq);
    if (missing <= 0) return;
    half.nextSeq = seq;
    counters.gaps++;
    counters.gapBytes += missing;
    flow.observer.onGap(dir, missing, reason, at);
    miss(flow, dir, missing, reason, at);
  };

  /** Tells what the other direction is known to have sent, of which nothing is seen. */
  const missOther = (flow: Flow, dir: Direction, at: PacketTimestamp) => {
    const half = flow.halves[dir];
    const other = flow.halves[opposite(dir)];
    const missing = unseenBytes(half, other);
    if (!flow.asymmetric) {
      flow.asymmetric = true;
      counters.flowsAsymmetric++;
      flow.observer.onAsymmetric(dir, missing, at);
    }
    if (missing === 0) return;
    other.synced = true;
    other.nextSeq = half.acked;
    counters.gaps++;
    counters.gapBytes += missing;
    miss(flow, opposite(dir), missing, 'lost', at);
  };

  /**
   * Gives the hole before the first early segment up. What is behind it was complete when it came: its
   * messages have that time, not the time of the giving up.
   */
  const giveUp = (flow: Flow, dir: Direction, reason: GapReason) => {
    const { queued: early } = flow.halves[dir];
    if (early === undefined) return;
    copyTimestamp(came, early);
    jump(flow, dir, early.seq, reason, came);
    drain(flow, dir, came);
  };

  /** Hands on the early segments whose turn has come, at the time of what was waited for, or of their own. */
  const drain = (flow: Flow, dir: Direction, at: PacketTimestamp) => {
    const half = flow.halves[dir];
    while (half.queued !== undefined && seqDiff(half.queued.seq, half.nextSeq) <= 0) {
      const early = takeEarly(half);
      if (early === undefined) break;
      if (at === came && isBefore(came, early)) {
        copyTimestamp(came, early);
      }
      place(flow, dir, early.seq, early.length, early.bytes, 0, early.bytes.length, at);
      // If there is a hole still, it is another one, or a smaller one: the waiting starts anew.
      half.gapPackets = 0;
      half.gapSince = at === came ? (half.queued ?? came).seconds : at.seconds;
    }
  };

  /** Hands on what is new of a segment that starts at or before the half's place. */
  const place = (
    flow: Flow,
    dir: Direction,
    seq: number,
    length: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    at: PacketTimestamp,
  ) => {
    const half = flow.halves[dir];
    const old = seqDiff(half.nextSeq, seq);
    if (old >= length) return;
    const from = Math.min(end, start + old);
    counters.cutBytes += length - old - (end - from);
    const missed = deliver(flow, dir, bytes, from, end, length - old, at, limits);
    if (missed > 0) {
      counters.gaps++;
      counters.gapBytes += missed;
      flow.observer.onGap(dir, missed, 'snaplen', at);
    }
  };

  /** Gives every hole of a direction up. */
  const flush = (flow: Flow, dir: Direction, reason: GapReason) => {
    while (flow.halves[dir].queued !== undefined && !flow.ignored) giveUp(flow, dir, reason);
  };

  /** The bytes before a FIN that were never seen, when the connection is over. */
  const missTail = (flow: Flow, dir: Direction, at: PacketTimestamp) => {
    const half = flow.halves[dir];
    if (half.finSeen && half.synced && !flow.ignored) jump(flow, dir, half.fin, 'lost', at);
  };

  /**
   * More waits than may wait in all connections together: those that were silent for longest give up
   * their holes, and what their decoders hold back, until a part of the room is free.
   */
  const relieve = (at: PacketTimestamp) => {
    const enough = limits.totalBytes * 0.75;
    for (let flow = table.leastRecent(); flow !== undefined && waiting > enough; flow = table.newer(flow)) {
      if (waitingIn(flow, cost) > 0) counted(flow, at, letGo);
    }
  };
  /** Does something that may free what waits in a connection. */
  const counted = (flow: Flow, at: PacketTimestamp, work: (flow: Flow, at: PacketTimestamp) => void) => {
    const before = waitingIn(flow, cost);
    guarded(flow, at, () => work(flow, at));
    settle(flow);
    waiting += waitingIn(flow, cost) - before;
  };
  const letGo = (flow: Flow, at: PacketTimestamp) => {
    for (const dir of [ToServer, ToClient] as const) {
      flush(flow, dir, 'limit');
      dropHeld(flow, dir, at);
    }
  };

  /** Of a connection that is ignored only its end is followed, so that it does not stay in the table. */
  const ignore = (flow: Flow, dir: Direction, h: Headers, at: PacketTimestamp) => {
    const half = flow.halves[dir];
    half.packets++;
    half.nextSeq = (h.seq + h.payloadLength) >>> 0;
    if ((h.flags & TCP_FIN) !== 0) half.closed = true;
    if ((h.flags & TCP_RST) !== 0) finish(flow, 'rst', at);
    else if (flow.halves[ToServer].closed && flow.halves[ToClient].closed) finish(flow, 'fin', at);
  };

  const segment = (flow: Flow, dir: Direction, h: Headers, bytes: Uint8Array, at: PacketTimestamp) => {
    const half = flow.halves[dir];
    const other = flow.halves[opposite(dir)];
    const seq = note(half, other, h);
    const length = h.payloadLength;
    if (length > 0) {
      if (!half.synced) {
        half.synced = true;
        half.nextSeq = seq;
        // The connection's start was seen, but not where this direction starts.
        if (flow.fromStart && !flow.ignored) flow.decoder.gap(dir, 0, 'midstream', false, at, EMPTY);
      }
      take(flow, dir, half, seq, length, bytes, h.payloadStart, h.payloadEnd, at);
    }
    if ((h.flags & TCP_FIN) !== 0 && !half.finSeen) {
      half.finSeen = true;
      half.fin = (seq + length) >>> 0;
    }
    if ((h.flags & TCP_RST) !== 0) {
      finish(flow, 'rst', at);
      return;
    }
    if (half.queued !== undefined) watchHole(flow, dir, half, other, at);
    if (other.queued !== undefined) watchHole(flow, opposite(dir), other, half, at);
    if (isOneSidedNow(half, other)) missOther(flow, dir, at);
    if (half.finSeen && !half.closed && (!half.synced || seqDiff(half.nextSeq, half.fin) >= 0)) {
      half.closed = true;
      half.closedSeconds = at.seconds;
      if (other.packets === 0) sweep.add(flow);
    }
    const over = half.closed && other.closed;
    // Both ends have everything of the other: what is missing here will not be sent again.
    if (over || (finReceived(half, other) && finReceived(other, half))) finish(flow, 'fin', at);
  };

  const take = (
    flow: Flow,
    dir: Direction,
    half: HalfConnection,
    seq: number,
    length: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    at: PacketTimestamp,
  ) => {
    const ahead = seqDiff(seq, half.nextSeq);
    if (ahead + length <= 0) {
      // Nothing new: a retransmission, a keep-alive or a zero-window probe (RFC 9293, 3.8.4, 3.8.6.1).
      counters.retransmittedBytes += length;
      return;
    }
    if (ahead <= 0 && half.queued === undefined) {
      counters.retransmittedBytes -= ahead;
      place(flow, dir, seq, length, bytes, start, end, at);
      return;
    }
    if (ahead > 0) counters.outOfOrderSegments++;
    if (half.queued === undefined) {
      half.gapPackets = 0;
      half.gapSince = at.seconds;
      sweep.add(flow);
    }
    const old = Math.max(0, -ahead);
    counters.retransmittedBytes += old;
    const from = Math.min(end, start + old);
    const differing = keepEarly(half, (seq + old) >>> 0, length - old, bytes, from, end, at);
    if (differing > 0) {
      counters.differingBytes += differing;
      flow.observer.onDifferingRetransmission(dir, differing, at);
    }
    drain(flow, dir, at);
  };

  /** Gives a hole up when nothing is to be waited for any more. */
  const watchHole = (
    flow: Flow,
    dir: Direction,
    half: HalfConnection,
    receiver: HalfConnection,
    at: PacketTimestamp,
  ) => {
    const reason = hopeless(half, receiver, limits, at.seconds);
    if (reason !== undefined) giveUp(flow, dir, reason);
  };

  /** Looks after one of the connections that wait; false: it waits no more. */
  const lookAfter = (flow: Flow, at: PacketTimestamp): boolean => {
    if (flow.closed || flow.ignored) return false;
    let waits = false;
    for (const dir of [ToServer, ToClient] as const) {
      const half = flow.halves[dir];
      const other = flow.halves[opposite(dir)];
      if (isOverdue(half, other, limits, at.seconds)) counted(flow, at, () => giveUp(flow, dir, 'lost'));
      if (isOverOneSided(half, other, at.seconds)) counted(flow, at, () => finish(flow, 'fin', at));
      waits ||= half.queued !== undefined || (half.closed && other.packets === 0);
    }
    return waits && !flow.closed;
  };
  const sweep = newTimerList(lookAfter);
  const awake = newTimerList(newIdleCheck(table, limits.idleSeconds, restOf));

  return {
    tick(at) {
      sweep.tick(at);
      awake.tick(at);
    },
    packet(h, bytes, at) {
      let flow = table.find(h);
      if (flow !== undefined && (flow.closed || (h.flags & TCP_SYN) !== 0) && isReuse(flow, h)) {
        forget(flow, 'reused', at);
        flow = undefined;
      }
      flow ??= open(h, at);
      const dir = isToServer(flow, h) ? ToServer : ToClient;
      if (flow.ignored || flow.closed) {
        if (!flow.closed) ignore(flow, dir, h, at);
        if (!flow.ignored) return Verdict.followed;
        return flow.encrypted ? Verdict.encrypted : Verdict.unknown;
      }
      if (passes(flow, flow.halves[dir], flow.halves[opposite(dir)], h)) return Verdict.followed;
      const before = waitingIn(flow, cost);
      try {
        segment(flow, dir, h, bytes, at);
      } catch (error) {
        fault(flow, error, at);
      }
      settle(flow);
      waiting += waitingIn(flow, cost) - before;
      if (waiting > limits.totalBytes) relieve(at);
      return Verdict.followed;
    },
    end(at) {
      for (let flow = table.leastRecent(); flow !== undefined; flow = table.leastRecent())
        forget(flow, 'end', at);
    },
    // The table remembers closed connections for a while.
    open: () => counters.flowsNew - counters.flowsClosed,
  };
}

function settle(flow: Flow): void {
  if (flow.ignored) release(flow);
  lookForMissing(flow);
}

/** Remembered, so that their last retransmissions open no new connections. */
const CLOSED_KEPT = 1024;
