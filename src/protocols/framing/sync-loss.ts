/** Loss of sync: why and when a parser lost the position of the next message, and what it has skipped since. */
import { copyTimestamp, type PacketTimestamp } from '../../packet/timestamp.js';
import type { Anomalies } from '../anomalies.js';
import type { Direction, GapReason } from '../protocol.js';
import { Phase, type StreamSide, type StreamState, SyncState } from './stream-side.js';

/** Bytes skipped without finding a message, after which the loss is reported. */
const SKIPPED_LIMIT = 64 * 1024;

export interface SyncLoss {
  readonly reason: string;
  /** Further fields of the anomaly. */
  readonly details: { readonly [key: string]: string | number };
  /** The sender broke the protocol: an anomaly even if nothing was skipped. */
  readonly malformed: boolean;
  skipped: number;
  reported: boolean;
  seconds: number;
  nanoseconds: number;
  packet: number;
}

export function newSyncLoss(
  reason: string,
  details: SyncLoss['details'],
  malformed: boolean,
  at: PacketTimestamp,
): SyncLoss {
  const { seconds, nanoseconds, packet } = at;
  return { reason, details, malformed, skipped: 0, reported: false, seconds, nanoseconds, packet };
}

/** The loss with which a midstream pickup begins. Its timestamp is that of its first byte: see stampSyncLoss. */
export function newMidstreamLoss(): SyncLoss {
  return newSyncLoss('midstream', {}, false, { seconds: 0, nanoseconds: 0, packet: 0 });
}

export function newGapLoss(missing: number, reason: GapReason, at: PacketTimestamp): SyncLoss {
  return newSyncLoss('gap', { cause: reason, missing_bytes: missing }, false, at);
}

/** Sets the timestamp of a loss that began before the first byte. */
export function stampSyncLoss(loss: SyncLoss | undefined, at: PacketTimestamp): void {
  if (loss !== undefined && loss.seconds === 0) copyTimestamp(loss, at);
}

/** Begins the search for the next message. */
export function enterResync(side: StreamSide): void {
  side.phase = Phase.boundary;
  side.sync = SyncState.lost;
  side.needMore = false;
}

/** Ends the search: the position is known again. */
export function leaveResync(stream: StreamState<StreamSide>, dir: Direction, anomalies: Anomalies): void {
  const side = stream.sides[dir];
  side.sync = SyncState.inSync;
  if (side.loss !== undefined) anomalies.reportSyncLoss(stream, dir, side.loss, true);
  side.loss = undefined;
}

/** Adds bytes in which no message was found. Returns whether they exceed the limit, and are reported. */
export function addSkipped(
  stream: StreamState<StreamSide>,
  dir: Direction,
  loss: SyncLoss,
  bytes: number,
  anomalies: Anomalies,
): boolean {
  loss.skipped += bytes;
  if (loss.skipped < SKIPPED_LIMIT) return false;
  anomalies.reportSyncLoss(stream, dir, loss, false);
  return true;
}
