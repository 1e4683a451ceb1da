/**
 * Protocol detection: passes the first bytes of a connection, in either direction, to each protocol until one
 * recognises or all refuse them. Content decides; a protocol may use ports as hints.
 */
import type { PacketTimestamp } from '../packet/timestamp.js';
import {
  type Connection,
  type Direction,
  type Emit,
  type FlowDecoder,
  Match,
  type MidstreamDetector,
  type Protocol,
  type ProtocolOptions,
  type SuspendedDecoder,
} from './protocol.js';

/** Unrecognised bytes of a direction after which detection stops. */
const DETECTION_BUDGET = 512;
/**
 * The limit for midstream pickups. Their first bytes may be the middle of a payload, so detection tries each
 * segment anew: senders mostly begin a message at the start of a segment.
 */
const MIDSTREAM_BUDGET = 262144;

export interface DetectionHandlers {
  readonly protocols: readonly Protocol[];
  readonly options: ProtocolOptions;
  /** A protocol recognised the connection: its decoder takes over. */
  detected(protocol: Protocol, decoder: FlowDecoder): void;
  /** No protocol recognised the connection; the last one refused buf[start, end). */
  rejected(dir: Direction, buf: Uint8Array, start: number, end: number, at: PacketTimestamp): void;
}

/** The connection as a midstream pickup. */
export function asMidstream(connection: Connection): Connection {
  const { serverPort, clientPort, ipVersion, server, client } = connection;
  return { serverPort, clientPort, ipVersion, server, client, fromStart: false };
}

class Detector implements FlowDecoder {
  private readonly original: Connection;
  private readonly emit: Emit;
  private readonly handlers: DetectionHandlers;
  /** By direction: a bit for each protocol that refused. */
  private readonly refusals: [number, number] = [0, 0];
  private readonly allRefused: number;
  private budget = MIDSTREAM_BUDGET;
  /** The connection as passed to protocols: a midstream pickup after a gap. */
  private connection: Connection;
  private midstream: readonly (readonly [Protocol, MidstreamDetector])[] | undefined = undefined;

  constructor(connection: Connection, emit: Emit, handlers: DetectionHandlers) {
    this.original = connection;
    this.connection = connection;
    this.emit = emit;
    this.handlers = handlers;
    this.allRefused = (1 << handlers.protocols.length) - 1;
  }

  data(dir: Direction, buf: Uint8Array, start: number, end: number, at: PacketTimestamp): number {
    if (start === end) return start;
    if (!this.connection.fromStart) {
      const match = this.detectMidstream(dir, buf, start, end);
      if (match === Match.yes) return start;
      // The segment may lie within a message of that protocol: no other one is tried.
      if (match === Match.maybe) return this.passOver(dir, buf, start, end, at);
    }
    for (const [index, protocol] of this.handlers.protocols.entries()) {
      if ((this.refusals[dir] & (1 << index)) !== 0) continue;
      const match = protocol.detect(dir, buf, start, end, this.connection);
      if (match === Match.yes) {
        this.openDecoder(protocol);
        return start;
      }
      if (match === Match.no) this.refusals[dir] |= 1 << index;
    }
    if (this.refusals[dir] !== this.allRefused && end - start < DETECTION_BUDGET) return start;
    return this.passOver(dir, buf, start, end, at);
  }

  private detectMidstream(dir: Direction, buf: Uint8Array, start: number, end: number): Match {
    this.midstream ??= this.handlers.protocols.flatMap((protocol) =>
      protocol.detectMidstream ? [[protocol, protocol.detectMidstream()]] : [],
    );
    let best: Match = Match.no;
    for (const [protocol, detect] of this.midstream) {
      const match = detect(dir, buf, start, end);
      if (match === Match.yes) this.openDecoder(protocol);
      if (match === Match.yes) return match;
      if (match === Match.maybe) best = match;
    }
    return best;
  }

  private openDecoder(protocol: Protocol): void {
    const { handlers } = this;
    handlers.detected(protocol, protocol.open(this.connection, this.emit, handlers.options));
  }

  /** Consumes unrecognised bytes, and rejects the connection once the budget is spent. */
  private passOver(dir: Direction, buf: Uint8Array, start: number, end: number, at: PacketTimestamp): number {
    this.budget -= end - start;
    if (this.connection.fromStart || this.budget <= 0) this.handlers.rejected(dir, buf, start, end, at);
    this.refusals[dir] = 0;
    return end;
  }

  /** The bytes after a gap may be the middle of a message: detection starts again, as for a midstream pickup. */
  gap(dir: Direction): void {
    this.connection = asMidstream(this.original);
    this.refusals[dir] = 0;
    this.midstream = undefined;
  }

  suspend(): SuspendedDecoder | undefined {
    const { budget, midstream, refusals } = this;
    const hasState =
      budget < MIDSTREAM_BUDGET || midstream !== undefined || refusals[0] !== 0 || refusals[1] !== 0;
    return hasState ? undefined : { fromStart: this.connection.fromStart };
  }

  close(): void {}
}

/** A decoder that detects the protocol of the connection, and hands over to its decoder. */
export function newDetector(connection: Connection, emit: Emit, handlers: DetectionHandlers): FlowDecoder {
  return new Detector(connection, emit, handlers);
}
