/** Loss of sync: why and when a parser lost the position of the next message, and what it has skipped since. */
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

/** The loss with which a midstream pickup begins. Its timestamp is that of its first byte: see stampSyncLoss() in resync.ts. */
export function newMidstreamLoss(): SyncLoss {
  return newSyncLoss('midstream', {}, false, { seconds: 0, nanoseconds: 0, packet: 0 });
}

export function newGapLoss(missing: number, reason: GapReason, at: PacketTimestamp): SyncLoss {
  return newSyncLoss('gap', { cause: reason, missing_bytes: missing }, false, at);
}
