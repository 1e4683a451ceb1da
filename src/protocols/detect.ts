/**
 * The first look at a connection: each protocol is shown its first bytes, in either direction, until
 * one claims it or none can. Content decides; ports are only hints that a protocol may take.
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
} from './protocol.js';

/** Bytes after which a connection that nobody has claimed is left alone. */
const DETECTION_BUDGET = 512;
/**
 * The same for a connection whose start was not seen. Its first bytes may be the middle of a payload, so
 * each packet is looked at as a possible first one: senders mostly begin a message with a segment.
 */
const MIDSTREAM_BUDGET = 262144;

export interface DetectionHandlers {
  readonly protocols: readonly Protocol[];
  readonly options: ProtocolOptions;
  /** The connection is this protocol's: its decoder takes over. */
  detected(protocol: Protocol, decoder: FlowDecoder): void;
  /** No protocol wants it: these were the bytes of which the last one said so. */
  rejected(dir: Direction, buf: Uint8Array, start: number, end: number, at: PacketTimestamp): void;
}

/** The connection as one that was joined late. */
export function asMidstream(connection: Connection): Connection {
  const { serverPort, clientPort, ipVersion, server, client } = connection;
  return { serverPort, clientPort, ipVersion, server, client, fromStart: false };
}

export function newDetector(connection: Connection, emit: Emit, claimer: DetectionHandlers): FlowDecoder {
  /** By direction: the protocols that have said no, a bit each. */
  const refusals: [number, number] = [0, 0];
  const all = (1 << claimer.protocols.length) - 1;
  let patience = MIDSTREAM_BUDGET;
  let seen = connection;
  let late: readonly (readonly [Protocol, MidstreamDetector])[] | undefined;
  const claimedBy = (protocol: Protocol) =>
    claimer.detected(protocol, protocol.open(seen, emit, claimer.options));
  const claimLate = (dir: Direction, buf: Uint8Array, start: number, end: number): Match => {
    late ??= claimer.protocols.flatMap((protocol) =>
      protocol.detectMidstream ? [[protocol, protocol.detectMidstream()]] : [],
    );
    let best: Match = Match.no;
    for (const [protocol, claims] of late) {
      const claim = claims(dir, buf, start, end);
      if (claim === Match.yes) claimedBy(protocol);
      if (claim === Match.yes) return claim;
      if (claim === Match.maybe) best = claim;
    }
    return best;
  };
  /** Nobody's bytes so far: there is an end to the looking. */
  const pass = (dir: Direction, buf: Uint8Array, start: number, end: number, at: PacketTimestamp): number => {
    patience -= end - start;
    if (seen.fromStart || patience <= 0) claimer.rejected(dir, buf, start, end, at);
    refusals[dir] = 0;
    return end;
  };
  return {
    data(dir: Direction, buf, start, end, at) {
      if (start === end) return start;
      if (!seen.fromStart) {
        const claim = claimLate(dir, buf, start, end);
        if (claim === Match.yes) return start;
        // Within what may be one message nothing else begins.
        if (claim === Match.maybe) return pass(dir, buf, start, end, at);
      }
      for (const [index, protocol] of claimer.protocols.entries()) {
        if ((refusals[dir] & (1 << index)) !== 0) continue;
        const claim = protocol.detect(dir, buf, start, end, seen);
        if (claim === Match.yes) {
          claimedBy(protocol);
          return start;
        }
        if (claim === Match.no) refusals[dir] |= 1 << index;
      }
      if (refusals[dir] !== all && end - start < DETECTION_BUDGET) return start;
      return pass(dir, buf, start, end, at);
    },
    // What is missing here was never anybody's: the next bytes are looked at afresh, and they may be
    // the middle of a message, as if the connection had been joined late.
    gap(dir) {
      seen = asMidstream(connection);
      refusals[dir] = 0;
      late = undefined;
    },
    suspend() {
      const begun =
        patience < MIDSTREAM_BUDGET || late !== undefined || refusals[0] !== 0 || refusals[1] !== 0;
      return begun ? undefined : { fromStart: seen.fromStart };
    },
    close() {},
  };
}
