/** The search for the next message after a loss of sync. */
import { copyTimestamp, type PacketTimestamp } from '../../packet/timestamp.js';
import type { Anomalies } from '../anomalies.js';
import type { Direction } from '../protocol.js';
import { Phase, type StreamSide, type StreamState, SyncState } from './stream-side.js';
import type { SyncLoss } from './sync-loss.js';

/** Skipped bytes after which the loss is reported although the search goes on. */
const SKIPPED_LIMIT = 64 * 1024;

/** Sets the timestamp of a midstream pickup's loss: that of its first byte. */
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

/** Counts bytes without a message. Returns whether the limit is reached, and the loss therefore reported. */
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
