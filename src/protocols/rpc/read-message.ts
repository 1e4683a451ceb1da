/** Decodes a record into a message: header, credential, struct, and the data after it. */
import { type Direction, opposite } from '../protocol.js';
import { AUTH_NONE, readAuth } from './auth.js';
import type { Flow } from './connection.js';
import type { Fields } from './describer.js';
import { AcceptStat, HeaderPart, MsgType, ReplyStat, readHeader } from './header.js';
import type { Message, Reply } from './message.js';
import type { Call } from './pending-calls.js';
import type { Procedure, Program } from './program.js';
import { readMessageBody, readPayload } from './read-body.js';
import type { RecordBytes } from './record-bytes.js';
import { findTentativeCall } from './tentative.js';

/** Bytes that a pending call counts for in the memory limit, besides its struct. */
const CALL_WEIGHT = 512;

/** Decodes a record. undefined: it needs more bytes (never if `final`), and nothing has changed. */
export function decodeMessage(flow: Flow, dir: Direction, record: RecordBytes): Message | undefined {
  const { header } = flow;
  const { end, recordEnd, final } = record;
  const part = readHeader(header, record.bytes, record.start, end);
  if (part !== HeaderPart.whole) {
    if (!final && header.reason === '') return undefined;
    if (part === HeaderPart.procedure && header.reason === '' && end < recordEnd)
      return newTruncatedCall(flow);
    const complete = end >= recordEnd;
    const reason = header.reason === '' && complete ? 'the record ends within the header' : header.reason;
    return { kind: 'unparsable', reason };
  }
  return header.type === MsgType.call ? decodeCall(flow, record) : decodeReply(flow, dir, record);
}

/** The meanings of a procedure number; first the one that this connection uses. */
function procedureMeanings(flow: Flow, procedure: Procedure | undefined): readonly (Procedure | undefined)[] {
  if (procedure?.alternative === undefined) return [procedure];
  return flow.usesAlternatives ? [procedure.alternative, procedure] : [procedure, procedure.alternative];
}

function newCall(
  flow: Flow,
  program: Program | undefined,
  procedure: Procedure | undefined,
  auth: Fields | undefined,
): Call {
  const { header } = flow;
  return {
    xid: header.xid,
    programNumber: header.program,
    versionNumber: header.version,
    procedureNumber: header.procedure,
    program,
    procedure,
    auth,
    verifier: undefined,
    request: undefined,
    dataBytes: undefined,
    payload: undefined,
    truncated: false,
    reason: '',
    retransmission: false,
    timeoutReported: false,
    lock: undefined,
    epoch: flow.outOfOrder ? 0 : flow.describer.observationEpoch(),
    seconds: 0,
    nanoseconds: 0,
    packet: 0,
    weight: CALL_WEIGHT,
  };
}

/** A call of which only the procedure was captured: enough to decode its reply. */
function newTruncatedCall(flow: Flow): Message {
  const { header } = flow;
  const program = flow.programs.find(header.program, header.version);
  const [procedure] = procedureMeanings(flow, program?.procedures[header.procedure]);
  const call = newCall(flow, program, procedure, undefined);
  call.truncated = true;
  return { kind: 'call', call };
}

function decodeCall(flow: Flow, record: RecordBytes): Message | undefined {
  const { header } = flow;
  const { bytes, start, end, recordEnd, final } = record;
  const program = flow.programs.find(header.program, header.version);
  const [first, second] = procedureMeanings(flow, program?.procedures[header.procedure]);
  const hasData = first?.data === 'call';
  if (!final && !hasData) return undefined;
  let procedure = first;
  let body = readMessageBody(flow, first?.call ?? 'unknown', hasData, record, header.position);
  if (second !== undefined && body.reason !== '') {
    const other = readMessageBody(flow, second.call, false, record, header.position);
    if (other.reason === '' && !other.incomplete) {
      procedure = second;
      body = other;
      flow.usesAlternatives = !flow.usesAlternatives;
    }
  }
  if (body.incomplete && !final) return undefined;
  const payload = readPayload(flow, body, record);
  if (payload === undefined) return undefined;
  const { credentialFlavor, credentialStart, credentialEnd } = header;
  const auth = flow.credential(credentialFlavor, bytes, credentialStart, credentialEnd);
  const call = newCall(flow, program, procedure, auth);
  call.request = body.fields;
  call.dataBytes = body.dataBytes;
  call.payload = payload;
  call.truncated = body.incomplete;
  call.reason = body.reason;
  call.verifier = readVerifier(flow, bytes);
  call.weight += Math.min(end, recordEnd) - start - Math.min(body.dataBytes ?? 0, end - start);
  return { kind: 'call', call };
}

function readVerifier(flow: Flow, bytes: Uint8Array): Fields | undefined {
  const { verifierFlavor, verifierStart, verifierEnd } = flow.header;
  if (verifierFlavor === AUTH_NONE) return undefined;
  return readAuth(flow.compile, flow.detail, verifierFlavor, bytes, verifierStart, verifierEnd);
}

function decodeReply(flow: Flow, dir: Direction, record: RecordBytes): Message | undefined {
  const { header } = flow;
  const { final } = record;
  const caller = opposite(dir);
  const pending = flow.sides[caller].calls.find(header.xid);
  const call = pending ?? findTentativeCall(flow, caller, header.xid);
  const accepted = header.replyStat === ReplyStat.accepted;
  const success = accepted && header.status === AcceptStat.success;
  const hasData = success && call?.procedure?.data === 'reply';
  if (!final && !hasData) return undefined;
  const form = success ? (call?.procedure?.reply ?? 'unknown') : 'unknown';
  let body = readMessageBody(flow, form, hasData, record, header.position);
  if (body.incomplete && !final) return undefined;
  const contradictsCall = pending === undefined && body.reason !== '';
  if (contradictsCall) body = readMessageBody(flow, 'unknown', false, record, header.position);
  const payload = readPayload(flow, body, record);
  if (payload === undefined) return undefined;
  const mismatched =
    (accepted && header.status === AcceptStat.programMismatch) || (!accepted && header.status === 0);
  const reply: Reply = {
    xid: header.xid,
    contradictsCall,
    accepted,
    status: header.status,
    authStatus: header.authStatus,
    mismatch: mismatched ? { low: header.low, high: header.high } : undefined,
    verifier: accepted ? readVerifier(flow, record.bytes) : undefined,
    response: body.fields,
    dataBytes: body.dataBytes,
    payload,
    truncated: body.incomplete,
    reason: body.reason,
  };
  return { kind: 'reply', reply };
}
