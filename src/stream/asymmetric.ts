/**
 * Connections of which only one direction passes here: routing that differs by direction, a mirror port of
 * one, a filter on source or destination.
 */
import { type HalfConnection, isUnused, seqDiff } from './direction.js';

/** Packets of one direction without one of the other: no sender goes on for so long unanswered. */
const TOLD_AFTER = 64;
/** The same where the connection ends. */
const TOLD_AT_END = 3;
/** How long the other direction is waited for where one has ended, seconds. */
const LINGER = 10;

/** Whether it is time to tell, and to tell again what was missed since. Called for each packet of `half`. */
export function isOneSidedNow(half: HalfConnection, other: HalfConnection): boolean {
  return other.packets === 0 && half.packets % TOLD_AFTER === 0 && hasData(half, other);
}

export function wasOneSided(half: HalfConnection, other: HalfConnection): boolean {
  return other.packets === 0 && half.packets >= TOLD_AT_END && hasData(half, other);
}

/** Whether a direction has ended and the other can't be seen to. */
export function isOverOneSided(half: HalfConnection, other: HalfConnection, seconds: number): boolean {
  return half.closed && other.packets === 0 && seconds - half.closedSeconds > LINGER;
}

/** Bytes of the unseen direction that `half` has acknowledged since they were last told. */
export function unseenBytes(half: HalfConnection, other: HalfConnection): number {
  if (!half.ackSeen) return 0;
  return Math.max(0, seqDiff(half.acked, other.synced ? other.nextSeq : half.firstAcked));
}

/** Mere keep-alives of a connection that is idle tell nothing. */
function hasData(half: HalfConnection, other: HalfConnection): boolean {
  return !isUnused(half) || unseenBytes(half, other) > 0;
}
