/**
 * Pending gaps: a decoder is notified that bytes are missing before it is known whether they still arrive, since
 * messages on other connections may be newer than the missing ones.
 */
import type { Flow } from './connection.js';
import { type HalfConnection, seqDiff } from './direction.js';

/**
 * Whether bytes of a direction are known to have been sent and were not seen so far: later ones were seen, or the
 * receiver has acknowledged them.
 */
function hasPendingGap(half: HalfConnection, receiver: HalfConnection): boolean {
  if (half.queued !== undefined) return true;
  if (!half.synced || !receiver.ackSeen) return false;
  const unseen = seqDiff(receiver.acked, half.nextSeq);
  // A FIN takes one sequence number.
  return unseen > 0 && !(half.finSeen && unseen === 1 && half.nextSeq === half.fin);
}

export function updatePendingGap(flow: Flow): void {
  if (flow.closed) return;
  const [a, b] = flow.halves;
  reportPendingGap(flow, !flow.ignored && (hasPendingGap(a, b) || hasPendingGap(b, a)));
}

export function reportPendingGap(flow: Flow, pending: boolean): void {
  if (flow.pendingGap === pending) return;
  flow.pendingGap = pending;
  flow.decoder.onPendingGap?.(pending);
}
