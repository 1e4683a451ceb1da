/**
 * The fast path, for most packets of a bulk transfer: segments in order within a payload that the decoder skips, and
 * bare acknowledgements of bytes that were seen. The reassembler does the same, at five times the cost.
 */
import type { Headers } from '../packet/headers.js';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../packet/tcp.js';
import type { Flow } from './connection.js';
import { type HalfConnection, seqDiff } from './direction.js';

const RELEVANT_FLAGS = TCP_ACK | TCP_FIN | TCP_RST | TCP_SYN;

/**
 * Handles a packet that `half` has sent and `other` receives if it only moves sequence numbers: nothing is delivered,
 * and nothing is queued or known to be missing before or after.
 * @returns whether it did; if not, nothing has changed
 */
export function handleOnFastPath(
  flow: Flow,
  half: HalfConnection,
  other: HalfConnection,
  h: Headers,
): boolean {
  const length = h.payloadLength;
  if ((h.flags & RELEVANT_FLAGS) !== TCP_ACK || !half.ackSeen || !other.synced) return false;
  if (flow.pendingGap || half.finSeen || other.finSeen) return false;
  if (half.queued !== undefined || other.queued !== undefined || other.packets === 0) return false;
  // The packet acknowledges bytes that were not seen.
  if (seqDiff(h.ack, other.nextSeq) > 0) return false;
  if (length > 0) {
    // The decoder must see the last byte of a skip, which completes a message, and truncated bytes.
    if (!half.synced || h.seq !== half.nextSeq || half.skip <= length) return false;
    if (h.payloadEnd - h.payloadStart !== length) return false;
    half.nextSeq = (half.nextSeq + length) >>> 0;
    half.skip -= length;
  }
  if (seqDiff(h.ack, half.acked) > 0) half.acked = h.ack;
  half.packets++;
  return true;
}
