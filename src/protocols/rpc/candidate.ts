/** Checks by the bytes alone whether a record may begin at a position. */
import { AUTH_NONE, isFlavor } from './auth.js';
import type { Programs } from './describer.js';
import {
  type Header,
  HeaderPart,
  LAST_FRAGMENT,
  MARK_BYTES,
  MsgType,
  newHeader,
  ReplyStat,
  readHeader,
} from './header.js';
import { otherProcedure } from './other-programs.js';
import { unsigned } from './xdr/primitives.js';

/** Bytes of the smallest record: the header of a reply without results. */
const MIN_RECORD_BYTES = 24;
/** The longest record that is plausible at a guessed position. */
const MAX_PLAUSIBLE_BYTES = 64 << 20;
/** Bytes with the fields that are checked first: mark, xid, message type. */
const FIRST_FIELDS_BYTES = MARK_BYTES + 12;
/** The last value of accept_stat (RFC 5531, section 9). */
const LAST_ACCEPT_STAT = 5;

/** The result for a position. `more`: nothing contradicts a record so far, but bytes are missing. */
export const Candidate = { no: 0, more: 1, call: 2, reply: 3 } as const;
export type Candidate = (typeof Candidate)[keyof typeof Candidate];

/** Whether a record of a plausible length may begin with this byte. */
export function mayBeginMark(byte: number): boolean {
  return byte >= 0x80 && byte <= 0x84;
}

/** The check for fewer bytes than the first fields: a last fragment of plausible length, then a small message type. */
function mayBeginRecord(bytes: Uint8Array, at: number, end: number): boolean {
  if (at < end && !mayBeginMark(bytes[at])) return false;
  for (let i = at + 8; i < end && i < at + 11; i++) if (bytes[i] !== 0) return false;
  return true;
}

/** Whether GlusterFS has this procedure. Ignores the credential: a short snapshot length may cut it off. */
export function isGlusterProcedure(programs: Programs, { program, version, procedure }: Header): boolean {
  return programs.find(program, version)?.procedures[procedure] !== undefined;
}

/** Checks positions of a stream for records. */
export class CandidateReader {
  /** The header of the last candidate that was found. */
  readonly header: Header = newHeader();
  private readonly programs: Programs;

  constructor(programs: Programs) {
    this.programs = programs;
  }

  /**
   * Checks whether the bytes from `at` to `end` begin a record: a mark, the header of a known procedure or of a
   * reply, and consistent lengths. `cut`: no more of its bytes will come, so the procedure of a call suffices.
   */
  read(bytes: Uint8Array, at: number, end: number, cut = false): Candidate {
    if (end - at < FIRST_FIELDS_BYTES) return mayBeginRecord(bytes, at, end) ? Candidate.more : Candidate.no;
    const length = unsigned(bytes, at) - LAST_FRAGMENT;
    if (length < MIN_RECORD_BYTES || length > MAX_PLAUSIBLE_BYTES) return Candidate.no;
    const type = unsigned(bytes, at + 8);
    if (type !== MsgType.call && type !== MsgType.reply) return Candidate.no;
    const { header } = this;
    const start = at + MARK_BYTES;
    const stop = Math.min(end, start + length);
    const part = readHeader(header, bytes, start, stop);
    if (header.reason !== '') return Candidate.no;
    if (part !== HeaderPart.whole) {
      if (stop !== end) return Candidate.no;
      if (!cut || part !== HeaderPart.procedure) return Candidate.more;
      return isGlusterProcedure(this.programs, header) ? Candidate.call : Candidate.no;
    }
    if (type === MsgType.call) return this.isKnownCall() ? Candidate.call : Candidate.no;
    return this.isLikelyReply() ? Candidate.reply : Candidate.no;
  }

  private isKnownCall(): boolean {
    const { header } = this;
    if (!isFlavor(header.credentialFlavor) || header.verifierFlavor !== AUTH_NONE) return false;
    if (isGlusterProcedure(this.programs, header)) return true;
    return otherProcedure(header.program, header.version, header.procedure) !== undefined;
  }

  private isLikelyReply(): boolean {
    const { header } = this;
    if (header.replyStat !== ReplyStat.accepted) return true;
    const emptyVerifier = header.verifierFlavor === AUTH_NONE && header.verifierEnd === header.verifierStart;
    return emptyVerifier && header.status <= LAST_ACCEPT_STAT;
  }
}
