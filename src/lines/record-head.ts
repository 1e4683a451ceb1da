/** The parts that lines are made of: the head, and the `rpc` section, whose form is always the same. */
import { Buffer } from 'node:buffer';
import { memoize } from '../records/memoize.js';
import { preserialisedBytes, storePreserialised } from '../records/preserialised.js';
import type { JsonObject, RecordBody, RpcSection } from '../records/record.js';
import { formatSecond, wallTime } from '../records/time.js';
import { putObject, quoteSentence } from './json.js';
import { type LineBytes, putAscii, putByte, putBytes, putDigits, putNumber } from './line-bytes.js';

const END = 0x7d;
const QUOTE = 0x22;

const ascii = (text: string) => Buffer.from(text, 'latin1');

/** A line's beginning, what all lines of a sender have in common, with what comes before the time behind it. */
export function linePrefix(text: string): Uint8Array {
  return Buffer.from(`${text},"@timestamp":"`);
}

/**
 * What comes between a line's time and its duration, or its end: some seventy bytes that few lines have as their own.
 * By the dataset and the action; then by the outcome, and whether a duration follows.
 */
const EVENT = memoize(() => memoize((): (Uint8Array | undefined)[] => []));
const OUTCOME = { success: 2, failure: 4, unknown: 6 } as const;

function eventBytes({ dataset, action, outcome, duration }: RecordBody): Uint8Array {
  const pieces = EVENT(dataset)(action);
  const form = (outcome === undefined ? 0 : OUTCOME[outcome]) + (duration === undefined ? 0 : 1);
  const before = pieces[form];
  if (before !== undefined) return before;
  const ended = outcome === undefined ? '' : `,"outcome":"${outcome}"`;
  const last = duration === undefined ? '' : ',"duration":';
  const piece = Buffer.from(
    `Z","event":{"dataset":"${dataset}","action":${quoteSentence(action)}${ended}${last}`,
  );
  pieces[form] = piece;
  return piece;
}

const PACKET = ascii('},"packet":{"number":');
const REPLY_NUMBER = ascii(',"reply_number":');

/** The beginning, and `...","event":{...},"packet":{...}` */
export function putRecordHead(out: LineBytes, beginning: Uint8Array, body: RecordBody): void {
  const { duration, packet, replyPacket } = body;
  const { seconds, nanoseconds } = wallTime(body);
  putBytes(out, beginning);
  putAscii(out, formatSecond(seconds));
  putDigits(out, nanoseconds, 9);
  putBytes(out, eventBytes(body));
  if (duration !== undefined) putNumber(out, duration);
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

const CALL = ascii(',"rpc":{"type":"call","xid":');
const REPLY = ascii(',"rpc":{"type":"reply","xid":');
const XID = ascii(',"rpc":{"xid":');
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

/** What was called, as lines have it. */
interface Called {
  program: number | undefined;
  version: number | undefined;
  procedure: number | undefined;
  /** Undefined: nobody has called it so far. */
  bytes: Uint8Array | undefined;
  /** The same, and that it was done. */
  done: Uint8Array;
}
/** By the method's name the one that came last. */
const CALLED = memoize(
  (): Called => ({
    program: undefined,
    version: undefined,
    procedure: undefined,
    bytes: undefined,
    done: new Uint8Array(0),
  }),
);
const DONE = 'SUCCESS';

/** `,"program":...,"version":...,"procedure":...,"method":...`, and where it was done `,"accept_status":"SUCCESS"`. */
function calledBytes(rpc: RpcSection, method: string): Uint8Array {
  const { program, version, procedure } = rpc;
  const called = CALLED(method);
  const same = called.program === program && called.version === version && called.procedure === procedure;
  if (called.bytes === undefined || !same) {
    const numbers =
      program === undefined ? '' : `,"program":${program},"version":${version},"procedure":${procedure}`;
    const text = `${numbers},"method":${quoteSentence(method)}`;
    called.program = program;
    called.version = version;
    called.procedure = procedure;
    called.bytes = Buffer.from(text);
    called.done = Buffer.from(`${text},"accept_status":"${DONE}"`);
  }
  return rpc.accept_status === DONE ? called.done : called.bytes;
}

/** Of an object that records have in common: as it was written the first time, if it was. */
function putShared(out: LineBytes, members: JsonObject): void {
  const before = preserialisedBytes(members);
  if (before !== undefined) {
    putBytes(out, before);
    return;
  }
  const { at, buffer } = out;
  putObject(out, members);
  if (out.at <= buffer.length) storePreserialised(members, buffer.subarray(at, out.at));
}

/** `,"rpc":{...}` */
export function putRpcSection(out: LineBytes, rpc: RpcSection): void {
  const { type, program, method, accept_status, mismatch, auth, verifier } = rpc;
  putBytes(out, type === undefined ? XID : type === 'call' ? CALL : REPLY);
  putNumber(out, rpc.xid);
  if (method !== undefined) putBytes(out, calledBytes(rpc, method));
  else if (program !== undefined) {
    putMember(out, PROGRAM, program);
    putMember(out, VERSION, rpc.version);
    putMember(out, PROCEDURE, rpc.procedure);
  }
  if (method === undefined || accept_status !== DONE) putWord(out, ACCEPT_STATUS, accept_status);
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
