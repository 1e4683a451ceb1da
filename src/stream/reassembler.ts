/**
 * TCP reassembly (RFC 9293): packets in, contiguous bytes to the decoders, each direction apart, and
 * what is missing said as a gap. It follows what passes by; it does not judge what a receiver would
 * accept (windows are not checked), since a sniffer sees neither end's state.
 */
import type { Headers } from '../packet/headers.js';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../packet/tcp.js';
import { type Direction, type GapReason, type Moment, ToClient, ToServer } from '../protocols/protocol.js';
import { deliver, miss } from './deliver.js';
import { dropEarly, keepEarly, takeEarly } from './early.js';
import { type Flow, isToServer, newFlow } from './flow.js';
import { newFlowTable } from './flow-table.js';
import { type Half, seqDiff } from './half.js';
import type { StreamCounters, StreamLimits } from './limits.js';

export interface Reassembler {
  /** @returns false if the packet's connection is one that is ignored */
  packet(h: Headers, hash: number, toServer: boolean, bytes: Uint8Array, at: Moment): boolean;
  /** Ends every connection, the least recently used first. */
  end(at: Moment): void;
  open(): number;
}

export function newReassembler(
  limits: StreamLimits,
  counters: StreamCounters,
  /** Gives a new connection its decoder and its watcher. */
  opened: (flow: Flow) => void,
): Reassembler {
  const table = newFlowTable(limits.flows);
  /** The connections that closed last, in a circle. */
  const closed: (Flow | undefined)[] = new Array(CLOSED_KEPT).fill(undefined);
  let closedAt = 0;
  /** Bytes that wait in all connections together. */
  let waiting = 0;
  const waitingIn = (flow: Flow): number => {
    const [a, b] = flow.halves;
    return a.earlyBytes + a.heldLength + b.earlyBytes + b.heldLength;
  };

  const finish = (flow: Flow, reason: 'fin' | 'rst' | 'end' | 'evicted' | 'reused', at: Moment) => {
    if (flow.closed) return;
    flow.closed = true;
    for (const dir of [ToServer, ToClient] as const) flushEarly(flow, dir, at);
    if (!flow.ignored) flow.decoder.close(reason, at);
    for (const half of flow.halves) {
      dropEarly(half);
      half.held = undefined;
      half.heldLength = 0;
    }
    counters.flowsClosed++;
    const longest = closed[closedAt];
    if (longest?.closed) table.remove(longest);
    closed[closedAt] = flow;
    closedAt = (closedAt + 1) % CLOSED_KEPT;
  };

  const forget = (flow: Flow, reason: 'evicted' | 'reused' | 'end', at: Moment) => {
    waiting -= waitingIn(flow);
    guarded(flow, at, () => finish(flow, reason, at));
    table.remove(flow);
  };

  const guarded = (flow: Flow, at: Moment, work: () => void) => {
    try {
      work();
    } catch (error) {
      fault(flow, error, at);
    }
  };
  const fault = (flow: Flow, error: unknown, at: Moment) => {
    counters.decoderFaults++;
    flow.ignored = true;
    for (const half of flow.halves) {
      dropEarly(half);
      half.held = undefined;
      half.heldLength = 0;
    }
    flow.watcher.fault(error, at);
  };

  const open = (h: Headers, hash: number, byPorts: boolean, at: Moment): Flow => {
    const syn = (h.flags & TCP_SYN) !== 0;
    // Who sends the first SYN is the client; without it, the ports tell (packet/service.ts).
    const toServer = syn ? (h.flags & TCP_ACK) === 0 : byPorts;
    if (table.size() >= limits.flows) {
      const oldest = table.leastRecent();
      if (oldest !== undefined) {
        if (!oldest.closed) counters.flowsEvicted++;
        forget(oldest, 'evicted', at);
      }
    }
    const flow = newFlow(h, toServer, syn, hash);
    counters.flowsNew++;
    if (!syn) counters.flowsMidstream++;
    table.add(flow);
    opened(flow);
    return flow;
  };

  /** Gives the hole before the first early segment up. */
  const giveUp = (flow: Flow, dir: Direction, reason: GapReason, at: Moment) => {
    const half = flow.halves[dir];
    if (half.early === undefined) return;
    const missing = seqDiff(half.early.seq, half.next);
    half.next = half.early.seq;
    if (missing > 0) {
      counters.gaps++;
      counters.gapBytes += missing;
      flow.watcher.gap(dir, missing, reason, at);
      miss(flow, dir, missing, reason, at);
    }
    drain(flow, dir, at);
  };

  /** Hands on the early segments whose turn has come. */
  const drain = (flow: Flow, dir: Direction, at: Moment) => {
    const half = flow.halves[dir];
    while (half.early !== undefined && seqDiff(half.early.seq, half.next) <= 0) {
      const early = takeEarly(half);
      if (early !== undefined)
        place(flow, dir, early.seq, early.length, early.bytes, 0, early.bytes.length, at);
    }
    half.holePackets = 0;
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
    at: Moment,
  ) => {
    const half = flow.halves[dir];
    const old = seqDiff(half.next, seq);
    if (old >= length) return;
    const from = Math.min(end, start + old);
    counters.cutBytes += length - old - (end - from);
    const missed = deliver(flow, dir, bytes, from, end, length - old, at, limits);
    if (missed > 0) {
      counters.gaps++;
      counters.gapBytes += missed;
      flow.watcher.gap(dir, missed, 'snaplen', at);
    }
  };

  const flushEarly = (flow: Flow, dir: Direction, at: Moment) => {
    while (flow.halves[dir].early !== undefined) giveUp(flow, dir, 'lost', at);
  };

  const segment = (flow: Flow, dir: Direction, h: Headers, bytes: Uint8Array, at: Moment) => {
    const half = flow.halves[dir];
    let seq = h.seq;
    if ((h.flags & TCP_SYN) !== 0) {
      half.initial = seq;
      half.initialSeen = true;
      seq = (seq + 1) >>> 0;
      if (!half.synced) {
        half.synced = true;
        half.next = seq;
      }
    }
    const length = h.payloadLength;
    if ((h.flags & TCP_ACK) !== 0) {
      if (!half.ackSeen || seqDiff(h.ack, half.acked) > 0) half.acked = h.ack;
      half.ackSeen = true;
    }
    if (length > 0) {
      if (!half.synced) {
        half.synced = true;
        half.next = seq;
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
    const other = flow.halves[dir === ToServer ? ToClient : ToServer];
    if (half.early !== undefined) watchHole(flow, dir, half, other, at);
    if (other.early !== undefined) watchHole(flow, dir === ToServer ? ToClient : ToServer, other, half, at);
    if (half.finSeen && !half.closed && (!half.synced || seqDiff(half.next, half.fin) >= 0)) {
      half.closed = true;
      if (other.closed) finish(flow, 'fin', at);
    }
  };

  const take = (
    flow: Flow,
    dir: Direction,
    half: Half,
    seq: number,
    length: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    at: Moment,
  ) => {
    const ahead = seqDiff(seq, half.next);
    if (ahead + length <= 0) {
      // Nothing new: a retransmission, a keep-alive or a zero-window probe (RFC 9293, 3.8.4, 3.8.6.1).
      counters.retransmittedBytes += length;
      return;
    }
    if (ahead <= 0 && half.early === undefined) {
      counters.retransmittedBytes -= ahead;
      place(flow, dir, seq, length, bytes, start, end, at);
      return;
    }
    if (ahead > 0) counters.earlySegments++;
    if (half.early === undefined) {
      half.holePackets = 0;
      half.holeSeconds = at.seconds;
    }
    const old = Math.max(0, -ahead);
    counters.retransmittedBytes += old;
    const differing = keepEarly(
      half,
      (seq + old) >>> 0,
      length - old,
      bytes,
      Math.min(end, start + old),
      end,
    );
    if (differing > 0) {
      counters.differingBytes += differing;
      flow.watcher.differing(dir, differing, at);
    }
    drain(flow, dir, at);
  };

  /** Decides how long to wait for the bytes before the first early segment. */
  const watchHole = (flow: Flow, dir: Direction, half: Half, receiver: Half, at: Moment) => {
    const first = half.early;
    if (first === undefined) return;
    if (half.earlyBytes > limits.earlyBytes || half.earlyCount > limits.earlySegments) {
      giveUp(flow, dir, 'limit', at);
      return;
    }
    // Acknowledged means received: those bytes passed and were not captured, or come a little late
    // from another queue of the network card. The other end sends them no more.
    const received = receiver.ackSeen && seqDiff(receiver.acked, first.seq) >= 0;
    if (received || !receiver.ackSeen) half.holePackets++;
    if (half.holePackets > limits.holePackets || at.seconds - half.holeSeconds > limits.holeSeconds) {
      if (received || !receiver.ackSeen || at.seconds - half.holeSeconds > 30 * limits.holeSeconds) {
        giveUp(flow, dir, 'lost', at);
      }
    }
  };

  return {
    packet(h, hash, byPorts, bytes, at) {
      let flow = table.find(hash, h);
      if (flow !== undefined && (flow.closed || (h.flags & TCP_SYN) !== 0) && isReuse(flow, h)) {
        forget(flow, 'reused', at);
        flow = undefined;
      }
      flow ??= open(h, hash, byPorts, at);
      if (flow.ignored || flow.closed) return !flow.ignored;
      const before = waitingIn(flow);
      const dir = isToServer(flow, h) ? ToServer : ToClient;
      try {
        segment(flow, dir, h, bytes, at);
        if (waiting > limits.totalBytes) giveUp(flow, dir, 'limit', at);
      } catch (error) {
        fault(flow, error, at);
      }
      waiting += waitingIn(flow) - before;
      return true;
    },
    end(at) {
      for (let flow = table.leastRecent(); flow !== undefined; flow = table.leastRecent()) {
        forget(flow, 'end', at);
      }
    },
    open: () => table.size(),
  };
}

/** Whether a packet on known endpoints belongs to a new connection between them. */
function isReuse(flow: Flow, h: Headers): boolean {
  const half = flow.halves[isToServer(flow, h) ? ToServer : ToClient];
  if ((h.flags & (TCP_SYN | TCP_ACK)) === TCP_SYN) {
    return flow.closed || (half.initialSeen ? half.initial !== h.seq : half.synced);
  }
  // After a connection's end only its own last packets come; data from elsewhere in sequence space is
  // a new connection whose SYN was not seen.
  return flow.closed && h.payloadLength > 0 && Math.abs(seqDiff(h.seq, half.next)) > ELSEWHERE;
}

/** Further than any window without scaling, and than what a connection sends after its end. */
const ELSEWHERE = 1 << 20;

/** Closed connections that are remembered, so that their last retransmissions open no new ones. */
const CLOSED_KEPT = 1024;
