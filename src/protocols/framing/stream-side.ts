/** The state that a message parser keeps for one direction of a stream, whatever the protocol. */
import type { Emit } from '../protocol.js';
import type { SyncLoss } from './sync-loss.js';

/** Where a parser is within the messages of a direction. A protocol may add phases, from `protocolSpecific` on. */
export const Phase = {
  /** At the start of a message. */
  boundary: 0,
  /** Within a message. */
  message: 1,
  /** At the end of a message whose last bytes the stream skips. */
  skipping: 2,
  protocolSpecific: 3,
} as const;

/** Whether the parser's position in the stream is known (compare the resync states in Zeek's RPC.h). */
export const SyncState = {
  inSync: 0,
  /** The position is lost: the next message is searched. */
  lost: 1,
  /** The search found messages, but nothing confirms them yet. */
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
  /** After a gap within a message: its bytes that are still to come, until the stream is asked to skip them. */
  skipRemaining: number;
  /** Any byte of this direction was captured. */
  seen: boolean;
  /** The loss of sync that is not over, or not reported yet. */
  loss: SyncLoss | undefined;
}

/** The part of a connection's state that framing works on. */
export interface StreamState<S extends StreamSide> {
  readonly emit: Emit;
  readonly sides: readonly [S, S];
}
