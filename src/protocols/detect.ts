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
  type LateClaim,
  type Moment,
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
  /** No protocol wants it: these were the bytes of which the last one said so. */
  refused(dir: Direction, buf: Uint8Array, start: number, end: number, at: Moment): void;
}

/** The connection as one that was joined late. */
export function joinedLate(connection: Connection): Connection {
  const { serverPort, clientPort, ipVersion, server, client } = connection;
  return { serverPort, clientPort, ipVersion, server, client, fromStart: false };
}

export function claimingDecoder(connection: Connection, emit: Emit, claimer: Claimer): FlowDecoder {
  /** By direction: the protocols that have said no, a bit each. */
  const refusals: [number, number] = [0, 0];
  const all = (1 << claimer.protocols.length) - 1;
  let patience = LOOK_MIDSTREAM;
  let seen = connection;
  let late: readonly (readonly [Protocol, LateClaim])[] | undefined;
  const claimedBy = (protocol: Protocol) =>
    claimer.claimed(protocol, protocol.open(seen, emit, claimer.options));
  const claimLate = (dir: Direction, buf: Uint8Array, start: number, end: number): Claim => {
    late ??= claimer.protocols.flatMap((protocol) => (protocol.late ? [[protocol, protocol.late()]] : []));
    let best: Claim = Claim.no;
    for (const [protocol, claims] of late) {
      const claim = claims(dir, buf, start, end);
      if (claim === Claim.yes) claimedBy(protocol);
      if (claim === Claim.yes) return claim;
      if (claim === Claim.maybe) best = claim;
    }
    return best;
  };
  /** Nobody's bytes so far: there is an end to the looking. */
  const pass = (dir: Direction, buf: Uint8Array, start: number, end: number, at: Moment): number => {
    patience -= end - start;
    if (seen.fromStart || patience <= 0) claimer.refused(dir, buf, start, end, at);
    refusals[dir] = 0;
    return end;
  };
  return {
    data(dir: Direction, buf, start, end, at) {
      if (start === end) return start;
      if (!seen.fromStart) {
        const claim = claimLate(dir, buf, start, end);
        if (claim === Claim.yes) return start;
        // Within what may be one message nothing else begins.
        if (claim === Claim.maybe) return pass(dir, buf, start, end, at);
      }
      for (const [index, protocol] of claimer.protocols.entries()) {
        if ((refusals[dir] & (1 << index)) !== 0) continue;
        const claim = protocol.claim(dir, buf, start, end, seen);
        if (claim === Claim.yes) {
          claimedBy(protocol);
          return start;
        }
        if (claim === Claim.no) refusals[dir] |= 1 << index;
      }
      if (refusals[dir] !== all && end - start < LOOK) return start;
      return pass(dir, buf, start, end, at);
    },
    // What is missing here was never anybody's: the next bytes are looked at afresh, and they may be
    // the middle of a message, as if the connection had been joined late.
    gap(dir) {
      seen = joinedLate(connection);
      refusals[dir] = 0;
      late = undefined;
    },
    asleep() {
      const begun = patience < LOOK_MIDSTREAM || late !== undefined || refusals[0] !== 0 || refusals[1] !== 0;
      return begun ? undefined : { fromStart: seen.fromStart };
    },
    close() {},
  };
}
