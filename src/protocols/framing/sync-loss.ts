/** Loss of sync: its reason, its time, and the bytes skipped since. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import type { GapReason } from '../protocol.js';

export interface SyncLoss {
  readonly reason: string;
  /** Further fields of the anomaly. */
  readonly details: { readonly [key: string]: string | number };
  /** The sender violated the protocol: an anomaly even if nothing was skipped. */
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

/** The loss at the start of a midstream pickup. stampSyncLoss() sets its timestamp at the first byte. */
export function newMidstreamLoss(): SyncLoss {
  return newSyncLoss('midstream', {}, false, { seconds: 0, nanoseconds: 0, packet: 0 });
}

export function newGapLoss(missing: number, reason: GapReason, at: PacketTimestamp): SyncLoss {
  return newSyncLoss('gap', { cause: reason, missing_bytes: missing }, false, at);
}
