/** The `rpc` section, which has the same form in every record. */
import { Buffer } from 'node:buffer';
import { memoize } from '../records/memoize.js';
import { preserialisedBytes, storePreserialised } from '../records/preserialised.js';
import type { JsonObject, RpcSection } from '../records/record.js';
import { putObject, quoteSentence } from './json.js';
import { type LineBytes, putAscii, putByte, putBytes, putMember, putNumber } from './line-bytes.js';

const CLOSING_BRACE = 0x7d;
const QUOTE = 0x22;

const CALL = Buffer.from(',"rpc":{"type":"call","xid":');
const REPLY = Buffer.from(',"rpc":{"type":"reply","xid":');
const XID = Buffer.from(',"rpc":{"xid":');
const PROGRAM = Buffer.from(',"program":');
const VERSION = Buffer.from(',"version":');
const PROCEDURE = Buffer.from(',"procedure":');
const ACCEPT_STATUS = Buffer.from(',"accept_status":"');
const REJECT_STATUS = Buffer.from(',"reject_status":"');
const AUTH_STATUS = Buffer.from(',"auth_status":"');
const MISMATCH = Buffer.from(',"mismatch":');
const AUTH = Buffer.from(',"auth":');
const VERIFIER = Buffer.from(',"verifier":');
const RETRANSMISSION = Buffer.from(',"retransmission":true');
const PAYLOAD_BYTES = Buffer.from(',"payload_bytes":');
const AGE = Buffer.from(',"age":');
const LATE = Buffer.from(',"late":true');

/** Writes a name of wiretail's tables, which needs no escaping, unless it is undefined. */
function putName(out: LineBytes, key: Uint8Array, name: string | undefined): void {
  if (name === undefined) return;
  putBytes(out, key);
  putAscii(out, name);
  putByte(out, QUOTE);
}

/** The serialised members that name a procedure. */
interface ProcedureBytes {
  program: number | undefined;
  version: number | undefined;
  procedure: number | undefined;
  /** Undefined until the method's first record. */
  bytes: Uint8Array | undefined;
  /** The same with `accept_status` SUCCESS. */
  withSuccess: Uint8Array;
}
/** The procedure last seen under each method name. */
const PROCEDURE_BYTES = memoize(
  (): ProcedureBytes => ({
    program: undefined,
    version: undefined,
    procedure: undefined,
    bytes: undefined,
    withSuccess: new Uint8Array(0),
  }),
);
const SUCCESS = 'SUCCESS';

/** `,"program":...,"version":...,"procedure":...,"method":...`, followed by `accept_status` if it is SUCCESS. */
function procedureBytes(rpc: RpcSection, method: string): Uint8Array {
  const { program, version, procedure } = rpc;
  const cached = PROCEDURE_BYTES(method);
  const isSame = cached.program === program && cached.version === version && cached.procedure === procedure;
  if (cached.bytes === undefined || !isSame) {
    const numbers =
      program === undefined ? '' : `,"program":${program},"version":${version},"procedure":${procedure}`;
    const text = `${numbers},"method":${quoteSentence(method)}`;
    cached.program = program;
    cached.version = version;
    cached.procedure = procedure;
    cached.bytes = Buffer.from(text);
    cached.withSuccess = Buffer.from(`${text},"accept_status":"${SUCCESS}"`);
  }
  return rpc.accept_status === SUCCESS ? cached.withSuccess : cached.bytes;
}

/** Writes an object that many records share, serialised on its first use. */
function putPreserialised(out: LineBytes, members: JsonObject): void {
  const cached = preserialisedBytes(members);
  if (cached !== undefined) {
    putBytes(out, cached);
    return;
  }
  const { at, buffer } = out;
  putObject(out, members);
  if (out.at <= buffer.length) storePreserialised(members, buffer.subarray(at, out.at));
}

/** Writes `,"rpc":{...}`. */
export function putRpcSection(out: LineBytes, rpc: RpcSection): void {
  const { type, program, method, accept_status, mismatch, auth, verifier } = rpc;
  putBytes(out, type === undefined ? XID : type === 'call' ? CALL : REPLY);
  putNumber(out, rpc.xid);
  if (method !== undefined) putBytes(out, procedureBytes(rpc, method));
  else if (program !== undefined) {
    putMember(out, PROGRAM, program);
    putMember(out, VERSION, rpc.version);
    putMember(out, PROCEDURE, rpc.procedure);
  }
  if (method === undefined || accept_status !== SUCCESS) putName(out, ACCEPT_STATUS, accept_status);
  putName(out, REJECT_STATUS, rpc.reject_status);
  putName(out, AUTH_STATUS, rpc.auth_status);
  if (mismatch !== undefined) {
    putBytes(out, MISMATCH);
    putObject(out, mismatch);
  }
  if (auth !== undefined) {
    putBytes(out, AUTH);
    putPreserialised(out, auth);
  }
  if (verifier !== undefined) {
    putBytes(out, VERIFIER);
    putObject(out, verifier);
  }
  if (rpc.retransmission !== undefined) putBytes(out, RETRANSMISSION);
  putMember(out, PAYLOAD_BYTES, rpc.payload_bytes);
  putMember(out, AGE, rpc.age);
  if (rpc.late !== undefined) putBytes(out, LATE);
  putByte(out, CLOSING_BRACE);
}
