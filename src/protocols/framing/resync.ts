/** The search for the next message after a loss of sync: its beginning, its progress and its end. */
import { copyTimestamp, type PacketTimestamp } from '../../packet/timestamp.js';
import type { Anomalies } from '../anomalies.js';
import type { Direction } from '../protocol.js';
import { Phase, type StreamSide, type StreamState, SyncState } from './stream-side.js';
import type { SyncLoss } from './sync-loss.js';

/** Bytes skipped without finding a message, after which the loss is reported. */
const SKIPPED_LIMIT = 64 * 1024;

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
