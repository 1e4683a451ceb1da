/** Connections on which nothing happens sleep: of most that are open nothing comes for a long time. */
import type { PacketTimestamp } from '../packet/timestamp.js';
import type { Flow } from './connection.js';
import type { HalfConnection } from './direction.js';
import type { FlowTable } from './flow-table.js';

/** Gives what has to be kept of a connection; undefined: more is under way than can be kept so. */
export type SuspendFlow = (flow: Flow, at: PacketTimestamp) => object | undefined;

/** Of one that is ignored only the row is followed. */
const Nothing = Object.freeze({});

function rests(half: HalfConnection): boolean {
  return half.queued === undefined && half.unconsumedLength === 0 && half.skip === 0;
}

/** Whether all that is known of its stream is what a row holds. */
function streamRests({ halves: [a, b], pendingGap: missing }: Flow): boolean {
  // The end of one that has no other direction is waited for.
  if ((a.closed && b.packets === 0) || (b.closed && a.packets === 0)) return false;
  return !missing && rests(a) && rests(b);
}

/**
 * Looks after one that is awake, once a second.
 * @param quiet looks in a row at which nothing has come since the last, after which it falls asleep
 * @returns whether it is awake still
 */
export function newIdleCheck(table: FlowTable, quiet: number, restOf: SuspendFlow) {
  return (flow: Flow, at: PacketTimestamp): boolean => {
    if (flow.closed) return false;
    const packets = flow.halves[0].packets + flow.halves[1].packets;
    if (packets !== flow.packetsAtIdleCheck) {
      flow.packetsAtIdleCheck = packets;
      flow.quietChecks = 0;
    }
    if (flow.quietChecks++ < quiet) return true;
    // Tried again when it has been quiet for as long once more.
    flow.quietChecks = 0;
    if (!streamRests(flow)) return true;
    const rest = flow.ignored ? Nothing : restOf(flow, at);
    if (rest === undefined) return true;
    table.sleep(flow, rest);
    // Whoever has the object still is done with it.
    flow.closed = true;
    return false;
  };
}
