/** Messages into records: what each is, and, in the `calls` view, a call with its reply. */

import { nanosecondsBetween, type PacketTimestamp } from '../../packet/timestamp.js';
import { formatDuration } from '../../records/phrases.js';
import type { EventOutcome, RpcSection } from '../../records/record.js';
import { type Direction, opposite, ToServer } from '../protocol.js';
import { anomalies, reportMalformed } from './anomaly.js';
import type { Flow } from './connection.js';
import type { Description, Exchange, Fields } from './describer.js';
import { AcceptStat, RejectStat } from './header.js';
import type { Broken, Message, Reply } from './message.js';
import { otherProcedure, otherProgram } from './other-programs.js';
import { type Call, stamp } from './pending-calls.js';
import { acceptStat, authStat, rejectStat } from './status.js';

/** How a procedure is called, whether or not it is one that is known. */
function actionOf(call: Call): string {
  return methodOf(call) ?? `proc-${call.procedureNumber}`;
}

function datasetOf(flow: Flow, call: Call | undefined) {
  if (call === undefined) return 'rpc.other';
  return call.program?.dataset ?? flow.programs.dataset(call.programNumber) ?? 'rpc.other';
}

/** The program's own words, or its numbers. */
function describe(
  flow: Flow,
  call: Call,
  reply: Reply | undefined,
  part: 'call' | 'reply' | 'both',
  at: PacketTimestamp,
  elapsed: number | undefined,
): Description {
  const { program, procedure } = call;
  if (program !== undefined && procedure !== undefined) {
    const exchange: Exchange = {
      program,
      procedure,
      // A reply's own line says nothing of a call that is only known in part: that would seem to be all.
      request: part === 'reply' && call.truncated ? undefined : call.request,
      response: reply?.response,
      refused: reply !== undefined && refusal(reply) !== undefined,
      began: call.began,
      // Of two calls with one xid nobody knows which one a reply answers.
      whole: !call.truncated && call.reason === '' && !call.retransmission,
      lock: call.lock,
      at,
      elapsed,
    };
    return flow.describer.describe(exchange, part);
  }
  const name = otherProgram(call.programNumber) ?? `program ${call.programNumber}`;
  return {
    fields: {},
    subject: `${name} version ${call.versionNumber} ${actionOf(call)}`,
    result: part === 'call' ? undefined : 'a reply',
    outcome: part === 'call' ? undefined : 'unknown',
  };
}

/**
 * The `rpc` section: always an object of this one form, which is made and written faster than one with the members that
 * this message happens to have. `parts` says whether the line is about the call, the reply or both.
 */
function rpcOf(flow: Flow, call: Call | undefined, reply: Reply | undefined, parts: RpcParts): RpcSection {
  const { shows, age, late } = parts;
  const own = shows === 'reply' ? undefined : call;
  const refused = reply !== undefined && !reply.accepted;
  return {
    type: flow.messages ? (shows === 'reply' ? 'reply' : 'call') : undefined,
    xid: call?.xid ?? reply?.xid ?? 0,
    program: call?.programNumber,
    version: call?.versionNumber,
    procedure: call?.procedureNumber,
    method: call && methodOf(call),
    accept_status: reply?.accepted === true ? acceptStat(reply.status) : undefined,
    reject_status: refused ? rejectStat(reply.status) : undefined,
    auth_status: refused && reply.status === RejectStat.authError ? authStat(reply.authStatus) : undefined,
    mismatch: reply?.mismatch,
    auth: own?.auth,
    verifier: own === undefined ? reply?.verifier : own.verifier,
    retransmission: own?.retransmission === true ? true : undefined,
    payload_bytes: own?.dataBytes ?? reply?.dataBytes,
    age,
    late,
  };
}

interface RpcParts {
  readonly shows: 'call' | 'reply' | 'both';
  readonly age?: number | undefined;
  readonly late?: true | undefined;
}

const OfCall: RpcParts = { shows: 'call' };
const OfReply: RpcParts = { shows: 'reply' };
const OfBoth: RpcParts = { shows: 'both' };
const OfBothLate: RpcParts = { shows: 'both', late: true };

function methodOf({ procedure, programNumber, versionNumber, procedureNumber }: Call): string | undefined {
  return procedure?.name ?? otherProcedure(programNumber, versionNumber, procedureNumber);
}

/** What the RPC layer says of the reply, where the server did not do what was asked. */
function refusal(reply: Reply): string | undefined {
  if (!reply.accepted)
    return reply.status === RejectStat.authError ? authStat(reply.authStatus) : 'RPC_MISMATCH';
  return reply.status === AcceptStat.success ? undefined : acceptStat(reply.status);
}

interface Line {
  readonly sentence: string;
  readonly outcome: EventOutcome | undefined;
  readonly duration: number | undefined;
  readonly rpc: RpcSection;
  readonly gluster: Fields | undefined;
  readonly truncated: boolean;
  readonly reason: string;
  readonly replyPacket: number;
  readonly xid: number;
  readonly expected?: boolean | undefined;
  readonly age?: number | undefined;
}

function emitLine(
  flow: Flow,
  from: Direction,
  call: Call | undefined,
  line: Line,
  at: PacketTimestamp,
): void {
  flow.emit(from, {
    level: 'info',
    message: line.sentence,
    seconds: at.seconds,
    nanoseconds: at.nanoseconds,
    packet: at.packet,
    replyPacket: line.replyPacket,
    dataset: datasetOf(flow, call),
    action: call === undefined ? 'reply' : actionOf(call),
    outcome: line.outcome,
    duration: line.duration,
    age: line.age,
    expected: line.expected,
    callKey: line.xid,
    sections: { rpc: line.rpc, gluster: line.gluster, wiretail: faultsOf(line) },
  });
}

function faultsOf({ truncated, reason }: Line): Fields | undefined {
  if (!truncated && reason === '') return undefined;
  if (!truncated) return { malformed: true };
  return reason === '' ? { truncated } : { truncated, malformed: true };
}

/** The `gluster` section: what the description has, then the payload and the structs where they are asked for. */
function glusterOf(
  flow: Flow,
  call: Call | undefined,
  description: Description | undefined,
  payload: Fields | undefined,
  request: Fields | undefined,
  response: Fields | undefined,
): Fields | undefined {
  if (call?.program === undefined || description === undefined) return undefined;
  const { fields } = description;
  // Most carry none, or are not asked for it.
  for (const name in payload) fields[name] = payload[name];
  if (flow.full && request !== undefined) fields.request = request;
  if (flow.full && response !== undefined) fields.response = response;
  return fields;
}

function reportCall(flow: Flow, from: Direction, call: Call, at: PacketTimestamp): void {
  stamp(call, at);
  const answered = call.program?.callback !== true && call.procedure?.reply !== 'never';
  if (answered) {
    const before = flow.sides[from].calls.open(call);
    if (before !== undefined) {
      const same =
        before.programNumber === call.programNumber &&
        before.versionNumber === call.versionNumber &&
        before.procedureNumber === call.procedureNumber;
      if (same) {
        call.retransmission = true;
        call.lock = before.lock;
      } else reportUnanswered(flow, from, before, at);
    }
    asked(flow, call);
    flow.waiting.add(flow);
    // Where nothing comes back, what it did is never known.
    if (!flow.sides[opposite(from)].seen) doubtful(flow, call, true);
    const count = flow.sides[from].calls.takeForgotten();
    if (count > 0) {
      anomalies.reportEvicted(flow, from, count, at);
      flow.describer.onCallsLost();
    }
  }
  if (flow.messages || !answered) {
    const description = describe(flow, call, undefined, 'call', at, undefined);
    emitLine(
      flow,
      from,
      call,
      {
        sentence: description.subject + (description.holders ?? ''),
        outcome: undefined,
        duration: undefined,
        rpc: rpcOf(flow, call, undefined, OfCall),
        gluster: glusterOf(flow, call, description, call.payload, call.request, undefined),
        truncated: call.truncated,
        reason: call.reason,
        replyPacket: 0,
        xid: call.xid,
      },
      at,
    );
  }
  if (call.reason !== '') reportMalformed(flow, from, `${actionOf(call)} call`, call.reason, at);
}

/** Shows the call to who knows what it is about; a call that was sent again was shown before. */
function asked(flow: Flow, call: Call): void {
  if (call.lock === undefined) call.lock = flow.describer.onCall(call, !call.truncated && call.reason === '');
}

/** Tells of a call that will have no reply any more, unless that was told. */
export function reportUnanswered(flow: Flow, from: Direction, call: Call, at: PacketTimestamp): void {
  doubtful(flow, call);
  if (!call.told) tellWaiting(flow, from, call, at);
}

/** What a call did is not known: its reply was not seen, and won't be. `open`: it may have none yet, and wait for a lock. */
export function doubtful(flow: Flow, call: Call, open = false): void {
  if (call.procedure !== undefined && call.program?.name === 'GLUSTER_FOP')
    flow.describer.onReplyLost(
      call.procedure,
      call.truncated || call.reason !== '' ? undefined : call.request,
      open ? undefined : call.lock,
    );
}

/** Tells of a call that has no reply so far; in the `messages` view the call itself was told. */
export function tellWaiting(flow: Flow, from: Direction, call: Call, at: PacketTimestamp): void {
  flow.outside.count('calls_unanswered');
  if (flow.messages) return;
  const waited = nanosecondsBetween(call.seconds, call.nanoseconds, at);
  const age = waited >= 0 ? waited : undefined;
  const description = describe(flow, call, undefined, 'call', at, age);
  emitLine(
    flow,
    from,
    call,
    {
      sentence: `${description.subject} -> no reply${age === undefined ? '' : ` for ${formatDuration(age)}`}${description.holders ?? ''}`,
      outcome: 'unknown',
      duration: undefined,
      rpc: rpcOf(flow, call, undefined, { shows: 'call', age }),
      age,
      gluster: glusterOf(flow, call, description, call.payload, call.request, undefined),
      truncated: call.truncated,
      reason: call.reason,
      replyPacket: 0,
      xid: call.xid,
    },
    call,
  );
}

function reportReply(flow: Flow, from: Direction, reply: Reply, at: PacketTimestamp): void {
  const call = flow.sides[opposite(from)].calls.take(reply.xid);
  const { messages } = flow;
  if (call === undefined) {
    flow.outside.count('calls_orphan_replies');
    // Nobody knows what it was.
    flow.describer.onCallsLost();
    if (messages) strayReply(flow, from, reply, at);
    return;
  }
  const between = nanosecondsBetween(call.seconds, call.nanoseconds, at);
  const duration = between >= 0 ? between : undefined;
  const description = describe(flow, call, reply, messages ? 'reply' : 'both', at, duration);
  const refused = refusal(reply);
  const unread = reply.response === undefined && (reply.truncated || reply.reason !== '');
  const result = refused ?? (unread ? 'a reply' : (description.result ?? 'a reply'));
  const outcome = refused !== undefined ? 'failure' : unread ? 'unknown' : description.outcome;
  const time = duration === undefined ? '' : ` in ${formatDuration(duration)}`;
  const payload =
    flow.payloadBytes === 0 ? undefined : { ...(messages ? undefined : call.payload), ...reply.payload };
  emitLine(
    flow,
    messages ? from : opposite(from),
    call,
    {
      sentence: `${description.subject} -> ${result}${time}${description.holders ?? ''}`,
      outcome,
      duration,
      rpc: rpcOf(flow, call, reply, messages ? OfReply : call.told ? OfBothLate : OfBoth),
      gluster: glusterOf(
        flow,
        call,
        description,
        payload,
        messages ? undefined : call.request,
        reply.response,
      ),
      truncated: reply.truncated || (!messages && call.truncated),
      reason: reply.reason || (messages ? '' : call.reason),
      replyPacket: messages ? 0 : at.packet,
      xid: call.xid,
      expected: refused === undefined && !unread ? description.expected : undefined,
    },
    messages ? at : call,
  );
  if (reply.reason !== '') reportMalformed(flow, from, `${actionOf(call)} reply`, reply.reason, at);
}

/** Nothing says what it answers: only its header is told. */
function strayReply(flow: Flow, from: Direction, reply: Reply, at: PacketTimestamp): void {
  emitLine(
    flow,
    from,
    undefined,
    {
      sentence: `a reply to a call that was not seen (xid ${reply.xid})`,
      outcome: undefined,
      duration: undefined,
      rpc: rpcOf(flow, undefined, reply, OfReply),
      gluster: undefined,
      truncated: reply.truncated,
      reason: reply.reason,
      replyPacket: 0,
      xid: reply.xid,
    },
    at,
  );
}

function reportBroken(flow: Flow, from: Direction, broken: Broken, at: PacketTimestamp): void {
  if (from === ToServer) flow.describer.onCallsLost();
  else flow.describer.onRepliesLost();
  if (broken.reason !== '') reportMalformed(flow, from, 'record', broken.reason, at);
}

/** Tells of a message, at the moment at which its last byte has passed, or would have. */
export function report(flow: Flow, from: Direction, message: Message, at: PacketTimestamp): void {
  const side = flow.sides[from];
  if (message.kind === 'call') {
    if (message.call.program?.callback !== true) {
      side.lastCall = message.call.xid;
      side.unread = 0;
    }
    reportCall(flow, from, message.call, at);
  } else if (message.kind === 'reply') {
    side.lastReply = message.reply.xid;
    side.unread = 0;
    reportReply(flow, from, message.reply, at);
  } else reportBroken(flow, from, message.broken, at);
}
