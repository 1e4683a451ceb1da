/**
 * The record mark and the message header of ONC RPC (RFC 5531, sections 9 and 11), as numbers: nothing is
 * made of them yet, so that looking for a header in a stream costs no more than reading it.
 */
import { padded, unsigned } from './xdr/primitives.js';

/** The bit of a record mark that says: the record's last fragment. */
export const LastFragment = 0x80000000;
export const MarkBytes = 4;

export const MsgType = { call: 0, reply: 1 } as const;
/** The only version of RPC that there is on TCP. */
export const RpcVersion = 2;
/** The most bytes of a credential or verifier (RFC 5531, section 8.2; Gluster's rpc/rpc-lib/src/xdr-common.h). */
export const AuthLimit = 400;

export const ReplyStat = { accepted: 0, denied: 1 } as const;
export const AcceptStat = { success: 0, programMismatch: 2 } as const;
export const RejectStat = { rpcMismatch: 0, authError: 1 } as const;

/** A message's header: one object, filled again for each message. */
export interface Header {
  xid: number;
  type: number;
  rpcVersion: number;
  program: number;
  version: number;
  procedure: number;
  credentialFlavor: number;
  credentialStart: number;
  credentialEnd: number;
  verifierFlavor: number;
  verifierStart: number;
  verifierEnd: number;
  /** accepted or denied; of a reply. */
  replyStat: number;
  /** accept_stat, or reject_stat where it is denied. */
  status: number;
  authStatus: number;
  low: number;
  high: number;
  /** Behind the header. */
  position: number;
  /** Why it is none; empty: it isn't that. */
  reason: string;
}

export function newHeader(): Header {
  return {
    xid: 0,
    type: 0,
    rpcVersion: 0,
    program: 0,
    version: 0,
    procedure: 0,
    credentialFlavor: 0,
    credentialStart: 0,
    credentialEnd: 0,
    verifierFlavor: 0,
    verifierStart: 0,
    verifierEnd: 0,
    replyStat: 0,
    status: 0,
    authStatus: 0,
    low: 0,
    high: 0,
    position: 0,
    reason: '',
  };
}

/** How far a header was read: not at all; its xid and type; of a call, its procedure besides; all of it. */
export const Seen = { nothing: 0, part: 1, procedure: 2, whole: 3 } as const;
export type Seen = (typeof Seen)[keyof typeof Seen];

function wrong(header: Header, reason: string): Seen {
  header.reason = reason;
  return Seen.part;
}

/** Reads the header of a message in bytes[start, end). `reason` says what can't be; else the bytes ended. */
export function readHeader(header: Header, bytes: Uint8Array, start: number, end: number): Seen {
  header.reason = '';
  if (end - start < 8) return Seen.nothing;
  header.xid = unsigned(bytes, start);
  header.type = unsigned(bytes, start + 4);
  if (header.type === MsgType.call) return readCall(header, bytes, start + 8, end);
  if (header.type === MsgType.reply) return readReply(header, bytes, start + 8, end);
  return wrong(header, 'neither a call nor a reply');
}

function readCall(header: Header, bytes: Uint8Array, at: number, end: number): Seen {
  if (end - at < 16) return Seen.part;
  header.rpcVersion = unsigned(bytes, at);
  header.program = unsigned(bytes, at + 4);
  header.version = unsigned(bytes, at + 8);
  header.procedure = unsigned(bytes, at + 12);
  if (header.rpcVersion !== RpcVersion) return wrong(header, `RPC version ${header.rpcVersion}`);
  if (end - at < 24) return Seen.procedure;
  header.credentialFlavor = unsigned(bytes, at + 16);
  const credential = unsigned(bytes, at + 20);
  if (credential > AuthLimit) return wrong(header, `a credential of ${credential} bytes`);
  header.credentialStart = at + 24;
  header.credentialEnd = header.credentialStart + credential;
  return readVerifier(header, bytes, header.credentialStart + padded(credential), end)
    ? Seen.whole
    : Seen.procedure;
}

function readVerifier(header: Header, bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < 8) return false;
  header.verifierFlavor = unsigned(bytes, at);
  const verifier = unsigned(bytes, at + 4);
  if (verifier > AuthLimit) {
    header.reason = `a verifier of ${verifier} bytes`;
    return false;
  }
  header.verifierStart = at + 8;
  header.verifierEnd = header.verifierStart + verifier;
  header.position = header.verifierStart + padded(verifier);
  return header.position <= end;
}

function readReply(header: Header, bytes: Uint8Array, at: number, end: number): Seen {
  if (end - at < 4) return Seen.part;
  header.replyStat = unsigned(bytes, at);
  if (header.replyStat === ReplyStat.denied) return readDenied(header, bytes, at + 4, end);
  if (header.replyStat !== ReplyStat.accepted) return wrong(header, `reply_stat ${header.replyStat}`);
  if (!readVerifier(header, bytes, at + 4, end)) return Seen.part;
  const position = header.position;
  if (end - position < 4) return Seen.part;
  header.status = unsigned(bytes, position);
  header.position = position + 4;
  return header.status === AcceptStat.programMismatch ? readMismatch(header, bytes, end) : Seen.whole;
}

function readDenied(header: Header, bytes: Uint8Array, at: number, end: number): Seen {
  if (end - at < 4) return Seen.part;
  header.status = unsigned(bytes, at);
  header.position = at + 4;
  if (header.status === RejectStat.rpcMismatch) return readMismatch(header, bytes, end);
  if (header.status !== RejectStat.authError) return wrong(header, `reject_stat ${header.status}`);
  if (end - at < 8) return Seen.part;
  header.authStatus = unsigned(bytes, at + 4);
  header.position = at + 8;
  return Seen.whole;
}

function readMismatch(header: Header, bytes: Uint8Array, end: number): Seen {
  if (end - header.position < 8) return Seen.part;
  header.low = unsigned(bytes, header.position);
  header.high = unsigned(bytes, header.position + 4);
  header.position += 8;
  return Seen.whole;
}
