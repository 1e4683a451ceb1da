/** Calls without a reply: timeouts, and calls whose outcome is unknown. */
import { nanosecondsBetween, type PacketTimestamp } from '../../packet/timestamp.js';
import { formatDuration } from '../../records/phrases.js';
import { type Direction, ToClient, ToServer } from '../protocol.js';
import type { Flow } from './connection.js';
import { describeMessage, emitLine, glusterSection, rpcSection } from './message-line.js';
import type { Call } from './pending-calls.js';

/**
 * Marks the outcome of a call as unknown: its reply was lost. `mayBeBlocked`: or the reply is outstanding, because the
 * call waits for a lock.
 */
export function markOutcomeUnknown(flow: Flow, call: Call, mayBeBlocked = false): void {
  if (call.procedure !== undefined && call.program?.name === 'GLUSTER_FOP')
    flow.describer.onReplyLost(
      call.procedure,
      call.truncated || call.reason !== '' ? undefined : call.request,
      mayBeBlocked ? undefined : call.lock,
    );
}

/** Reports a call that will have no reply, unless its timeout was reported. */
export function reportUnanswered(flow: Flow, from: Direction, call: Call, at: PacketTimestamp): void {
  markOutcomeUnknown(flow, call);
  if (!call.timeoutReported) reportTimeout(flow, from, call, at);
}

/** Reports a call without a reply so far. In the `messages` view the call has a line already. */
function reportTimeout(flow: Flow, from: Direction, call: Call, at: PacketTimestamp): void {
  flow.host.count('calls_unanswered');
  if (flow.messages) return;
  const waited = nanosecondsBetween(call.seconds, call.nanoseconds, at);
  const age = waited >= 0 ? waited : undefined;
  const description = describeMessage(flow, call, undefined, 'call', at, age);
  const duration = age === undefined ? '' : ` for ${formatDuration(age)}`;
  const line = {
    sentence: `${description.subject} -> no reply${duration}${description.holders ?? ''}`,
    outcome: 'unknown',
    duration: undefined,
    rpc: rpcSection(flow, call, undefined, { shows: 'call', age }),
    age,
    gluster: glusterSection(flow, call, description, call.payload, call.request, undefined),
    truncated: call.truncated,
    reason: call.reason,
    replyPacket: 0,
    xid: call.xid,
  } as const;
  emitLine(flow, from, call, line, call);
}

/** Reports the calls that have waited `timeout` milliseconds. Returns whether others still wait. */
export function reportTimeouts(flow: Flow, timeout: number, at: PacketTimestamp): boolean {
  let waiting = false;
  for (const dir of [ToServer, ToClient] as const) {
    const { calls } = flow.sides[dir];
    for (const call of calls.takeTimedOut(at, timeout)) {
      markOutcomeUnknown(flow, call, true);
      reportTimeout(flow, dir, call, at);
    }
    waiting ||= calls.hasWaiting();
  }
  return waiting;
}
