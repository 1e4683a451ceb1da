/**
 * Tells a decoder that bytes are missing before it is known whether they come yet: what other connections say
 * meanwhile may be younger than what was missed.
 */
import type { Flow } from './connection.js';
import { type HalfConnection, seqDiff } from './direction.js';

/**
 * Whether bytes of a direction are known to have passed that were not seen so far: others behind them were, or its
 * receiver has acknowledged them.
 */
function isMissing(half: HalfConnection, receiver: HalfConnection): boolean {
  if (half.queued !== undefined) return true;
  if (!half.synced || !receiver.ackSeen) return false;
  const unseen = seqDiff(receiver.acked, half.nextSeq);
  // A FIN counts as one.
  return unseen > 0 && !(half.finSeen && unseen === 1 && half.nextSeq === half.fin);
}

export function lookForMissing(flow: Flow): void {
  if (flow.closed) return;
  const [a, b] = flow.halves;
  tellMissing(flow, !flow.ignored && (isMissing(a, b) || isMissing(b, a)));
}

export function tellMissing(flow: Flow, missing: boolean): void {
  if (flow.pendingGap === missing) return;
  flow.pendingGap = missing;
  flow.decoder.onPendingGap?.(missing);
}
