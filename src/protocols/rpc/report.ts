/** Reports messages as records; in the `calls` view a call together with its reply. */
import { nanosecondsBetween, type PacketTimestamp } from '../../packet/timestamp.js';
import { formatDuration } from '../../records/phrases.js';
import { type Direction, opposite, ToServer } from '../protocol.js';
import { anomalies, reportMalformed } from './anomaly.js';
import type { Flow } from './connection.js';
import type { Fields } from './describer.js';
import type { Message, Reply } from './message.js';
import {
  actionOf,
  CALL_AND_LATE_REPLY,
  CALL_AND_REPLY,
  CALL_ONLY,
  describeMessage,
  emitLine,
  glusterSection,
  REPLY_ONLY,
  refusalOf,
  rpcSection,
} from './message-line.js';
import { type Call, stampCall } from './pending-calls.js';
import { markOutcomeUnknown, reportUnanswered } from './unanswered.js';

/** Reports a message once its last byte has passed or was lost. */
export function reportMessage(flow: Flow, from: Direction, message: Message, at: PacketTimestamp): void {
  const side = flow.sides[from];
  if (message.kind === 'call') {
    if (message.call.program?.callback !== true) {
      side.lastCall = message.call.xid;
      side.unparsedBytes = 0;
    }
    reportCall(flow, from, message.call, at);
  } else if (message.kind === 'reply') {
    side.lastReply = message.reply.xid;
    side.unparsedBytes = 0;
    reportReply(flow, from, message.reply, at);
  } else reportUnparsable(flow, from, message.reason, at);
}

function reportCall(flow: Flow, from: Direction, call: Call, at: PacketTimestamp): void {
  stampCall(call, at);
  const expectsReply = call.program?.callback !== true && call.procedure?.reply !== 'never';
  if (expectsReply) addPendingCall(flow, from, call, at);
  if (flow.messages || !expectsReply) {
    const description = describeMessage(flow, call, undefined, 'call', at, undefined);
    const line = {
      sentence: description.subject + (description.holders ?? ''),
      outcome: undefined,
      duration: undefined,
      rpc: rpcSection(flow, call, undefined, CALL_ONLY),
      gluster: glusterSection(flow, call, description, call.payload, call.request, undefined),
      truncated: call.truncated,
      reason: call.reason,
      replyPacket: 0,
      xid: call.xid,
    };
    emitLine(flow, from, call, line, at);
  }
  if (call.reason !== '') reportMalformed(flow, from, `${actionOf(call)} call`, call.reason, at);
}

function addPendingCall(flow: Flow, from: Direction, call: Call, at: PacketTimestamp): void {
  const { calls } = flow.sides[from];
  const replaced = calls.add(call);
  if (replaced !== undefined) {
    if (isSameProcedure(replaced, call)) {
      call.retransmission = true;
      call.lock = replaced.lock;
    } else reportUnanswered(flow, from, replaced, at);
  }
  // The describer knows a retransmitted call already.
  if (call.lock === undefined) call.lock = flow.describer.onCall(call, !call.truncated && call.reason === '');
  flow.pendingConnections.add(flow);
  // If no replies are captured, the outcome is never known.
  if (!flow.sides[opposite(from)].seen) markOutcomeUnknown(flow, call, true);
  const evicted = calls.takeEvicted();
  if (evicted > 0) {
    anomalies.reportEvicted(flow, from, evicted, at);
    flow.describer.onCallsLost();
  }
}

function isSameProcedure(a: Call, b: Call): boolean {
  return (
    a.programNumber === b.programNumber &&
    a.versionNumber === b.versionNumber &&
    a.procedureNumber === b.procedureNumber
  );
}

function reportReply(flow: Flow, from: Direction, reply: Reply, at: PacketTimestamp): void {
  const call = flow.sides[opposite(from)].calls.take(reply.xid);
  if (call === undefined) {
    flow.host.count('calls_orphan_replies');
    // What the call did is unknown.
    flow.describer.onCallsLost();
    if (flow.messages) reportOrphanReply(flow, from, reply, at);
    return;
  }
  reportAnsweredCall(flow, from, call, reply, at);
  if (reply.reason !== '') reportMalformed(flow, from, `${actionOf(call)} reply`, reply.reason, at);
}

/** The line of a reply, or of a call with its reply. */
function reportAnsweredCall(
  flow: Flow,
  from: Direction,
  call: Call,
  reply: Reply,
  at: PacketTimestamp,
): void {
  const { messages } = flow;
  const between = nanosecondsBetween(call.seconds, call.nanoseconds, at);
  const duration = between >= 0 ? between : undefined;
  const description = describeMessage(flow, call, reply, messages ? 'reply' : 'both', at, duration);
  const refusal = refusalOf(reply);
  const undecoded = reply.response === undefined && (reply.truncated || reply.reason !== '');
  const result = refusal ?? (undecoded ? 'a reply' : (description.result ?? 'a reply'));
  const time = duration === undefined ? '' : ` in ${formatDuration(duration)}`;
  const parts = messages ? REPLY_ONLY : call.timeoutReported ? CALL_AND_LATE_REPLY : CALL_AND_REPLY;
  const request = messages ? undefined : call.request;
  const payload = payloadOf(flow, call, reply);
  const line = {
    sentence: `${description.subject} -> ${result}${time}${description.holders ?? ''}`,
    outcome: refusal !== undefined ? 'failure' : undecoded ? 'unknown' : description.outcome,
    duration,
    rpc: rpcSection(flow, call, reply, parts),
    gluster: glusterSection(flow, call, description, payload, request, reply.response),
    truncated: reply.truncated || (!messages && call.truncated),
    reason: reply.reason || (messages ? '' : call.reason),
    replyPacket: messages ? 0 : at.packet,
    xid: call.xid,
    expected: refusal === undefined && !undecoded ? description.expected : undefined,
  } as const;
  emitLine(flow, messages ? from : opposite(from), call, line, messages ? at : call);
}

function payloadOf(flow: Flow, call: Call, reply: Reply): Fields | undefined {
  if (flow.payloadBytes === 0) return undefined;
  return { ...(flow.messages ? undefined : call.payload), ...reply.payload };
}

/** A reply whose call was not captured: only its header can be decoded. */
function reportOrphanReply(flow: Flow, from: Direction, reply: Reply, at: PacketTimestamp): void {
  const line = {
    sentence: `orphan reply (xid ${reply.xid}): its call was not seen`,
    outcome: undefined,
    duration: undefined,
    rpc: rpcSection(flow, undefined, reply, REPLY_ONLY),
    gluster: undefined,
    truncated: reply.truncated,
    reason: reply.reason,
    replyPacket: 0,
    xid: reply.xid,
  };
  emitLine(flow, from, undefined, line, at);
}

function reportUnparsable(flow: Flow, from: Direction, reason: string, at: PacketTimestamp): void {
  if (from === ToServer) flow.describer.onCallsLost();
  else flow.describer.onRepliesLost();
  if (reason !== '') reportMalformed(flow, from, 'record', reason, at);
}
