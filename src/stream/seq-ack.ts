/** Updates the sequence state of both directions from a packet's flags and sequence numbers. */
import type { Headers } from '../packet/headers.js';
import { TCP_ACK, TCP_SYN } from '../packet/tcp.js';
import { type HalfConnection, seqDiff } from './direction.js';

/**
 * Updates the sequence state by a packet that `half` has sent and `other` receives.
 * @returns the sequence number of the packet's first byte
 */
export function updateSeqAck(half: HalfConnection, other: HalfConnection, h: Headers): number {
  half.packets++;
  let seq = h.seq;
  const acks = (h.flags & TCP_ACK) !== 0;
  if ((h.flags & TCP_SYN) !== 0) {
    half.initialSeq = seq;
    half.initialSeqSeen = true;
    seq = (seq + 1) >>> 0;
    if (!half.synced) syncAt(half, seq);
    // A SYN-ACK shows where the other direction starts, if its SYN was not seen.
    if (acks && !other.synced) syncAt(other, h.ack);
  }
  if (!acks) return seq;
  // Nor is the SYN-ACK needed: what its receiver acknowledges before it has sent data itself is the SYN alone,
  // except where the server speaks first and the handshake's last packet is missing too.
  if (!other.synced && half.initialSeqSeen && seq === (half.initialSeq + 1) >>> 0) syncAt(other, h.ack);
  if (!half.ackSeen || seqDiff(h.ack, half.acked) > 0) half.acked = h.ack;
  if (!half.ackSeen) half.firstAcked = h.ack;
  half.ackSeen = true;
  return seq;
}

function syncAt(half: HalfConnection, nextSeq: number): void {
  half.synced = true;
  half.nextSeq = nextSeq;
}
