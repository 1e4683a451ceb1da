/** The state of one connection: the position in each direction, pending requests, and jobs. */
import * as framing from '../framing/stream-side.js';
import { newMidstreamLoss } from '../framing/sync-loss.js';
import type { Connection, Emit, ProtocolOptions } from '../protocol.js';
import type { CommandLine } from './admin/commands.js';
import type { AdminResponse } from './admin/responses.js';
import type { JobConnection } from './jobs/model.js';
import { emptyPacket, type Packet } from './packet.js';
import { Pairing, type SuspendedPairing } from './pairing.js';

/** Phases of framing, with those of the text protocol. A `message` is a packet past its header. */
export const Phase = {
  ...framing.Phase,
  /** Within a line of text. */
  line: framing.Phase.protocolSpecific,
  /** Within the rest of a line that is too long to be decoded. */
  longLine: framing.Phase.protocolSpecific + 1,
};

export interface Side extends framing.StreamSide {
  readonly packet: Packet;
  /** The arguments of the packet are complete. */
  inPayload: boolean;
  /** Bytes of the current line that are known to hold no newline. */
  scanned: number;
}

/** A text command, and its response as far as it was captured. */
export interface AdminExchange {
  /** Absent for a response whose command was not captured. */
  readonly command: CommandLine | undefined;
  readonly response: AdminResponse;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly packet: number;
  truncated: boolean;
}

export interface Flow extends framing.StreamState<Side> {
  readonly emit: Emit;
  readonly payloadBytes: number;
  readonly sides: readonly [Side, Side];
  readonly pairing: Pairing;
  /** Text commands without a complete response, oldest first. */
  readonly commands: AdminExchange[];
  /** A response whose command was not captured or is uncertain. */
  orphanResponse: AdminExchange | undefined;
  /** undefined: jobs are not followed. */
  readonly jobs: JobConnection | undefined;
  /** The server's last message was text, and its direction has been in sync since. */
  inTextMode: boolean;
}

function newSide(fromStart: boolean): Side {
  return {
    phase: Phase.boundary,
    sync: fromStart ? framing.SyncState.inSync : framing.SyncState.lost,
    needMore: false,
    unconsumed: 0,
    skipRemaining: 0,
    seen: false,
    loss: fromStart ? undefined : newMidstreamLoss(),
    packet: emptyPacket(),
    inPayload: false,
    scanned: 0,
  };
}

/** @param suspended the pairing state to restore */
export function openFlow(
  connection: Connection,
  emit: Emit,
  options: ProtocolOptions,
  jobs: JobConnection | undefined,
  suspended?: SuspendedPairing,
): Flow {
  return {
    emit,
    payloadBytes: options.payloadBytes,
    sides: [newSide(connection.fromStart), newSide(connection.fromStart)],
    pairing: new Pairing(connection.fromStart, suspended),
    jobs,
    commands: [],
    orphanResponse: undefined,
    inTextMode: false,
  };
}
