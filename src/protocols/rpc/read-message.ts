/** One record into a message: the header, the credential, the struct, and how much data follows it. */

import { PAYLOAD_LIMIT, putPayload } from '../payload.js';
import { type Direction, opposite } from '../protocol.js';
import { AuthNone, readAuth } from './auth.js';
import { doubtedCall, type Flow } from './connection.js';
import type { Fields } from './describer.js';
import { AcceptStat, type Header, MsgType, newHeader, ReplyStat, readHeader, Seen } from './header.js';
import type { Message, Reply } from './message.js';
import type { Call } from './pending-calls.js';
import type { Body, Procedure, Program } from './program.js';
import { BodyState, readBody } from './xdr/reader.js';

/** What a struct's bytes gave. */
interface Read {
  fields: Fields | undefined;
  dataBytes: number | undefined;
  dataAt: number;
  short: boolean;
  reason: string;
}

const header: Header = newHeader();

function readStruct(
  flow: Flow,
  form: Body,
  hasData: boolean,
  bytes: Uint8Array,
  at: number,
  end: number,
  recordEnd: number,
): Read {
  const read: Read = { fields: undefined, dataBytes: undefined, dataAt: at, short: false, reason: '' };
  let position = at;
  if (typeof form === 'object') {
    const body = readBody(flow.compile(form, flow.detail), bytes, at, end, recordEnd);
    read.fields = body.fields;
    read.short = body.state === BodyState.short;
    if (body.state === BodyState.malformed) read.reason = body.reason;
    position = body.position;
    if (body.state !== BodyState.whole) return read;
  } else if (form !== 'void') return read;
  if (hasData) {
    read.dataAt = position;
    read.dataBytes = recordEnd - position;
  } else if (position !== recordEnd) {
    read.reason = `${recordEnd - position} bytes behind what the procedure has`;
  }
  return read;
}

const NoPayload: Fields = Object.freeze({});

/** The first bytes of the data, where they are asked for; undefined: they are not at hand yet. */
function payloadOf(
  flow: Flow,
  read: Read,
  bytes: Uint8Array,
  end: number,
  final: boolean,
): Fields | undefined {
  const wanted = Math.min(flow.payloadBytes, read.dataBytes ?? 0, PAYLOAD_LIMIT);
  if (wanted === 0) return NoPayload;
  const fields: Fields = {};
  if (read.dataAt + wanted > end && !final) return undefined;
  const stop = Math.min(read.dataAt + wanted, end);
  if (stop > read.dataAt) {
    const shown = new Uint8Array(bytes.subarray(read.dataAt, stop));
    putPayload(fields, shown, stop - read.dataAt === read.dataBytes);
  }
  return fields;
}

/** Bytes that a remembered call is charged with besides its struct's. */
const CallWeight = 512;

/**
 * Decodes the record in bytes[start, end), which ends at `recordEnd`. Returns undefined where more of it is
 * wanted first: only if it is not `final`, and then nothing has happened.
 */
export function decodeMessage(
  flow: Flow,
  dir: Direction,
  bytes: Uint8Array,
  start: number,
  end: number,
  recordEnd: number,
  final: boolean,
): Message | undefined {
  const seen = readHeader(header, bytes, start, end);
  if (seen !== Seen.whole) {
    if (!final && header.reason === '') return undefined;
    if (seen === Seen.procedure && header.reason === '' && end < recordEnd) return cutCall(flow);
    const whole = end >= recordEnd;
    const reason = header.reason === '' && whole ? 'the record ends within the header' : header.reason;
    return { kind: 'broken', broken: { reason } };
  }
  return header.type === MsgType.call
    ? decodeCall(flow, bytes, start, end, recordEnd, final)
    : decodeReply(flow, dir, bytes, end, recordEnd, final);
}

/** The two meanings that a procedure number may have, the one that the connection has shown first. */
function procedures(flow: Flow, procedure: Procedure | undefined): readonly (Procedure | undefined)[] {
  if (procedure?.alternative === undefined) return [procedure];
  return flow.otherNumbers ? [procedure.alternative, procedure] : [procedure, procedure.alternative];
}

function newCall(
  flow: Flow,
  program: Program | undefined,
  procedure: Procedure | undefined,
  auth: Fields | undefined,
): Call {
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
    told: false,
    lock: undefined,
    began: flow.late ? 0 : flow.describer.now(),
    seconds: 0,
    nanoseconds: 0,
    packet: 0,
    weight: CallWeight,
  };
}

/** A call of which no more was seen than what it calls: enough to know what its reply is. */
function cutCall(flow: Flow): Message {
  const program = flow.programs.find(header.program, header.version);
  const [procedure] = procedures(flow, program?.procedures[header.procedure]);
  const call = newCall(flow, program, procedure, undefined);
  call.truncated = true;
  return { kind: 'call', call };
}

function decodeCall(
  flow: Flow,
  bytes: Uint8Array,
  start: number,
  end: number,
  recordEnd: number,
  final: boolean,
): Message | undefined {
  const program = flow.programs.find(header.program, header.version);
  const [first, second] = procedures(flow, program?.procedures[header.procedure]);
  const hasData = first?.data === 'call';
  if (!final && !hasData) return undefined;
  let procedure = first;
  let read = readStruct(flow, first?.call ?? 'unknown', hasData, bytes, header.position, end, recordEnd);
  if (second !== undefined && read.reason !== '') {
    const other = readStruct(flow, second.call, false, bytes, header.position, end, recordEnd);
    if (other.reason === '' && !other.short) {
      procedure = second;
      read = other;
      flow.otherNumbers = !flow.otherNumbers;
    }
  }
  if (read.short && !final) return undefined;
  const payload = payloadOf(flow, read, bytes, end, final);
  if (payload === undefined) return undefined;
  const { credentialFlavor, credentialStart, credentialEnd } = header;
  const auth = flow.credential(credentialFlavor, bytes, credentialStart, credentialEnd);
  const call = newCall(flow, program, procedure, auth);
  call.request = read.fields;
  call.dataBytes = read.dataBytes;
  call.payload = payload;
  call.truncated = read.short;
  call.reason = read.reason;
  call.verifier = verifierOf(flow, bytes);
  call.weight += Math.min(end, recordEnd) - start - Math.min(read.dataBytes ?? 0, end - start);
  return { kind: 'call', call };
}

function verifierOf(flow: Flow, bytes: Uint8Array): Fields | undefined {
  if (header.verifierFlavor === AuthNone) return undefined;
  return readAuth(
    flow.compile,
    flow.detail,
    header.verifierFlavor,
    bytes,
    header.verifierStart,
    header.verifierEnd,
  );
}

function decodeReply(
  flow: Flow,
  dir: Direction,
  bytes: Uint8Array,
  end: number,
  recordEnd: number,
  final: boolean,
): Message | undefined {
  const caller = opposite(dir);
  const open = flow.sides[caller].calls.find(header.xid);
  const call = open ?? doubtedCall(flow, caller, header.xid);
  const accepted = header.replyStat === ReplyStat.accepted;
  const success = accepted && header.status === AcceptStat.success;
  const hasData = success && call?.procedure?.data === 'reply';
  if (!final && !hasData) return undefined;
  const form = success ? (call?.procedure?.reply ?? 'unknown') : 'unknown';
  let read = readStruct(flow, form, hasData, bytes, header.position, end, recordEnd);
  if (read.short && !final) return undefined;
  const unlike = open === undefined && read.reason !== '';
  if (unlike) read = readStruct(flow, 'unknown', false, bytes, header.position, end, recordEnd);
  const payload = payloadOf(flow, read, bytes, end, final);
  if (payload === undefined) return undefined;
  const mismatched =
    (accepted && header.status === AcceptStat.programMismatch) || (!accepted && header.status === 0);
  const reply: Reply = {
    xid: header.xid,
    unlike,
    accepted,
    status: header.status,
    authStatus: header.authStatus,
    mismatch: mismatched ? { low: header.low, high: header.high } : undefined,
    verifier: accepted ? verifierOf(flow, bytes) : undefined,
    response: read.fields,
    dataBytes: read.dataBytes,
    payload,
    truncated: read.short,
    reason: read.reason,
  };
  return { kind: 'reply', reply };
}
