/**
 * The interface between a protocol and the rest of wiretail: bytes and timestamps in, records out. A protocol
 * touches no thread, file or socket, and imports nothing from capture, ring, output or pipeline.
 */

import type { PacketTimestamp, ToWallClock } from '../packet/timestamp.js';
import type { CounterName } from '../records/counters.js';
import type { RecordBody } from '../records/record.js';

/** Direction of bytes within a connection. */
export const ToServer = 0;
export const ToClient = 1;
export type Direction = typeof ToServer | typeof ToClient;

export function opposite(dir: Direction): Direction {
  return dir === ToServer ? ToClient : ToServer;
}

/** An address as four 32-bit words (packet/headers.ts). */
export type AddressWords = readonly [number, number, number, number];

/** The connection, as its decoder sees it. */
export interface Connection {
  /** The listening port. */
  readonly serverPort: number;
  readonly clientPort: number;
  readonly ipVersion: number;
  readonly server: AddressWords;
  readonly client: AddressWords;
  /** Whether the start of the connection (its SYN) was captured. */
  readonly fromStart: boolean;
}

/**
 * Writes a record. `from`: the direction in which the message was sent. The record is written before the call
 * returns, so the caller may reuse its objects.
 */
export type Emit = (from: Direction, body: RecordBody) => void;

/** Why bytes of a stream are missing. */
export type GapReason = 'lost' | 'snaplen' | 'limit' | 'midstream';

/** Returned by `data` to stop decoding: from then on the packets of the connection are only counted. */
export const IGNORE_FLOW = Number.POSITIVE_INFINITY;

export interface FlowDecoder {
  /**
   * Takes the contiguous bytes buf[start, end) of one direction, beginning with the first unconsumed byte.
   * Returns the position up to which bytes are consumed; the others are kept and passed again together with
   * the bytes that follow. A position beyond `end` makes the stream skip that many bytes (a payload); once the
   * last of them has passed, `data` is called again, even without a byte (start === end), so that the message
   * ends at that timestamp. IGNORE_FLOW stops decoding.
   *
   * `buf` is valid during the call only. A decoder bounds the bytes that it leaves unconsumed; the stream drops
   * them and reports a `gap` beyond its own limit.
   */
  data(dir: Direction, buf: Uint8Array, start: number, end: number, at: PacketTimestamp): number;
  /**
   * `missing` bytes of a direction were not captured. `skipping`: they lie within the bytes that the decoder
   * asked to skip, so only the current message is incomplete. Otherwise the next byte is at an unknown position
   * in the protocol, and unconsumed bytes are dropped: `unconsumed` shows them a last time, valid during the
   * call. 'midstream' precedes the first byte of a direction whose start was not captured although that of the
   * connection was; `missing` is then unknown (0).
   */
  gap(
    dir: Direction,
    missing: number,
    reason: GapReason,
    skipping: boolean,
    at: PacketTimestamp,
    unconsumed: Uint8Array,
  ): void;
  /**
   * A gap in either direction becomes pending, or none is pending any more. Pending bytes may still arrive out of
   * order, or be confirmed as a `gap`; until then messages may be decoded in another order than they were sent.
   */
  onPendingGap?(pending: boolean): void;
  /** Returns the state from which open() restores this decoder; undefined: it cannot be suspended now. */
  suspend?(at: PacketTimestamp): SuspendedDecoder | undefined;
  /** The connection is over (FIN or RST), replaced ('reused') or evicted, or the run ends ('end'). */
  close(reason: 'fin' | 'rst' | 'end' | 'evicted' | 'reused', at: PacketTimestamp): void;
}

/** The state of an idle decoder. Each protocol extends it, and keeps it small. */
export interface SuspendedDecoder {
  /** Connection.fromStart of the decoder: false also if the protocol was detected after a gap. */
  readonly fromStart: boolean;
}

/** The result of protocol detection. `maybe`: more bytes are needed. */
export const Match = { no: 0, maybe: 1, yes: 2 } as const;
export type Match = (typeof Match)[keyof typeof Match];

export interface ProtocolOptions {
  /** Number of payload bytes to log; 0: none. */
  readonly payloadBytes: number;
  readonly view: 'calls' | 'messages';
  readonly detail: 'summary' | 'full';
  /** The ports of each protocol's servers, by the name of its module. */
  readonly ports: Readonly<Record<string, readonly number[]>>;
  /** The ports of all protocols. */
  readonly servicePorts: readonly number[];
  /** Servers may listen on any port from here up. */
  readonly dynamicPortsFrom: number;
  /** The key, in hex, with which file names are hashed; undefined: file names are shown. */
  readonly redactKey: string | undefined;
  /** Milliseconds after which a call without a reply is reported; 0: only when its connection ends. */
  readonly callTimeout: number;
  /** Milliseconds after which a queued job without a worker is reported; 0: never. */
  readonly stuck: number;
  /** The number of files whose paths are kept. */
  readonly maxPaths: number;
  /** Bricks of this host, for connections picked up midstream. */
  readonly bricks: readonly KnownBrick[];
}

/** What a protocol reports to its host besides records. */
export interface HostHooks {
  /** Counts an event that has no record of its own. */
  count(counter: CounterName): void;
  /** A brick was discovered; other decoder threads may have its connections. */
  brickDiscovered(brick: DiscoveredBrick): void;
  readonly adjustGauge: AdjustGauge;
  /** Converts times that a record shows, or that are compared with a time of day. */
  readonly toWallClock: ToWallClock;
}

/**
 * Adds to a labelled gauge of the protocol's module.
 * @param gauge the index in LabelledGauges.metrics
 * @param labelValue undefined: unknown
 */
export type AdjustGauge = (gauge: number, labelValue: string | undefined, by: number) => void;

/** A brick and its endpoint, as registered with the port mapper. */
export interface DiscoveredBrick {
  readonly ipVersion: number;
  readonly address: AddressWords;
  readonly port: number;
  /** Its directory. */
  readonly path: string;
}

/** A brick read from glusterd's state files. */
export interface KnownBrick {
  readonly port: number;
  readonly volume: string;
  /** Its directory. */
  readonly path: string;
  readonly host: string;
  /** Addresses on which it listens, as text; undefined: any. */
  readonly addresses: readonly string[] | undefined;
}

/** Protocol detection that keeps state across segments. `maybe`: no other protocol is tried for this segment. */
export type MidstreamDetector = (dir: Direction, buf: Uint8Array, start: number, end: number) => Match;

export interface Protocol {
  readonly name: string;
  /** Its connections are recognised and ignored: they are encrypted. */
  readonly encrypted?: true;
  /** Whether buf[start, end), the first captured bytes of a direction, are this protocol. */
  detect(dir: Direction, buf: Uint8Array, start: number, end: number, connection: Connection): Match;
  /** For midstream pickups, where a single segment proves nothing. */
  detectMidstream?(): MidstreamDetector;
  /** @param suspended the state to restore, from suspend() of a decoder of this protocol */
  open(
    connection: Connection,
    emit: Emit,
    options: ProtocolOptions,
    suspended?: SuspendedDecoder,
  ): FlowDecoder;
  /** Called with each packet, and at intervals without one: checks timeouts. */
  tick?(at: PacketTimestamp): void;
  /** The run is over and every connection is closed. */
  end?(at: PacketTimestamp): void;
  /** Packets of unknown connections were dropped. */
  onPacketLoss?(): void;
  /** Another decoder thread discovered a brick. */
  onBrickDiscovered?(brick: DiscoveredBrick): void;
}
