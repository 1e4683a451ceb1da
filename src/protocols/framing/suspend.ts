/** Suspending an idle direction of a stream, and restoring it. */
import { Phase, type StreamSide, SyncState } from './stream-side.js';

/** Whether the direction is in sync and at the start of a message of which no byte has arrived. */
export function isAtRest(side: StreamSide): boolean {
  return (
    side.phase === Phase.boundary &&
    side.sync === SyncState.inSync &&
    side.unconsumed === 0 &&
    side.loss === undefined
  );
}

/** Sets a new side to the state that isAtRest() describes. */
export function restoreAtRest(side: StreamSide): void {
  side.phase = Phase.boundary;
  side.sync = SyncState.inSync;
  side.loss = undefined;
}
