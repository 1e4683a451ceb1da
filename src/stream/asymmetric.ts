/**
 * Asymmetric flows: connections of which only one direction is seen, because of asymmetric routing, a mirror port of
 * one direction or a filter on source or destination.
 */
import { type HalfConnection, isUnused, seqDiff } from './direction.js';

/** So many packets of one direction, and none of the other, make a flow asymmetric: no sender waits that long. */
const REPORT_PACKETS = 64;
/** The same when the connection ends. */
const MIN_PACKETS_AT_CLOSE = 3;
/** Seconds to wait for the other direction after one has ended. */
const CLOSE_WAIT_SECONDS = 10;

/**
 * Whether to report a flow as asymmetric, or the bytes missed since the last report. Called for each packet of
 * `half`.
 */
export function shouldReportAsymmetric(half: HalfConnection, other: HalfConnection): boolean {
  return other.packets === 0 && half.packets % REPORT_PACKETS === 0 && hasData(half, other);
}

export function wasAsymmetric(half: HalfConnection, other: HalfConnection): boolean {
  return other.packets === 0 && half.packets >= MIN_PACKETS_AT_CLOSE && hasData(half, other);
}

/** Whether a direction ended long enough ago while the other is not seen, so that its end will not be either. */
export function isAsymmetricFlowOver(half: HalfConnection, other: HalfConnection, seconds: number): boolean {
  return isWaitingForUnseenEnd(half, other) && seconds - half.closedSeconds > CLOSE_WAIT_SECONDS;
}

/** Whether a direction has ended and no packet of the other was seen. */
export function isWaitingForUnseenEnd(half: HalfConnection, other: HalfConnection): boolean {
  return half.closed && other.packets === 0;
}

/** Bytes of the unseen direction that `half` has acknowledged since the last report. */
export function unseenBytes(half: HalfConnection, other: HalfConnection): number {
  if (!half.ackSeen) return 0;
  return Math.max(0, seqDiff(half.acked, other.synced ? other.nextSeq : half.firstAcked));
}

/** Keep-alives of an idle connection are not worth a report. */
function hasData(half: HalfConnection, other: HalfConnection): boolean {
  return !isUnused(half) || unseenBytes(half, other) > 0;
}
