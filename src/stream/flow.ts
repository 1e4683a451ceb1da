/** A TCP connection as it is followed: its endpoints, its two directions and its decoder. */
import type { Headers } from '../packet/headers.js';
import type { Connection, Direction, FlowDecoder, GapReason, Moment } from '../protocols/protocol.js';
import { type Half, newHalf } from './half.js';

/** Who is told what happens to a connection's stream. */
export interface FlowWatcher {
  gap(dir: Direction, missing: number, reason: GapReason, at: Moment): void;
  /** Bytes of a retransmission differ from those seen first. */
  differing(dir: Direction, bytes: number, at: Moment): void;
  /** Only packets in this direction are seen; `missing` bytes of the other were acknowledged so far. */
  oneSided(dir: Direction, missing: number, at: Moment): void;
  /** The decoder threw: the connection is ignored from here on. */
  fault(error: unknown, at: Moment): void;
}

export interface Flow extends Connection {
  /** By direction: what goes to the server, what goes to the client. */
  readonly halves: readonly [Half, Half];
  decoder: FlowDecoder;
  watcher: FlowWatcher;
  /** No known protocol, or an encrypted one, or the decoder failed: packets are only counted. */
  ignored: boolean;
  encrypted: boolean;
  /** It was told that only one direction is seen. */
  oneSided: boolean;
  closed: boolean;
  /** The decoder was told that bytes are missing so far. */
  missing: boolean;
  /** Hash chain and use order, see flow-table.ts. */
  readonly hash: number;
  chain: Flow | undefined;
  newer: Flow | undefined;
  older: Flow | undefined;
}

/** @param toServer the packet at hand goes to the server */
export function newFlow(h: Headers, toServer: boolean, fromStart: boolean, hash: number): Flow {
  const source = [h.src0, h.src1, h.src2, h.src3] as const;
  const destination = [h.dst0, h.dst1, h.dst2, h.dst3] as const;
  return {
    ipVersion: h.ipVersion,
    server: toServer ? destination : source,
    client: toServer ? source : destination,
    serverPort: toServer ? h.dstPort : h.srcPort,
    clientPort: toServer ? h.srcPort : h.dstPort,
    fromStart,
    halves: [newHalf(), newHalf()],
    decoder: NO_DECODER,
    watcher: NO_WATCHER,
    ignored: false,
    encrypted: false,
    oneSided: false,
    closed: false,
    missing: false,
    hash,
    chain: undefined,
    newer: undefined,
    older: undefined,
  };
}

const NO_WATCHER: FlowWatcher = { gap() {}, differing() {}, oneSided() {}, fault() {} };
const NO_DECODER: FlowDecoder = {
  data: (_dir, _buf, _start, end) => end,
  gap() {},
  close() {},
};

/** Whether the packet is of this connection and goes to its server. */
export function isToServer(flow: Flow, h: Headers): boolean {
  const { server, client } = flow;
  return (
    flow.serverPort === h.dstPort &&
    flow.clientPort === h.srcPort &&
    flow.ipVersion === h.ipVersion &&
    server[3] === h.dst3 &&
    client[3] === h.src3 &&
    server[2] === h.dst2 &&
    client[2] === h.src2 &&
    server[1] === h.dst1 &&
    client[1] === h.src1 &&
    server[0] === h.dst0 &&
    client[0] === h.src0
  );
}

/** Whether the packet is of this connection and goes to its client. */
export function isToClient(flow: Flow, h: Headers): boolean {
  const { server, client } = flow;
  return (
    flow.serverPort === h.srcPort &&
    flow.clientPort === h.dstPort &&
    flow.ipVersion === h.ipVersion &&
    server[3] === h.src3 &&
    client[3] === h.dst3 &&
    server[2] === h.src2 &&
    client[2] === h.dst2 &&
    server[1] === h.src1 &&
    client[1] === h.dst1 &&
    server[0] === h.src0 &&
    client[0] === h.dst0
  );
}
