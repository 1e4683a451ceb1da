/** A TCP connection that is followed: its endpoints, its two directions and its decoder. */
import type { Headers } from '../packet/headers.js';
import type { PacketTimestamp } from '../packet/timestamp.js';
import type { AddressWords, Connection, Direction, FlowDecoder, GapReason } from '../protocols/protocol.js';
import { type HalfConnection, newHalfConnection } from './direction.js';
import { dropQueue } from './reorder-queue.js';

export type CloseReason = Parameters<FlowDecoder['close']>[0];

/** Receives the events of a connection's stream. */
export interface FlowObserver {
  onGap(dir: Direction, missing: number, reason: GapReason, at: PacketTimestamp): void;
  /** So many bytes of a retransmission differ from those seen first. */
  onDifferingRetransmission(dir: Direction, bytes: number, at: PacketTimestamp): void;
  /** Only packets of direction `dir` are seen; `missing` bytes of the other were acknowledged so far. */
  onAsymmetric(dir: Direction, missing: number, at: PacketTimestamp): void;
  /** The decoder threw: the connection is ignored from here on. */
  onDecoderFault(error: unknown, at: PacketTimestamp): void;
  /** Whether a new observer would report the same from here on. */
  canSuspend?(at: PacketTimestamp): boolean;
}

export interface Flow extends Connection {
  /** By direction: to the server, to the client. */
  readonly halves: readonly [HalfConnection, HalfConnection];
  decoder: FlowDecoder;
  /** Number of the decoder's protocol, up to 255; 0: not known so far. */
  protocol: number;
  observer: FlowObserver;
  /** Unknown or encrypted protocol, or a failed decoder: its packets are only counted. */
  ignored: boolean;
  encrypted: boolean;
  /** It was reported that only one direction is seen. */
  asymmetric: boolean;
  /** Ended, or suspended: nothing more is done with this object. */
  closed: boolean;
  /** The decoder knows of bytes that are missing so far (pending-gap.ts). */
  pendingGap: boolean;
  readonly hash: number;
  /** Its slot in the flow table. */
  slot: number;
  /** Packets at the last idle check, and the checks since without a new one (idle.ts). */
  packetsAtIdleCheck: number;
  quietChecks: number;
}

export type FlowEndpoints = Pick<Connection, 'ipVersion' | 'server' | 'client' | 'serverPort' | 'clientPort'>;

/** @param toServer whether the packet goes to the server */
export function endpointsOf(h: Headers, toServer: boolean): FlowEndpoints {
  const { ipVersion } = h;
  const source: AddressWords = [h.src0, h.src1, h.src2, h.src3];
  const destination: AddressWords = [h.dst0, h.dst1, h.dst2, h.dst3];
  return toServer
    ? { ipVersion, server: destination, client: source, serverPort: h.dstPort, clientPort: h.srcPort }
    : { ipVersion, server: source, client: destination, serverPort: h.srcPort, clientPort: h.dstPort };
}

export function newFlow(endpoints: FlowEndpoints, fromStart: boolean, hash: number): Flow {
  return {
    ipVersion: endpoints.ipVersion,
    server: endpoints.server,
    client: endpoints.client,
    serverPort: endpoints.serverPort,
    clientPort: endpoints.clientPort,
    fromStart,
    halves: [newHalfConnection(), newHalfConnection()],
    decoder: NO_DECODER,
    observer: NO_OBSERVER,
    ignored: false,
    encrypted: false,
    asymmetric: false,
    closed: false,
    pendingGap: false,
    protocol: 0,
    hash,
    slot: 0,
    packetsAtIdleCheck: 0,
    quietChecks: 0,
  };
}

const NO_OBSERVER: FlowObserver = {
  onGap() {},
  onDifferingRetransmission() {},
  onAsymmetric() {},
  onDecoderFault() {},
};
const NO_DECODER: FlowDecoder = {
  data: (_dir, _buf, _start, end) => end,
  gap() {},
  close() {},
};

/** Frees a connection's buffers, decoder and observer. */
export function releaseFlow(flow: Flow): void {
  for (const half of flow.halves) {
    dropQueue(half);
    half.unconsumed = undefined;
    half.unconsumedLength = 0;
  }
  flow.decoder = NO_DECODER;
  flow.observer = NO_OBSERVER;
}

/** Whether a packet of this connection goes to its server. */
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
