/** Builds ONC RPC messages: record marks, calls, replies, credentials, and some structs of GlusterFS. */
import { Buffer } from 'node:buffer';
import { counted, long, word } from './xdr-bytes.js';

const NOTHING = Buffer.alloc(0);

export const FOP = 1298437;
export const HANDSHAKE = 14398633;
export const CALLBACK = 52743234;
export const MGMT = 1238433;
export const NFS = 100003;

export const words = (...values: readonly number[]): Buffer => Buffer.concat(values.map(word));

/** A fragment, by default the only one of its record. */
export const record = (content: Uint8Array, last = true): Buffer =>
  Buffer.concat([word(content.length + (last ? 0x80000000 : 0)), content]);

/** A record with fragments of these lengths, and a last one with the remaining bytes. */
export function fragmented(content: Uint8Array, ...lengths: readonly number[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    parts.push(record(content.subarray(at, at + length), false));
    at += length;
  }
  parts.push(record(content.subarray(at)));
  return Buffer.concat(parts);
}

/** A credential or verifier: the flavor, then the bytes. */
export const auth = (flavor: number, content: Uint8Array = NOTHING): Buffer =>
  Buffer.concat([word(flavor), counted(content)]);

export const AUTH_NONE = auth(0);

export const authSys = (uid: number, gid: number, groups: readonly number[]): Buffer =>
  auth(1, Buffer.concat([word(7), counted('host'), words(uid, gid, groups.length, ...groups)]));

export const authV2 = (pid: number, owner = Buffer.of(1, 2, 3, 4, 5, 6, 7, 8)): Buffer =>
  auth(390039, Buffer.concat([words(pid, 1000, 100, 2, 100, 4), counted(owner)]));

export const authV3 = (pid: number, owner = Buffer.of(1, 2, 3, 4, 5, 6, 7, 8)): Buffer =>
  auth(390040, Buffer.concat([words(pid, 1000, 100, 3, 5, 0, 1_700_000_000, 2, 100, 4), counted(owner)]));

export interface CallFields {
  xid: number;
  program?: number;
  version?: number;
  procedure: number;
  body?: Uint8Array;
  credential?: Uint8Array;
  verifier?: Uint8Array;
  rpcVersion?: number;
}

/** A call without a record mark. */
export const callBytes = ({
  xid,
  program = FOP,
  version = 400,
  procedure,
  body = NOTHING,
  credential = authV3(4242),
  verifier = AUTH_NONE,
  rpcVersion = 2,
}: CallFields): Buffer =>
  Buffer.concat([words(xid, 0, rpcVersion, program, version, procedure), credential, verifier, body]);

export const call = (fields: CallFields): Buffer => record(callBytes(fields));

/** An accepted reply without a record mark. */
export const replyBytes = (
  xid: number,
  body: Uint8Array = NOTHING,
  status = 0,
  verifier = AUTH_NONE,
): Buffer => Buffer.concat([words(xid, 1, 0), verifier, word(status), body]);

export const reply = (xid: number, body: Uint8Array = NOTHING, status = 0): Buffer =>
  record(replyBytes(xid, body, status));

/** A denied reply: reject_stat and the words that follow it. */
export const denied = (xid: number, ...status: readonly number[]): Buffer =>
  record(words(xid, 1, 1, ...status));

export const GFID = Buffer.from('93e1d5ccf2f44d47a6a12b87e359535e', 'hex');
/** An absent gfx_dict. */
export const NO_DICT = words(0, -1, 0);
const IATT = Buffer.concat([
  GFID,
  Buffer.alloc(9 * 8),
  Buffer.alloc(3 * 8),
  words(0, 0, 0, 0, 1, 0, 0, 4096, 0o100644),
]);

/** Procedures of GLUSTER_FOP version 400. */
export const Proc = { read: 12, write: 13, flush: 15, fstat: 25 } as const;

export const flushCall = (xid: number): Buffer =>
  call({ xid, procedure: Proc.flush, body: Buffer.concat([GFID, long(1n), NO_DICT]) });
export const commonRsp = (ret = 0, errno = 0): Buffer => Buffer.concat([words(ret, errno), NO_DICT]);
export const flushReply = (xid: number, errno = 0): Buffer =>
  reply(xid, commonRsp(errno === 0 ? 0 : -1, errno));

export const fstatCall = (xid: number): Buffer =>
  call({ xid, procedure: Proc.fstat, body: Buffer.concat([GFID, long(1n), NO_DICT]) });
export const fstatReply = (xid: number): Buffer => reply(xid, Buffer.concat([commonRsp(), IATT]));

export const writeBody = (data: Uint8Array, offset = 0): Buffer =>
  Buffer.concat([GFID, long(1n), long(BigInt(offset)), words(data.length, 0), NO_DICT, data]);
export const writeCall = (xid: number, data: Uint8Array, offset = 0): Buffer =>
  call({ xid, procedure: Proc.write, body: writeBody(data, offset) });
export const writeReply = (xid: number, bytes: number): Buffer =>
  reply(xid, Buffer.concat([commonRsp(bytes), IATT, IATT]));

export const readCall = (xid: number, size: number, offset = 0): Buffer =>
  call({
    xid,
    procedure: Proc.read,
    body: Buffer.concat([GFID, long(1n), long(BigInt(offset)), words(size, 0), NO_DICT]),
  });
export const readReply = (xid: number, data: Uint8Array): Buffer =>
  reply(xid, Buffer.concat([words(data.length, 0), IATT, word(data.length), NO_DICT, data]));

/** A callback of the server, without a body. */
export const childDown = (xid: number): Buffer =>
  call({ xid, program: CALLBACK, version: 1, procedure: 7, credential: AUTH_NONE });
