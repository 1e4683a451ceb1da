/** The gap timeout: when to stop waiting for missing bytes. */
import type { GapReason } from '../protocols/protocol.js';
import { type HalfConnection, type QueuedSegment, seqDiff } from './direction.js';
import type { StreamLimits } from './limits.js';

/** Multiplies the timeout while the receiver has not acknowledged the missing bytes: they may be retransmitted. */
const UNACKNOWLEDGED_FACTOR = 30;

/**
 * Called for each packet of a connection with a gap.
 * @param receiver the other direction, whose acknowledgements show what has arrived
 * @param seconds packet time
 * @returns undefined: wait longer
 */
export function reasonToSkipGap(
  half: HalfConnection,
  receiver: HalfConnection,
  limits: StreamLimits,
  seconds: number,
): GapReason | undefined {
  const first = half.queued;
  if (first === undefined) return undefined;
  if (half.queuedBytes > limits.queuedBytes || half.queuedSegments > limits.queuedSegments) return 'limit';
  if (isReceived(first, receiver)) half.gapPackets++;
  return half.gapPackets > limits.gapPackets || isGapOverdue(half, receiver, limits, seconds)
    ? 'lost'
    : undefined;
}

/** Whether the gap timeout in seconds has passed, however few packets the connection has had since. */
export function isGapOverdue(
  half: HalfConnection,
  receiver: HalfConnection,
  limits: StreamLimits,
  seconds: number,
): boolean {
  if (half.queued === undefined) return false;
  const timeout = limits.gapSeconds * (isReceived(half.queued, receiver) ? 1 : UNACKNOWLEDGED_FACTOR);
  return seconds - half.gapSince > timeout;
}

/** Starts the gap timeout: a gap has opened, or became smaller. */
export function restartGapTimeout(half: HalfConnection, seconds: number): void {
  half.gapPackets = 0;
  half.gapSince = seconds;
}

/**
 * Whether the receiver has acknowledged the missing bytes. Then they were not captured, or arrive a little late from
 * another queue of the network card, and will not be retransmitted. Where no acknowledgement is seen at all, this is
 * assumed.
 */
function isReceived(first: QueuedSegment, receiver: HalfConnection): boolean {
  return !receiver.ackSeen || seqDiff(receiver.acked, first.seq) >= 0;
}

/** Whether the FIN of a direction was seen, and its receiver's acknowledgement of it. */
export function isFinAcknowledged(half: HalfConnection, receiver: HalfConnection): boolean {
  return half.finSeen && receiver.ackSeen && seqDiff(receiver.acked, half.fin) > 0;
}
