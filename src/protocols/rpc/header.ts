/**
 * The record mark and the message header of ONC RPC (RFC 5531, sections 9 and 11). Header fields stay numbers, so
 * that searching a stream for headers allocates nothing.
 */
import { padded, unsigned } from './xdr/primitives.js';

/** The bit of a record mark that marks the last fragment of a record. */
export const LAST_FRAGMENT = 0x80000000;
export const MARK_BYTES = 4;
/** The longest plausible record: Gluster's sockets have no limit, but no sender writes so much at once. */
export const RECORD_LIMIT = 1 << 30;

export const MsgType = { call: 0, reply: 1 } as const;
/** The only version of RPC on TCP. */
export const RPC_VERSION = 2;
/** The maximum length of a credential or verifier (RFC 5531, section 8.2; Gluster's rpc/rpc-lib/src/xdr-common.h). */
export const AUTH_LIMIT = 400;

export const ReplyStat = { accepted: 0, denied: 1 } as const;
export const AcceptStat = { success: 0, programMismatch: 2 } as const;
export const RejectStat = { rpcMismatch: 0, authError: 1 } as const;

/** The header of a message: one object, overwritten for each message. */
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
  /** Of a reply: accepted or denied. */
  replyStat: number;
  /** accept_stat, or reject_stat if the reply is denied. */
  status: number;
  authStatus: number;
  /** The lowest and highest supported version, in a reply about a version mismatch. */
  low: number;
  high: number;
  /** The offset behind the header. */
  position: number;
  /** Why it is malformed; empty: it is well-formed as far as it was read. */
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

/** How much of a header was read: nothing; xid and type; of a call, also its procedure; all. */
export const HeaderPart = { nothing: 0, part: 1, procedure: 2, whole: 3 } as const;
export type HeaderPart = (typeof HeaderPart)[keyof typeof HeaderPart];

function malformed(header: Header, reason: string): HeaderPart {
  header.reason = reason;
  return HeaderPart.part;
}

/** Reads the header of a message in bytes[start, end). If it is not whole and `reason` is empty, bytes are missing. */
export function readHeader(header: Header, bytes: Uint8Array, start: number, end: number): HeaderPart {
  header.reason = '';
  if (end - start < 8) return HeaderPart.nothing;
  header.xid = unsigned(bytes, start);
  header.type = unsigned(bytes, start + 4);
  if (header.type === MsgType.call) return readCall(header, bytes, start + 8, end);
  if (header.type === MsgType.reply) return readReply(header, bytes, start + 8, end);
  return malformed(header, 'neither a call nor a reply');
}

function readCall(header: Header, bytes: Uint8Array, at: number, end: number): HeaderPart {
  if (end - at < 16) return HeaderPart.part;
  header.rpcVersion = unsigned(bytes, at);
  header.program = unsigned(bytes, at + 4);
  header.version = unsigned(bytes, at + 8);
  header.procedure = unsigned(bytes, at + 12);
  if (header.rpcVersion !== RPC_VERSION) return malformed(header, `RPC version ${header.rpcVersion}`);
  if (end - at < 24) return HeaderPart.procedure;
  header.credentialFlavor = unsigned(bytes, at + 16);
  const credential = unsigned(bytes, at + 20);
  if (credential > AUTH_LIMIT) return malformed(header, `a credential of ${credential} bytes`);
  header.credentialStart = at + 24;
  header.credentialEnd = header.credentialStart + credential;
  return readVerifier(header, bytes, header.credentialStart + padded(credential), end)
    ? HeaderPart.whole
    : HeaderPart.procedure;
}

function readVerifier(header: Header, bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < 8) return false;
  header.verifierFlavor = unsigned(bytes, at);
  const verifier = unsigned(bytes, at + 4);
  if (verifier > AUTH_LIMIT) {
    header.reason = `a verifier of ${verifier} bytes`;
    return false;
  }
  header.verifierStart = at + 8;
  header.verifierEnd = header.verifierStart + verifier;
  header.position = header.verifierStart + padded(verifier);
  return header.position <= end;
}

function readReply(header: Header, bytes: Uint8Array, at: number, end: number): HeaderPart {
  if (end - at < 4) return HeaderPart.part;
  header.replyStat = unsigned(bytes, at);
  if (header.replyStat === ReplyStat.denied) return readDenied(header, bytes, at + 4, end);
  if (header.replyStat !== ReplyStat.accepted) return malformed(header, `reply_stat ${header.replyStat}`);
  if (!readVerifier(header, bytes, at + 4, end)) return HeaderPart.part;
  const position = header.position;
  if (end - position < 4) return HeaderPart.part;
  header.status = unsigned(bytes, position);
  header.position = position + 4;
  return header.status === AcceptStat.programMismatch ? readMismatch(header, bytes, end) : HeaderPart.whole;
}

function readDenied(header: Header, bytes: Uint8Array, at: number, end: number): HeaderPart {
  if (end - at < 4) return HeaderPart.part;
  header.status = unsigned(bytes, at);
  header.position = at + 4;
  if (header.status === RejectStat.rpcMismatch) return readMismatch(header, bytes, end);
  if (header.status !== RejectStat.authError) return malformed(header, `reject_stat ${header.status}`);
  if (end - at < 8) return HeaderPart.part;
  header.authStatus = unsigned(bytes, at + 4);
  header.position = at + 8;
  return HeaderPart.whole;
}

function readMismatch(header: Header, bytes: Uint8Array, end: number): HeaderPart {
  if (end - header.position < 8) return HeaderPart.part;
  header.low = unsigned(bytes, header.position);
  header.high = unsigned(bytes, header.position + 4);
  header.position += 8;
  return HeaderPart.whole;
}
