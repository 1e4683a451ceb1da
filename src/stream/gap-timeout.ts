/** How long to wait for bytes that are missing. */
import type { GapReason } from '../protocols/protocol.js';
import { type HalfConnection, type QueuedSegment, seqDiff } from './direction.js';
import type { StreamLimits } from './limits.js';

/** Times the patience where the receiver has not acknowledged what is missing: it may yet be sent again. */
const UNACKNOWLEDGED = 30;

/**
 * Why the bytes before the first early segment are not waited for any more; undefined: they are. Called
 * for each packet of the connection while there is a hole.
 *
 * @param receiver the other direction, whose acknowledgements tell what has arrived there
 * @param seconds packet time
 */
export function hopeless(
  half: HalfConnection,
  receiver: HalfConnection,
  limits: StreamLimits,
  seconds: number,
): GapReason | undefined {
  const first = half.queued;
  if (first === undefined) return undefined;
  if (half.queuedBytes > limits.queuedBytes || half.queuedSegments > limits.queuedSegments) return 'limit';
  if (isReceived(first, receiver)) half.gapPackets++;
  return half.gapPackets > limits.gapPackets || isOverdue(half, receiver, limits, seconds)
    ? 'lost'
    : undefined;
}

/** Whether a hole has been waited for long enough, however few packets its connection has had since. */
export function isOverdue(
  half: HalfConnection,
  receiver: HalfConnection,
  limits: StreamLimits,
  seconds: number,
): boolean {
  if (half.queued === undefined) return false;
  const patience = limits.gapSeconds * (isReceived(half.queued, receiver) ? 1 : UNACKNOWLEDGED);
  return seconds - half.gapSince > patience;
}

/**
 * Acknowledged means received: those bytes passed and were not captured, or come a little late from
 * another queue of the network card. The other end sends them no more. Where no acknowledgement is seen
 * at all, that is as good as it gets.
 */
function isReceived(first: QueuedSegment, receiver: HalfConnection): boolean {
  return !receiver.ackSeen || seqDiff(receiver.acked, first.seq) >= 0;
}

/** Whether the FIN of a direction was seen, and its receiver's acknowledgement of it. */
export function finReceived(half: HalfConnection, receiver: HalfConnection): boolean {
  return half.finSeen && receiver.ackSeen && seqDiff(receiver.acked, half.fin) > 0;
}
