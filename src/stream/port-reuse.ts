/** Port reuse: whether a packet between known endpoints belongs to the known connection or to a new one. */
import type { Headers } from '../packet/headers.js';
import { TCP_ACK, TCP_SYN } from '../packet/tcp.js';
import { ToClient, ToServer } from '../protocols/protocol.js';
import { type Flow, isToServer } from './connection.js';
import { type HalfConnection, isUnused, seqDiff } from './direction.js';

/** Farther than any window without scaling, and than what a connection sends after its end. */
const MAX_DISTANCE = 1 << 20;

/** Whether a packet between the flow's endpoints belongs to a new connection. */
export function isPortReuse(flow: Flow, h: Headers): boolean {
  const toServer = isToServer(flow, h);
  const half = flow.halves[toServer ? ToServer : ToClient];
  const other = flow.halves[toServer ? ToClient : ToServer];
  return (h.flags & TCP_SYN) !== 0 ? isNewSyn(flow, half, other, h) : isDataOfNewConnection(flow, half, h);
}

/** The next sequence number of a direction, or that of its FIN; undefined: unknown. */
function positionOf(half: HalfConnection): number | undefined {
  if (half.synced) return half.nextSeq;
  return half.finSeen ? half.fin : undefined;
}

/** Whether a SYN or SYN-ACK opens a new connection. Otherwise it is a copy of the flow's own, or a late one. */
function isNewSyn(flow: Flow, half: HalfConnection, other: HalfConnection, h: Headers): boolean {
  const isSynAck = (h.flags & TCP_ACK) !== 0;
  if (half.initialSeqSeen) {
    if (half.initialSeq !== h.seq) return true;
    // The same SYN again is a copy, unless the connection was refused and is tried again.
    return flow.closed && !isSynAck && isUnused(half) && isUnused(other);
  }
  // The flow's own SYN may arrive late. A new one lies beyond what was sent: that is how a host in TIME-WAIT
  // distinguishes the two (RFC 9293, section 3.10.7.4), and why initial numbers follow a clock (RFC 6528).
  const position = positionOf(half);
  if (position !== undefined) {
    const sent = seqDiff(position, (h.seq + 1) >>> 0);
    return sent < 0 || sent > MAX_DISTANCE;
  }
  if (flow.closed && !isSynAck) return true;
  // The connection was picked up midstream, where there are no SYNs.
  if (!other.synced || other.initialSeqSeen) return false;
  return !isSynAck || Math.abs(seqDiff(h.ack, other.nextSeq)) > MAX_DISTANCE;
}

/**
 * After a connection's end only its own last packets arrive; data from elsewhere in sequence space belongs to a new
 * connection whose SYN was not seen. After an RST the old one may continue: the receiver may have rejected the RST.
 */
function isDataOfNewConnection(flow: Flow, half: HalfConnection, h: Headers): boolean {
  if (!flow.closed || h.payloadLength === 0) return false;
  const position = positionOf(half);
  if (position === undefined) return true;
  const beyond = seqDiff((h.seq + h.payloadLength) >>> 0, position);
  return beyond < -MAX_DISTANCE || beyond > (half.closed ? MAX_DISTANCE : 0);
}
