/**
 * What a protocol is to the rest of wiretail: bytes and times in, records out. A protocol knows no
 * thread, no file and no socket, and it imports nothing of capture, ring, output or pipeline.
 */
import type { PacketTimestamp } from '../packet/timestamp.js';
import type { RecordBody } from '../records/record.js';

/** Direction of bytes in a connection. */
export const ToServer = 0;
export const ToClient = 1;
export type Direction = typeof ToServer | typeof ToClient;

export function opposite(dir: Direction): Direction {
  return dir === ToServer ? ToClient : ToServer;
}

export type AddressWords = readonly [number, number, number, number];

/** What a decoder may know of the connection that it decodes. */
export interface Connection {
  /** The port that listens. */
  readonly serverPort: number;
  readonly clientPort: number;
  readonly ipVersion: number;
  /** Addresses as in packet/headers.ts: four 32-bit words. */
  readonly server: AddressWords;
  readonly client: AddressWords;
  /** Whether the connection's start (its SYN) was seen. */
  readonly fromStart: boolean;
}

/**
 * How a protocol hands out what it found. `from` is the direction of the message's sender. The record is
 * written before the call returns, so its objects may be used again.
 */
export type Emit = (from: Direction, body: RecordBody) => void;

/** Why bytes are missing. */
export type GapReason = 'lost' | 'snaplen' | 'limit' | 'midstream';

/** What `data` returns when no more of the connection is wanted: its packets are only counted from then on. */
export const IGNORE_FLOW = Number.POSITIVE_INFINITY;

export interface FlowDecoder {
  /**
   * Takes the contiguous bytes buf[start, end) of one direction, the first of them the first that was
   * not consumed before. Returns the position up to which they are consumed; what is behind it is kept
   * and comes again with more. A position beyond `end` says: skip so many bytes of the stream unseen
   * (a payload); when the last of them has passed, the decoder is called again, even with no byte to
   * show (start === end), so that it can end its message at that moment. LET_GO ends it all.
   *
   * `buf` is only valid during the call. A call may hold back bytes only up to a bound of the
   * decoder's own; the stream gives up on a direction that holds back more than its limit (`gap`).
   */
  data(dir: Direction, buf: Uint8Array, start: number, end: number, at: PacketTimestamp): number;
  /**
   * `missing` bytes of a direction were not seen. `skipping`: they fell within what the decoder asked
   * to skip; the stream's place is kept and only the message at hand is incomplete. Otherwise what
   * follows starts at an unknown place in the protocol, and bytes that were held back are gone: they are
   * shown for the last time, in `held`, valid during the call. 'midstream' comes before the first byte of a
   * direction whose start was not seen though the connection's was; how much is missing (0) is not known.
   */
  gap(
    dir: Direction,
    onPendingGap: number,
    reason: GapReason,
    skipping: boolean,
    at: PacketTimestamp,
    held: Uint8Array,
  ): void;
  /**
   * Bytes of either direction are known to have passed that were not seen so far (`open`): they may come yet, late, or
   * are told as a gap; and that nothing is missing any more. What comes meanwhile may come in another order than it went.
   */
  onPendingGap?(open: boolean): void;
  /** What open() needs to go on from here later, with another decoder; undefined: more is under way than that can tell. */
  suspend?(at: PacketTimestamp): SuspendedDecoder | undefined;
  /** A direction is closed in order (FIN) or at once (RST), or the run ends ('end', dir both). */
  close(reason: 'fin' | 'rst' | 'end' | 'evicted' | 'reused', at: PacketTimestamp): void;
}

/** What a decoder has left of a connection on which nothing happens: each protocol's own, and small. */
export interface SuspendedDecoder {
  /** As the decoder has it, of Connection: what was seen from its start may have been claimed only behind a gap. */
  readonly fromStart: boolean;
}

/** What a first look at a connection's bytes says. */
export const Match = { no: 0, maybe: 1, yes: 2 } as const;
export type Match = (typeof Match)[keyof typeof Match];

export interface ProtocolOptions {
  /** First bytes of payloads to log; 0: none. */
  readonly payloadBytes: number;
  readonly view: 'calls' | 'messages';
  readonly detail: 'summary' | 'full';
  /** Ports on which Gearman is expected, where its text protocol is believed without binary proof. */
  readonly gearmanPorts: readonly number[];
  /** The key, in hex, with which names of files are hashed; undefined: they are shown. */
  readonly redactKey: string | undefined;
  /** Milliseconds after which a call without a reply is told of; 0: when its connection ends. */
  readonly callTimeout: number;
  /** Milliseconds after which a job that nobody works on is told of; 0: never. */
  readonly stuck: number;
  /** Files whose paths are remembered. */
  readonly maxPaths: number;
  /** Bricks of this host, for connections whose beginning was not seen. */
  readonly bricks: readonly KnownBrick[];
}

/** What a protocol tells besides its records. */
export interface HostHooks {
  /** Counts what has no line of its own. */
  count(what: 'calls_unanswered' | 'replies_without_call' | 'jobs_forgotten'): void;
  /** A brick was found of which another decoder may have the connections. */
  brickDiscovered(brick: DiscoveredBrick): void;
  /** So many more Gearman jobs of a function (undefined: not known) wait for a worker and run. */
  jobsChanged(name: string | undefined, waiting: number, running: number): void;
}

/** Where a brick listens, as the port mapper says, which is another service than the brick's. */
export interface DiscoveredBrick {
  readonly ipVersion: number;
  readonly address: AddressWords;
  readonly port: number;
  /** Its directory. */
  readonly path: string;
}

/** A brick as glusterd's own files tell of it. */
export interface KnownBrick {
  readonly port: number;
  readonly volume: string;
  /** Its directory. */
  readonly path: string;
  readonly host: string;
  /** Addresses at which it listens, as text; undefined: whatever the address. */
  readonly addresses: readonly string[] | undefined;
}

/** A claim with a memory, shown the bytes of a connection as they pass; at `maybe` nobody else is asked. */
export type MidstreamDetector = (dir: Direction, buf: Uint8Array, start: number, end: number) => Match;

export interface Protocol {
  readonly name: string;
  /** Its connections are recognised and let go: nothing of them can be decoded. */
  readonly encrypted?: true;
  /** Is buf[start, end), the first bytes seen of a direction, this protocol? `maybe` asks for more bytes. */
  detect(dir: Direction, buf: Uint8Array, start: number, end: number, connection: Connection): Match;
  /** For a connection that was joined late, where what passes looks like nothing that begins. */
  detectMidstream?(): MidstreamDetector;
  /** @param asleep what such a decoder has left, to go on from */
  open(connection: Connection, emit: Emit, options: ProtocolOptions, asleep?: SuspendedDecoder): FlowDecoder;
  /** With each packet, and now and then without one: what waits too long is told. */
  tick?(at: PacketTimestamp): void;
  /** The run is over, and every connection was closed. */
  end?(at: PacketTimestamp): void;
  /** Packets were dropped, of whatever connections. */
  onPacketLoss?(): void;
  /** Another decoder has found a brick. */
  onBrickDiscovered?(brick: DiscoveredBrick): void;
}
