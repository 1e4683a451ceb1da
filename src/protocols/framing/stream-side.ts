/** The protocol-independent state of a message parser for one direction of a stream. */
import type { Emit } from '../protocol.js';
import type { SyncLoss } from './sync-loss.js';

/** Where a parser is within the messages of a direction. A protocol may add phases, from `protocolSpecific` on. */
export const Phase = {
  /** At the start of a message. */
  boundary: 0,
  /** Within a message. */
  message: 1,
  /** The stream skips the last bytes of a message. */
  skipping: 2,
  protocolSpecific: 3,
} as const;

/** Whether the parser's position in the stream is known (compare the resync states in Zeek's RPC.h). */
export const SyncState = {
  inSync: 0,
  /** The position is lost: the parser searches for the next message. */
  lost: 1,
  /** The search found messages that nothing confirms yet. */
  tentative: 2,
} as const;
export type SyncState = (typeof SyncState)[keyof typeof SyncState];

export interface StreamSide {
  phase: number;
  sync: SyncState;
  /** The parser needs more bytes to go on. */
  needMore: boolean;
  /** Bytes that the last call left unconsumed: they are passed again. */
  unconsumed: number;
  /** After a gap within a message: bytes of it that the stream has not been asked to skip yet. */
  skipRemaining: number;
  /** Any byte of this direction was captured. */
  seen: boolean;
  /** The present loss of sync. */
  loss: SyncLoss | undefined;
}

/** The part of a connection's state that framing works on. */
export interface StreamState<S extends StreamSide> {
  readonly emit: Emit;
  readonly sides: readonly [S, S];
}
