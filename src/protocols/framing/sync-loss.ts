/** A loss of sync: why and when a parser lost the position of the next message, and what it skipped since. */
import type { PacketTimestamp } from '../../packet/timestamp.js';

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
