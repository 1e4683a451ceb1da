/** A TCP connection as it is followed: its endpoints, its two directions and its decoder. */

import type { Headers } from '../packet/headers.js';
import type { PacketTimestamp } from '../packet/timestamp.js';
import type { AddressWords, Connection, Direction, FlowDecoder, GapReason } from '../protocols/protocol.js';
import { type HalfConnection, newHalfConnection } from './direction.js';
import { dropEarly } from './reorder-queue.js';

/** Who is told what happens to a connection's stream. */
export interface FlowObserver {
  onGap(dir: Direction, missing: number, reason: GapReason, at: PacketTimestamp): void;
  /** Bytes of a retransmission differ from those seen first. */
  onDifferingRetransmission(dir: Direction, bytes: number, at: PacketTimestamp): void;
  /** Only packets in this direction are seen; `missing` bytes of the other were acknowledged so far. */
  onAsymmetric(dir: Direction, missing: number, at: PacketTimestamp): void;
  /** The decoder threw: the connection is ignored from here on. */
  onDecoderFault(error: unknown, at: PacketTimestamp): void;
  /** Whether it would tell the same without what it has told so far. */
  canSuspend?(at: PacketTimestamp): boolean;
}

export interface Flow extends Connection {
  /** By direction: what goes to the server, what goes to the client. */
  readonly halves: readonly [HalfConnection, HalfConnection];
  decoder: FlowDecoder;
  /** Number of the protocol whose decoder it is, up to 255; 0: that is not known so far. */
  protocol: number;
  observer: FlowObserver;
  /** No known protocol, or an encrypted one, or the decoder failed: packets are only counted. */
  ignored: boolean;
  encrypted: boolean;
  /** It was told that only one direction is seen. */
  asymmetric: boolean;
  closed: boolean;
  /** The decoder was told that bytes are missing so far. */
  pendingGap: boolean;
  readonly hash: number;
  /** In flow-table.ts. */
  slot: number;
  /** Its packets when it was last asked whether it falls asleep, and how often it was asked since they came: idle.ts. */
  packetsAtIdleCheck: number;
  quietChecks: number;
}

/** @param toServer the packet at hand goes to the server */
export function newFlow(h: Headers, toServer: boolean, fromStart: boolean, hash: number): Flow {
  const source = [h.src0, h.src1, h.src2, h.src3] as const;
  const destination = [h.dst0, h.dst1, h.dst2, h.dst3] as const;
  return toServer
    ? makeFlow(h.ipVersion, destination, source, h.dstPort, h.srcPort, fromStart, hash)
    : makeFlow(h.ipVersion, source, destination, h.srcPort, h.dstPort, fromStart, hash);
}

export function makeFlow(
  ipVersion: number,
  server: AddressWords,
  client: AddressWords,
  serverPort: number,
  clientPort: number,
  fromStart: boolean,
  hash: number,
): Flow {
  return {
    ipVersion,
    server,
    client,
    serverPort,
    clientPort,
    fromStart,
    halves: [newHalfConnection(), newHalfConnection()],
    decoder: NO_DECODER,
    observer: NO_WATCHER,
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

const NO_WATCHER: FlowObserver = {
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

/** Bytes that wait in a connection. @param segment what keeping a segment costs besides its bytes */
export function waitingIn({ halves: [a, b] }: Flow, segment: number): number {
  const segments = a.queuedSegments + b.queuedSegments;
  return a.queuedBytes + a.unconsumedLength + b.queuedBytes + b.unconsumedLength + segments * segment;
}

/** Lets go of all that waits in a connection, and of who would be told of it: nothing is told any more. */
export function release(flow: Flow): void {
  for (const half of flow.halves) {
    dropEarly(half);
    half.unconsumed = undefined;
    half.unconsumedLength = 0;
  }
  flow.decoder = NO_DECODER;
  flow.observer = NO_WATCHER;
}

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
