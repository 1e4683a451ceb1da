/** How long to wait for bytes that are missing. */
import type { GapReason } from '../protocols/protocol.js';
import { type Half, seqDiff } from './half.js';
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
  half: Half,
  receiver: Half,
  limits: StreamLimits,
  seconds: number,
): GapReason | undefined {
  const first = half.early;
  if (first === undefined) return undefined;
  if (half.earlyBytes > limits.earlyBytes || half.earlyCount > limits.earlySegments) return 'limit';
  // Acknowledged means received: those bytes passed and were not captured, or come a little late
  // from another queue of the network card. The other end sends them no more. Where no acknowledgement
  // is seen at all, that is as good as it gets.
  const received = !receiver.ackSeen || seqDiff(receiver.acked, first.seq) >= 0;
  const waited = seconds - half.holeSeconds;
  if (!received) return waited > UNACKNOWLEDGED * limits.holeSeconds ? 'lost' : undefined;
  half.holePackets++;
  return half.holePackets > limits.holePackets || waited > limits.holeSeconds ? 'lost' : undefined;
}

/** Whether the FIN of a direction was seen, and its receiver's acknowledgement of it. */
export function finReceived(half: Half, receiver: Half): boolean {
  return half.finSeen && receiver.ackSeen && seqDiff(receiver.acked, half.fin) > 0;
}
