/**
 * The first look at a connection: each protocol is shown its first bytes, in either direction, until
 * one claims it or none can. Content decides; ports are only hints that a protocol may take.
 */
import {
  Claim,
  type Connection,
  type Direction,
  type Emit,
  type FlowDecoder,
  type Protocol,
  type ProtocolOptions,
} from './protocol.js';

/** Bytes after which a connection that nobody has claimed is left alone. */
const LOOK = 512;
/**
 * The same for a connection whose start was not seen. Its first bytes may be the middle of a payload, so
 * each packet is looked at as a possible first one: senders mostly begin a message with a segment.
 */
const LOOK_MIDSTREAM = 262144;

export interface Claimer {
  readonly protocols: readonly Protocol[];
  readonly options: ProtocolOptions;
  /** The connection is this protocol's: its decoder takes over. */
  claimed(protocol: Protocol, decoder: FlowDecoder): void;
  /** No protocol wants it. */
  refused(): void;
}

export function claimingDecoder(connection: Connection, emit: Emit, claimer: Claimer): FlowDecoder {
  /** By direction: the protocols that have said no. */
  const refusals: [Set<Protocol>, Set<Protocol>] = [new Set(), new Set()];
  let patience = LOOK_MIDSTREAM;
  let seen = connection;
  return {
    data(dir: Direction, buf, start, end) {
      if (start === end) return start;
      for (const protocol of claimer.protocols) {
        if (refusals[dir].has(protocol)) continue;
        const claim = protocol.claim(dir, buf, start, end, seen);
        if (claim === Claim.yes) {
          claimer.claimed(protocol, protocol.open(seen, emit, claimer.options));
          return start;
        }
        if (claim === Claim.no) refusals[dir].add(protocol);
      }
      if (refusals[dir].size < claimer.protocols.length && end - start < LOOK) return start;
      patience -= end - start;
      if (seen.fromStart || patience <= 0) claimer.refused();
      refusals[dir].clear();
      return end;
    },
    // What is missing here was never anybody's: the next bytes are looked at afresh, and they may be
    // the middle of a message, as if the connection had been joined late.
    gap(dir) {
      const { serverPort, clientPort } = connection;
      seen = { serverPort, clientPort, fromStart: false };
      refusals[dir].clear();
    },
    close() {},
  };
}
