/**
 * The short way for what bulk consists of: segments in order of a message whose rest the decoder skips, and bare
 * acknowledgements of what was seen. The long way (reassembler.ts) would do the same with them, in five times the time.
 */
import type { Headers } from '../packet/headers.js';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../packet/tcp.js';
import type { Flow } from './connection.js';
import { type HalfConnection, seqDiff } from './direction.js';

const FLAGS = TCP_ACK | TCP_FIN | TCP_RST | TCP_SYN;

/**
 * Takes a packet that `half` has sent and `other` receives, if nothing but numbers comes of it: nobody is told anything,
 * nothing waits or is known to be missing, before or after.
 */
export function passes(flow: Flow, half: HalfConnection, other: HalfConnection, h: Headers): boolean {
  const length = h.payloadLength;
  if ((h.flags & FLAGS) !== TCP_ACK || !half.ackSeen || !other.synced) return false;
  if (flow.pendingGap || half.finSeen || other.finSeen) return false;
  if (half.queued !== undefined || other.queued !== undefined || other.packets === 0) return false;
  // What was not seen is acknowledged.
  if (seqDiff(h.ack, other.nextSeq) > 0) return false;
  if (length > 0) {
    // With the last byte to skip a message is complete, and the decoder is told of what the capture has cut.
    if (!half.synced || h.seq !== half.nextSeq || half.skip <= length) return false;
    if (h.payloadEnd - h.payloadStart !== length) return false;
    half.nextSeq = (half.nextSeq + length) >>> 0;
    half.skip -= length;
  }
  if (seqDiff(h.ack, half.acked) > 0) half.acked = h.ack;
  half.packets++;
  return true;
}
