/** Suspends idle connections: most open ones are idle most of the time. */
import type { PacketTimestamp } from '../packet/timestamp.js';
import { isWaitingForUnseenEnd } from './asymmetric.js';
import type { Flow } from './connection.js';
import type { HalfConnection } from './direction.js';
import type { FlowTable } from './flow-table.js';

/** Returns the state from which a connection can be restored; undefined: it can't be suspended now. */
export type SuspendFlow = (flow: Flow, at: PacketTimestamp) => object | undefined;

/** The packed words are all the state of an ignored connection. */
const NO_STATE = Object.freeze({});

export class IdleCheck {
  private readonly table: FlowTable;
  private readonly quietChecks: number;
  private readonly suspend: SuspendFlow;

  /** @param quietChecks checks in a row without a new packet, after which a connection is suspended */
  constructor(table: FlowTable, quietChecks: number, suspend: SuspendFlow) {
    this.table = table;
    this.quietChecks = quietChecks;
    this.suspend = suspend;
  }

  /**
   * Checks an active connection, once a second.
   * @returns whether it is still active
   */
  check(flow: Flow, at: PacketTimestamp): boolean {
    if (flow.closed) return false;
    const packets = flow.halves[0].packets + flow.halves[1].packets;
    if (packets !== flow.packetsAtIdleCheck) {
      flow.packetsAtIdleCheck = packets;
      flow.quietChecks = 0;
    }
    if (flow.quietChecks++ < this.quietChecks) return true;
    // If it cannot be suspended, the next attempt is after as many quiet checks.
    flow.quietChecks = 0;
    if (!isStreamIdle(flow)) return true;
    const state = flow.ignored ? NO_STATE : this.suspend(flow, at);
    if (state === undefined) return true;
    this.table.suspend(flow, state);
    // The table creates a new object when it restores the connection; this one must not be used again.
    flow.closed = true;
    return false;
  }
}

/** Whether the packed words hold all that is known of the stream. */
function isStreamIdle({ halves: [a, b], pendingGap }: Flow): boolean {
  if (isWaitingForUnseenEnd(a, b) || isWaitingForUnseenEnd(b, a)) return false;
  return !pendingGap && isHalfIdle(a) && isHalfIdle(b);
}

function isHalfIdle(half: HalfConnection): boolean {
  return half.queued === undefined && half.unconsumedLength === 0 && half.skip === 0;
}
