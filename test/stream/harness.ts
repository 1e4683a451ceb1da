/** Feeds segments to the reassembler, with decoders that record what they are shown. */

import assert from 'node:assert/strict';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import { type Headers, newHeaders } from '../../src/packet/headers.js';
import { newServiceClassifier } from '../../src/packet/service.js';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../src/packet/tcp.js';
import type { PacketTimestamp } from '../../src/packet/timestamp.js';
import {
  type Direction,
  type FlowDecoder,
  type GapReason,
  ToClient,
  ToServer,
} from '../../src/protocols/protocol.js';
import type { CounterRow } from '../../src/records/counters.js';
import type { Flow } from '../../src/stream/connection.js';
import { DEFAULT_LIMITS, type StreamLimits } from '../../src/stream/limits.js';
import { Reassembler, Verdict } from '../../src/stream/reassembler.js';
import { SERVICE_PORTS } from '../helpers/connection.js';

export { TCP_ACK as ACK, TCP_FIN as FIN, TCP_RST as RST, TCP_SYN as SYN, ToClient, ToServer };

/** What a connection's decoder and observer were called with, in order. */
export type Event =
  | { kind: 'data'; dir: Direction; bytes: Buffer }
  | { kind: 'gap'; dir: Direction; missing: number; reason: GapReason; skipping: boolean }
  | { kind: 'observed gap'; dir: Direction; missing: number; reason: GapReason }
  | { kind: 'asymmetric'; dir: Direction; missing: number }
  | { kind: 'differing'; dir: Direction; bytes: number }
  | { kind: 'fault'; error: unknown }
  | { kind: 'close'; reason: string };

export interface FlowRecord {
  readonly flow: Flow;
  readonly events: Event[];
  /** The data and gaps of one direction, with adjacent data joined. */
  of(dir: Direction): (string | { missing: number; reason: GapReason; skipping: boolean })[];
  data(dir: Direction): Buffer;
  closed(): string | undefined;
}

export interface Segment {
  seq: number;
  ack?: number;
  flags?: number;
  data?: Uint8Array | string;
  /** Bytes on the wire, where fewer were captured. */
  wire?: number;
  clientPort?: number;
  serverPort?: number;
}

export interface Stream {
  readonly reassembler: Reassembler;
  readonly counters: CounterRow;
  /** All connections, in the order in which they were opened. */
  readonly flows: FlowRecord[];
  readonly at: PacketTimestamp;
  send(dir: Direction, segment: Segment): boolean;
  /** SYN, SYN-ACK, ACK. */
  handshake(clientIsn: number, serverIsn: number, ports?: Pick<Segment, 'clientPort' | 'serverPort'>): void;
  end(): void;
  /** Bytes that all connections buffer. */
  buffered(): number;
}

export type DecoderFactory = (flow: Flow, events: Event[]) => FlowDecoder;

/** Consumes all bytes. */
export const consuming: DecoderFactory = (_flow, events) =>
  checked({
    data(dir, buf, start, end) {
      events.push({ kind: 'data', dir, bytes: Buffer.from(buf.subarray(start, end)) });
      return end;
    },
    gap: (dir, missing, reason, skipping) => events.push({ kind: 'gap', dir, missing, reason, skipping }),
    close: (reason) => events.push({ kind: 'close', reason }),
  });

/** Checks that calls follow the contract of FlowDecoder. */
export function checked(inner: FlowDecoder): FlowDecoder {
  let inside = false;
  let closed = false;
  const enter = <T>(work: () => T): T => {
    assert.equal(inside, false, 'the decoder is called during a call');
    assert.equal(closed, false, 'the decoder is called after its close');
    inside = true;
    try {
      return work();
    } finally {
      inside = false;
    }
  };
  return {
    data(dir, buf, start, end, at) {
      assert.ok(start >= 0 && start <= end && end <= buf.length, `${start} ${end} ${buf.length}`);
      return enter(() => inner.data(dir, buf, start, end, at));
    },
    gap(dir, missing, reason, skipping, at, held) {
      assert.ok(missing > 0 || reason === 'midstream');
      enter(() => inner.gap(dir, missing, reason, skipping, at, held));
    },
    close(reason, at) {
      enter(() => inner.close(reason, at));
      closed = true;
    },
  };
}

export function newStream(limits: Partial<StreamLimits> = {}, decoder: DecoderFactory = consuming): Stream {
  const counters = counterRow(createCounters(1), 0);
  const flows: FlowRecord[] = [];
  const at: PacketTimestamp = { seconds: 1_700_000_000, nanoseconds: 0, packet: 0 };
  const reassembler = new Reassembler(
    // Tests count bytes alone, except the one of the cost.
    { ...DEFAULT_LIMITS, segmentCost: 0, ...limits },
    counters,
    {
      openFlow(flow) {
        const events: Event[] = [];
        flow.decoder = decoder(flow, events);
        flow.observer = {
          onGap: (dir, missing, reason) => events.push({ kind: 'observed gap', dir, missing, reason }),
          onAsymmetric: (dir, missing) => events.push({ kind: 'asymmetric', dir, missing }),
          onDifferingRetransmission: (dir, bytes) => events.push({ kind: 'differing', dir, bytes }),
          onDecoderFault: (error) => events.push({ kind: 'fault', error }),
        };
        flows.push(newFlowRecord(flow, events));
      },
      isToService: newServiceClassifier(SERVICE_PORTS),
      suspendFlow: () => undefined,
    },
  );
  const h = newHeaders();

  const self: Stream = {
    reassembler,
    counters,
    flows,
    at,
    send(dir, segment) {
      const data = typeof segment.data === 'string' ? Buffer.from(segment.data) : (segment.data ?? NOTHING);
      // As in a ring segment, the bytes are within a larger buffer, which is overwritten afterwards.
      const bytes = new Uint8Array(data.length + 24).fill(0xa5);
      bytes.set(data, 11);
      fill(h, dir, segment, data.length);
      at.packet++;
      at.nanoseconds += 1000;
      const verdict = reassembler.processPacket(h, bytes, at);
      bytes.fill(0xee);
      return verdict === Verdict.followed;
    },
    handshake(clientIsn, serverIsn, ports = {}) {
      self.send(ToServer, { ...ports, seq: clientIsn, flags: TCP_SYN });
      const ack = (clientIsn + 1) >>> 0;
      self.send(ToClient, { ...ports, seq: serverIsn, flags: TCP_SYN | TCP_ACK, ack });
      self.send(ToServer, { ...ports, seq: ack, ack: (serverIsn + 1) >>> 0 });
    },
    end: () => reassembler.closeAll(at),
    buffered: () => flows.reduce((sum, { flow }) => sum + bufferedBytes(flow), 0),
  };
  return self;
}

const NOTHING = new Uint8Array(0);

function fill(h: Headers, dir: Direction, segment: Segment, captured: number): void {
  const client = { address: 0x0a000001, port: segment.clientPort ?? 40000 };
  const server = { address: 0x0a000002, port: segment.serverPort ?? 4730 };
  const [from, to] = dir === ToServer ? [client, server] : [server, client];
  h.ipVersion = 4;
  h.src2 = h.dst2 = 0xffff;
  h.src3 = from.address;
  h.dst3 = to.address;
  h.srcPort = from.port;
  h.dstPort = to.port;
  h.seq = segment.seq >>> 0;
  h.ack = (segment.ack ?? 0) >>> 0;
  h.flags = segment.flags ?? TCP_ACK;
  if (segment.ack === undefined) h.flags &= ~TCP_ACK;
  h.payloadStart = 11;
  h.payloadEnd = 11 + captured;
  h.payloadLength = segment.wire ?? captured;
}

/** Counts the bytes that a connection buffers, and checks its own counts. */
export function bufferedBytes(flow: Flow): number {
  let total = 0;
  for (const half of flow.halves) {
    let bytes = 0;
    let count = 0;
    let previous: number | undefined;
    for (let segment = half.queued; segment !== undefined; segment = segment.next) {
      bytes += segment.bytes.length;
      count++;
      assert.ok(segment.length > 0 && segment.bytes.length <= segment.length);
      if (previous !== undefined) assert.ok(((segment.seq - previous) | 0) >= 0, 'queued segments overlap');
      previous = (segment.seq + segment.length) >>> 0;
    }
    assert.equal(half.queuedBytes, bytes);
    assert.equal(half.queuedSegments, count);
    assert.ok(half.unconsumedLength >= 0 && half.skip >= 0);
    assert.ok(half.unconsumedLength === 0 || half.skip === 0);
    total += bytes + half.unconsumedLength;
  }
  return total;
}

function newFlowRecord(flow: Flow, events: Event[]): FlowRecord {
  return {
    flow,
    events,
    of(dir) {
      const list: ReturnType<FlowRecord['of']> = [];
      for (const event of events) {
        if (event.kind === 'gap' && event.dir === dir) {
          list.push({ missing: event.missing, reason: event.reason, skipping: event.skipping });
        } else if (event.kind === 'data' && event.dir === dir && event.bytes.length > 0) {
          const text = event.bytes.toString('latin1');
          const last = list.at(-1);
          if (typeof last === 'string') list[list.length - 1] = last + text;
          else list.push(text);
        }
      }
      return list;
    },
    data: (dir) =>
      Buffer.concat(
        events.flatMap((event) => (event.kind === 'data' && event.dir === dir ? [event.bytes] : [])),
      ),
    closed: () => events.findLast((event) => event.kind === 'close')?.reason,
  };
}

/** A message of the protocol that `messages` decodes. */
interface Message {
  dir: Direction;
  length: number;
  /** The payload's first bytes. */
  head: string;
  truncated: boolean;
  /** The number of its last packet. */
  packet: number;
}

export type Decoded = (Message | { lost: number; dir: Direction })[];

/** Decodes length-prefixed messages: 4 bytes of length, then the payload. @param shown bytes of it that are not skipped */
export function messages(shown: number, out: Decoded): DecoderFactory {
  return () => {
    const sides = ([ToServer, ToClient] as const).map((dir) => ({
      dir,
      current: undefined as Message | undefined,
      lost: false,
    }));
    const finish = (side: (typeof sides)[number], at: PacketTimestamp) => {
      const message = side.current;
      if (message === undefined) return;
      out.push({ ...message, packet: at.packet });
      side.current = undefined;
    };
    return checked({
      data(dir, buf, start, end, at) {
        const side = sides[dir];
        let position = start;
        // During a message, the decoder is only called at the end of its skip.
        finish(side, at);
        while (!side.lost && end - position >= 4) {
          const length = Buffer.from(buf.subarray(position, position + 4)).readUInt32BE();
          const head = Math.min(shown, length);
          if (end - position < 4 + head) break;
          const text = Buffer.from(buf.subarray(position + 4, position + 4 + head)).toString('latin1');
          side.current = { dir, length, head: text, truncated: false, packet: at.packet };
          position += 4 + length;
          if (position > end) return position;
          finish(side, at);
        }
        return side.lost ? end : position;
      },
      gap(dir, missing, _reason, skipping) {
        const side = sides[dir];
        if (skipping && side.current !== undefined) side.current.truncated = true;
        else {
          side.lost = true;
          out.push({ lost: missing, dir });
        }
      },
      close() {},
    });
  };
}

export function message(payload: string | Uint8Array): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(payload.length);
  return Buffer.concat([header, typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload]);
}
