/** The line of a call, of a reply, or of both: its sentence, sections and outcome. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import type { EventOutcome, RpcSection } from '../../records/record.js';
import type { Direction } from '../protocol.js';
import type { Flow } from './connection.js';
import type { Description, Exchange, Fields } from './describer.js';
import { AcceptStat, RejectStat } from './header.js';
import type { Reply } from './message.js';
import { otherProcedure, otherProgram } from './other-programs.js';
import type { Call } from './pending-calls.js';
import { acceptStat, authStat, rejectStat } from './status.js';

/** The messages that a line shows. */
export interface LineParts {
  readonly shows: 'call' | 'reply' | 'both';
  /** Nanoseconds for which the call has waited without a reply. */
  readonly age?: number | undefined;
  /** The reply came after the call's timeout was reported. */
  readonly late?: true | undefined;
}

export const CALL_ONLY: LineParts = { shows: 'call' };
export const REPLY_ONLY: LineParts = { shows: 'reply' };
export const CALL_AND_REPLY: LineParts = { shows: 'both' };
export const CALL_AND_LATE_REPLY: LineParts = { shows: 'both', late: true };

export interface MessageLine {
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

function methodOf({ procedure, programNumber, versionNumber, procedureNumber }: Call): string | undefined {
  return procedure?.name ?? otherProcedure(programNumber, versionNumber, procedureNumber);
}

/** The name of the procedure, or its number. */
export function actionOf(call: Call): string {
  return methodOf(call) ?? `proc-${call.procedureNumber}`;
}

function datasetOf(flow: Flow, call: Call | undefined) {
  if (call === undefined) return 'rpc.other';
  return call.program?.dataset ?? flow.programs.dataset(call.programNumber) ?? 'rpc.other';
}

/** The error status of the server's RPC layer; undefined: the program answered the call. */
export function refusalOf(reply: Reply): string | undefined {
  if (!reply.accepted)
    return reply.status === RejectStat.authError ? authStat(reply.authStatus) : 'RPC_MISMATCH';
  return reply.status === AcceptStat.success ? undefined : acceptStat(reply.status);
}

/** @param elapsed nanoseconds since the call */
export function describeMessage(
  flow: Flow,
  call: Call,
  reply: Reply | undefined,
  part: LineParts['shows'],
  at: PacketTimestamp,
  elapsed: number | undefined,
): Description {
  const { program, procedure } = call;
  if (program === undefined || procedure === undefined) return describeUnknown(call, part);
  const exchange: Exchange = {
    program,
    procedure,
    // The line of a reply omits a truncated request: it would seem complete.
    request: part === 'reply' && call.truncated ? undefined : call.request,
    response: reply?.response,
    refused: reply !== undefined && refusalOf(reply) !== undefined,
    epoch: call.epoch,
    // Of two calls with the same xid it is unknown which one the reply answers.
    whole: !call.truncated && call.reason === '' && !call.retransmission,
    lock: call.lock,
    at,
    elapsed,
  };
  return flow.describer.describe(exchange, part);
}

function describeUnknown(call: Call, part: LineParts['shows']): Description {
  const name = otherProgram(call.programNumber) ?? `program ${call.programNumber}`;
  return {
    fields: {},
    subject: `${name} version ${call.versionNumber} ${actionOf(call)}`,
    result: part === 'call' ? undefined : 'a reply',
    outcome: part === 'call' ? undefined : 'unknown',
  };
}

/** The `rpc` section. Its shape never varies, since a fixed shape is faster to create and to write. */
export function rpcSection(
  flow: Flow,
  call: Call | undefined,
  reply: Reply | undefined,
  parts: LineParts,
): RpcSection {
  const { shows, age, late } = parts;
  const shown = shows === 'reply' ? undefined : call;
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
    auth: shown?.auth,
    verifier: shown === undefined ? reply?.verifier : shown.verifier,
    retransmission: shown?.retransmission === true ? true : undefined,
    payload_bytes: shown?.dataBytes ?? reply?.dataBytes,
    age,
    late,
  };
}

/** The `gluster` section: the description's fields, the payload, and with full detail the structs. */
export function glusterSection(
  flow: Flow,
  call: Call | undefined,
  description: Description | undefined,
  payload: Fields | undefined,
  request: Fields | undefined,
  response: Fields | undefined,
): Fields | undefined {
  if (call?.program === undefined || description === undefined) return undefined;
  const { fields } = description;
  // Nearly always without entries.
  for (const name in payload) fields[name] = payload[name];
  if (flow.full && request !== undefined) fields.request = request;
  if (flow.full && response !== undefined) fields.response = response;
  return fields;
}

function wiretailSection({ truncated, reason }: MessageLine): Fields | undefined {
  if (!truncated && reason === '') return undefined;
  if (!truncated) return { malformed: true };
  return reason === '' ? { truncated } : { truncated, malformed: true };
}

export function emitLine(
  flow: Flow,
  from: Direction,
  call: Call | undefined,
  line: MessageLine,
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
    sections: { rpc: line.rpc, gluster: line.gluster, wiretail: wiretailSection(line) },
  });
}
