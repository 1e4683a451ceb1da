/** ONC RPC as a protocol: which connections it claims, and with which name. */
import { Claim, type Connection, type Protocol } from '../protocol.js';
import { Candidate, candidate, candidateAt } from './candidate.js';
import type { Compiler } from './compile.js';
import { openDecoder } from './decoder.js';
import type { Programs } from './describe.js';
import { LastFragment, MarkBytes, MsgType, newHeader, readHeader, Seen } from './header.js';
import { unsigned } from './primitives.js';

const header = newHeader();
/** The most bytes of the first fragment of a record that is put together of several. */
const FragmentLimit = 64 << 20;
/** Bytes that tell a header, whatever the lengths within it. */
const HeaderBytes = 1024;

/** A connection that is seen from its start begins with a record: a call, and no other. */
function claimStart(
  programs: Programs,
  gluster: boolean,
  buf: Uint8Array,
  start: number,
  end: number,
): Claim {
  if (end - start >= 1 && buf[start] > 0x04 && buf[start] < 0x80) return Claim.no;
  if (end - start < MarkBytes + 8) return Claim.maybe;
  const length = unsigned(buf, start) % LastFragment;
  if (length > FragmentLimit || length === 0) return Claim.no;
  const type = unsigned(buf, start + MarkBytes + 4);
  if (type !== MsgType.call && type !== MsgType.reply) return Claim.no;
  const at = start + MarkBytes;
  const seen = readHeader(header, buf, at, Math.min(end, at + length));
  if (header.reason !== '') return Claim.no;
  if (seen !== Seen.whole) return end - start < HeaderBytes && end < at + length ? Claim.maybe : Claim.no;
  if (header.type === MsgType.reply) return gluster ? Claim.yes : Claim.no;
  return (programs.dataset(header.program) !== undefined) === gluster ? Claim.yes : Claim.no;
}

/** One that is joined in its middle may begin anywhere. */
function claimLate(programs: Programs, gluster: boolean, buf: Uint8Array, start: number, end: number): Claim {
  for (let at = start; at < end; at++) {
    if (buf[at] < 0x80 || buf[at] > 0x84) continue;
    const kind = candidateAt(programs, buf, at, end);
    if (kind === Candidate.no) continue;
    if (kind === Candidate.more) return Claim.maybe;
    const known = kind === Candidate.reply || programs.dataset(candidate.program) !== undefined;
    if (known === gluster) return Claim.yes;
  }
  return Claim.no;
}

/** `gluster`: whether this one is for connections of GlusterFS's programs, or for those of others. */
export function rpc(name: string, gluster: boolean, programs: Programs, compile: Compiler): Protocol {
  return {
    name,
    claim: (_dir, buf, start, end, connection: Connection) =>
      connection.fromStart
        ? claimStart(programs, gluster, buf, start, end)
        : claimLate(programs, gluster, buf, start, end),
    open: (connection, emit, options) => openDecoder(connection, emit, options, programs, compile),
  };
}
