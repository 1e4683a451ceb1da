/** The parts that lines are made of: the head, and the `rpc` section, whose form is always the same. */
import { Buffer } from 'node:buffer';
import type { JsonObject, RecordBody, RpcSection } from '../records/record.js';
import { remembered } from '../records/remembered.js';
import { keepWritten, writtenOf } from '../records/shared.js';
import { secondText, wallTime } from '../records/time.js';
import { type LineBytes, putAscii, putByte, putBytes, putDigits, putNumber } from './line-bytes.js';
import { putObject, quoted } from './line-json.js';

const END = 0x7d;
const QUOTE = 0x22;

const ascii = (text: string) => Buffer.from(text, 'latin1');

const TIMESTAMP = ascii(',"@timestamp":"');
const EVENT = remembered((dataset) => ascii(`Z","event":{"dataset":"${dataset}","action":`));
const NAME = remembered((name) => Buffer.from(quoted(name)));
const OUTCOME = {
  success: ascii(',"outcome":"success"'),
  failure: ascii(',"outcome":"failure"'),
  unknown: ascii(',"outcome":"unknown"'),
};
const DURATION = ascii(',"duration":');
const PACKET = ascii('},"packet":{"number":');
const REPLY_NUMBER = ascii(',"reply_number":');

/** `,"@timestamp":...,"event":{...},"packet":{...}` */
export function putHead(out: LineBytes, body: RecordBody): void {
  const { outcome, duration, packet, replyPacket } = body;
  const { seconds, nanoseconds } = wallTime(body);
  putBytes(out, TIMESTAMP);
  putAscii(out, secondText(seconds));
  putDigits(out, nanoseconds, 9);
  putBytes(out, EVENT(body.dataset));
  putBytes(out, NAME(body.action));
  if (outcome !== undefined) putBytes(out, OUTCOME[outcome]);
  putMember(out, DURATION, duration);
  if (packet !== 0) {
    putMember(out, PACKET, packet);
    if (replyPacket !== 0) putMember(out, REPLY_NUMBER, replyPacket);
  }
  putByte(out, END);
}

/** Where there is a value. */
function putMember(out: LineBytes, key: Uint8Array, value: number | undefined): void {
  if (value === undefined) return;
  putBytes(out, key);
  putNumber(out, value);
}

/** A name of our own tables. */
function putWord(out: LineBytes, key: Uint8Array, word: string | undefined): void {
  if (word === undefined) return;
  putBytes(out, key);
  putAscii(out, word);
  putByte(out, QUOTE);
}

const RPC = { call: ascii('{"type":"call","xid":'), reply: ascii('{"type":"reply","xid":') };
const XID = ascii('{"xid":');
const PROGRAM = ascii(',"program":');
const VERSION = ascii(',"version":');
const PROCEDURE = ascii(',"procedure":');
const ACCEPT_STATUS = ascii(',"accept_status":"');
const REJECT_STATUS = ascii(',"reject_status":"');
const AUTH_STATUS = ascii(',"auth_status":"');
const MISMATCH = ascii(',"mismatch":');
const AUTH = ascii(',"auth":');
const VERIFIER = ascii(',"verifier":');
const RETRANSMISSION = ascii(',"retransmission":true');
const PAYLOAD_BYTES = ascii(',"payload_bytes":');
const AGE = ascii(',"age":');
const LATE = ascii(',"late":true');

/** What was called, as lines have it; by the method's name the one that came last. */
interface Called {
  readonly program: number | undefined;
  readonly version: number | undefined;
  readonly procedure: number | undefined;
  readonly bytes: Uint8Array;
}
const lastCalled = new Map<string, Called>();

/** `,"program":...,"version":...,"procedure":...,"method":...` of a method of our tables. */
function calledBytes(rpc: RpcSection, method: string): Uint8Array {
  const { program, version, procedure } = rpc;
  const last = lastCalled.get(method);
  const same =
    last !== undefined &&
    last.program === program &&
    last.version === version &&
    last.procedure === procedure;
  if (same) return last.bytes;
  const numbers =
    program === undefined ? '' : `,"program":${program},"version":${version},"procedure":${procedure}`;
  const bytes = Buffer.from(`${numbers},"method":${quoted(method)}`);
  lastCalled.set(method, { program, version, procedure, bytes });
  return bytes;
}

/** Of an object that records have in common: as it was written the first time, if it was. */
function putShared(out: LineBytes, members: JsonObject): void {
  const before = writtenOf(members);
  if (before !== undefined) {
    putBytes(out, before);
    return;
  }
  const { at, buffer } = out;
  putObject(out, members);
  if (out.at <= buffer.length) keepWritten(members, buffer.subarray(at, out.at));
}

export function putRpc(out: LineBytes, rpc: RpcSection): void {
  const { type, program, method, mismatch, auth, verifier } = rpc;
  putMember(out, type === undefined ? XID : RPC[type], rpc.xid);
  if (method !== undefined) putBytes(out, calledBytes(rpc, method));
  else if (program !== undefined) {
    putMember(out, PROGRAM, program);
    putMember(out, VERSION, rpc.version);
    putMember(out, PROCEDURE, rpc.procedure);
  }
  putWord(out, ACCEPT_STATUS, rpc.accept_status);
  putWord(out, REJECT_STATUS, rpc.reject_status);
  putWord(out, AUTH_STATUS, rpc.auth_status);
  if (mismatch !== undefined) {
    putBytes(out, MISMATCH);
    putObject(out, mismatch);
  }
  if (auth !== undefined) {
    putBytes(out, AUTH);
    putShared(out, auth);
  }
  if (verifier !== undefined) {
    putBytes(out, VERIFIER);
    putObject(out, verifier);
  }
  if (rpc.retransmission !== undefined) putBytes(out, RETRANSMISSION);
  putMember(out, PAYLOAD_BYTES, rpc.payload_bytes);
  putMember(out, AGE, rpc.age);
  if (rpc.late !== undefined) putBytes(out, LATE);
  putByte(out, END);
}
