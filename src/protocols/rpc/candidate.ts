/** Whether a record may begin somewhere: all that its first bytes have to say for it. */
import { AuthNone, isFlavor } from './auth.js';
import type { Programs } from './describer.js';
import {
  type Header,
  LastFragment,
  MarkBytes,
  MsgType,
  newHeader,
  ReplyStat,
  readHeader,
  Seen,
} from './header.js';
import { otherProcedure } from './other-programs.js';
import { unsigned } from './xdr/primitives.js';

/** Bytes of the smallest record: the header of a reply with nothing behind it. */
const LeastRecord = 24;
/** The largest that is believed of a place that is only guessed. */
const LikelyRecord = 64 << 20;
/** Bytes from which the fields that are checked first can be told. */
const FirstLook = MarkBytes + 12;
/** The last of accept_stat (RFC 5531, section 9). */
const LastStatus = 5;

export const Candidate = { no: 0, more: 1, call: 2, reply: 3 } as const;
export type Candidate = (typeof Candidate)[keyof typeof Candidate];

/** The header of the last candidate that was found. */
export const candidate: Header = newHeader();

/** Whether a record of a likely length may begin with this byte. */
export function mayMark(byte: number): boolean {
  return byte >= 0x80 && byte <= 0x84;
}

/** Whether there is such a procedure of GlusterFS: told before its credential, which a short snapshot may cut. */
export function isProcedure(programs: Programs, { program, version, procedure }: Header): boolean {
  return programs.find(program, version)?.procedures[procedure] !== undefined;
}

function isKnownCall(programs: Programs, header: Header): boolean {
  if (!isFlavor(header.credentialFlavor) || header.verifierFlavor !== AuthNone) return false;
  if (isProcedure(programs, header)) return true;
  return otherProcedure(header.program, header.version, header.procedure) !== undefined;
}

/**
 * Looks at the bytes from `at` to `end` as the beginning of a record: its mark, a header of a known
 * procedure or of a reply, lengths that go together. `more`: nothing speaks against it as far as they go.
 * `cut`: no more of them will come, so that a call's procedure is enough.
 */
export function candidateAt(
  programs: Programs,
  bytes: Uint8Array,
  at: number,
  end: number,
  cut = false,
): Candidate {
  if (end - at < FirstLook) return mayBegin(bytes, at, end) ? Candidate.more : Candidate.no;
  const length = unsigned(bytes, at) - LastFragment;
  if (length < LeastRecord || length > LikelyRecord) return Candidate.no;
  const type = unsigned(bytes, at + 8);
  if (type !== MsgType.call && type !== MsgType.reply) return Candidate.no;
  const start = at + MarkBytes;
  const stop = Math.min(end, start + length);
  const seen = readHeader(candidate, bytes, start, stop);
  if (candidate.reason !== '') return Candidate.no;
  if (seen !== Seen.whole) {
    if (stop !== end) return Candidate.no;
    if (!cut || seen !== Seen.procedure) return Candidate.more;
    return isProcedure(programs, candidate) ? Candidate.call : Candidate.no;
  }
  if (type === MsgType.call) return isKnownCall(programs, candidate) ? Candidate.call : Candidate.no;
  if (candidate.replyStat === ReplyStat.accepted) {
    const plain = candidate.verifierFlavor === AuthNone && candidate.verifierEnd === candidate.verifierStart;
    if (!plain || candidate.status > LastStatus) return Candidate.no;
  }
  return Candidate.reply;
}

/** The same for fewer bytes: a last fragment, not too long, then a small number. */
function mayBegin(bytes: Uint8Array, at: number, end: number): boolean {
  if (at < end && !mayMark(bytes[at])) return false;
  for (let i = at + 8; i < end && i < at + 11; i++) if (bytes[i] !== 0) return false;
  return true;
}
