/** What is known of one connection: its two directions, what is outstanding, and where records go. */
import { newSyncLoss, type SyncLoss } from '../framing/sync-loss.js';
import type { Connection, Direction, Emit, ProtocolOptions } from '../protocol.js';
import type { AskedCommand } from './admin/commands.js';
import type { AdminResponse } from './admin/responses.js';
import type { JobConnection } from './jobs/model.js';
import { emptyPacket, type Packet } from './packet.js';
import { type Pairing, type PairingRest, pairing } from './pairing.js';

/** Where a direction is in the protocol. */
export const Phase = {
  /** At the start of a packet or a line of text. */
  boundary: 0,
  /** In a packet, past its header. */
  packet: 1,
  /** Waiting for the end of a packet whose rest the stream skips. */
  skipping: 2,
  /** In a line of text. */
  line: 3,
  /** In the rest of a line that is too long to be read. */
  longLine: 4,
  /** Looking for the next packet. */
  resync: 5,
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

export interface Side {
  phase: Phase;
  readonly packet: Packet;
  /** Whether the packet's arguments are done. */
  inPayload: boolean;
  /** Bytes of a line that were looked at in vain. */
  scanned: number;
  /** Bytes that were not consumed in the last call: they come again. */
  held: number;
  /** Any byte was seen. */
  heard: boolean;
  /** More bytes are needed to go on. */
  more: boolean;
  loss: SyncLoss | undefined;
}

/** A text command, and its response as far as it came. */
export interface AdminExchange {
  /** Absent for a response whose command was not seen. */
  readonly asked: AskedCommand | undefined;
  readonly response: AdminResponse;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly packet: number;
  truncated: boolean;
}

export interface Flow {
  readonly emit: Emit;
  readonly payloadBytes: number;
  readonly sides: readonly [Side, Side];
  readonly pairing: Pairing;
  /** Text commands without a complete response, oldest first. */
  readonly commands: AdminExchange[];
  /** A response whose command was not seen, or is not known to be its. */
  stray: AdminExchange | undefined;
  /** undefined: jobs are not followed. */
  readonly jobs: JobConnection | undefined;
  /** The server's last message was text, and its place was not lost since. */
  texted: boolean;
}

function side(fromStart: boolean): Side {
  const joined = { seconds: 0, nanoseconds: 0, packet: 0 };
  return {
    phase: fromStart ? Phase.boundary : Phase.resync,
    packet: emptyPacket(),
    inPayload: false,
    scanned: 0,
    held: 0,
    heard: false,
    more: false,
    loss: fromStart ? undefined : newSyncLoss('midstream', {}, false, joined),
  };
}

export function openFlow(
  connection: Connection,
  emit: Emit,
  options: ProtocolOptions,
  jobs: JobConnection | undefined,
  rest?: PairingRest,
): Flow {
  return {
    emit,
    payloadBytes: options.payloadBytes,
    sides: [side(connection.fromStart), side(connection.fromStart)],
    pairing: pairing(connection.fromStart, rest),
    jobs,
    commands: [],
    stray: undefined,
    texted: false,
  };
}

export function sideOf(flow: Flow, dir: Direction): Side {
  return flow.sides[dir];
}
