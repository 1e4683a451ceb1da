/** Endpoints that are used again: is a packet the old connection's, or a new one's? */
import type { Headers } from '../packet/headers.js';
import { TCP_ACK, TCP_SYN } from '../packet/tcp.js';
import { ToClient, ToServer } from '../protocols/protocol.js';
import { type Flow, isToServer } from './connection.js';
import { isUnused, seqDiff } from './direction.js';

/** Further than any window without scaling, and than what a connection sends after its end. */
const ELSEWHERE = 1 << 20;

/** Whether a packet on known endpoints belongs to a new connection between them. */
export function isReuse(flow: Flow, h: Headers): boolean {
  const toServer = isToServer(flow, h);
  const half = flow.halves[toServer ? ToServer : ToClient];
  const other = flow.halves[toServer ? ToClient : ToServer];
  const place = half.synced ? half.nextSeq : half.finSeen ? half.fin : undefined;
  if ((h.flags & TCP_SYN) !== 0) {
    const answer = (h.flags & TCP_ACK) !== 0;
    if (half.initialSeqSeen) {
      if (half.initialSeq !== h.seq) return true;
      // The same SYN again is a copy of it, unless nothing came of it: refused, and tried again.
      return flow.closed && !answer && isUnused(half) && isUnused(other);
    }
    // Its own SYN may come late. A new one lies beyond what was sent: that is how a host in TIME-WAIT tells
    // the two apart (RFC 9293, section 3.10.7.4), and why initial numbers follow a clock (RFC 6528).
    if (place !== undefined) {
      const sent = seqDiff(place, (h.seq + 1) >>> 0);
      return sent < 0 || sent > ELSEWHERE;
    }
    if (flow.closed && !answer) return true;
    // The connection was joined in its middle, where there are no SYNs.
    if (!other.synced || other.initialSeqSeen) return false;
    return !answer || Math.abs(seqDiff(h.ack, other.nextSeq)) > ELSEWHERE;
  }
  if (!flow.closed || h.payloadLength === 0) return false;
  // After a connection's end only its own last packets come; data from elsewhere in sequence space is
  // a new connection whose SYN was not seen. Behind an RST it may also go on: an RST that the receiver
  // did not believe ends nothing.
  if (place === undefined) return true;
  const beyond = seqDiff((h.seq + h.payloadLength) >>> 0, place);
  return beyond < -ELSEWHERE || beyond > (half.closed ? ELSEWHERE : 0);
}
