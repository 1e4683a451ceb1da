/** ONC RPC as a protocol: which connections it claims, and with which name. */
import {
  Claim,
  type Connection,
  type Moment,
  type Outside,
  type Protocol,
  type ProtocolOptions,
} from '../protocol.js';
import { betweenRounds, newWaitingList, type WaitingList } from '../timers.js';
import { Candidate, candidate, candidateAt, isProcedure, mayMark } from './candidate.js';
import type { Common, Flow } from './connection.js';
import { newCredentials } from './credentials.js';
import { openDecoder, tellOverdue } from './decoder.js';
import type { Programs } from './describer.js';
import { beginFragment, type Fragments, newFragments, takeFragment } from './fragments.js';
import { MarkBytes, MsgType, newHeader, readHeader, Seen } from './header.js';
import type { Compiler } from './xdr/compile.js';
import { unsigned } from './xdr/primitives.js';

const header = newHeader();
/** Where no call waits too long. */
const NOBODY: WaitingList<Flow> = { add() {}, remove() {}, tick() {} };
/** The most bytes of the first fragment of a record that is put together of several. */
const FragmentLimit = 64 << 20;
/** Bytes that tell a header, whatever the lengths within it. */
const HeaderBytes = 1024;

/** The first bytes of the record that begins at `start`, its fragments put together; undefined: it can't be one. */
function firstBytes(buf: Uint8Array, start: number, end: number): Fragments | undefined {
  const record = newFragments();
  let at = start;
  while (end - at >= MarkBytes && !record.last && record.total < HeaderBytes) {
    const mark = unsigned(buf, at);
    beginFragment(record, mark);
    if (record.left > FragmentLimit || (record.total + record.left === 0 && record.last)) return undefined;
    at = takeFragment(record, buf, at + MarkBytes, Math.min(end, at + MarkBytes + HeaderBytes));
    if (record.left > 0) break;
  }
  return record;
}

/** A connection that is seen from its start begins with a record: a call, or a reply where that was missed. */
function claimStart(
  programs: Programs,
  gluster: boolean,
  buf: Uint8Array,
  start: number,
  end: number,
): Claim {
  // Neither a last fragment nor one of a likely length.
  if (end > start && buf[start] > 0x04 && !mayMark(buf[start])) return Claim.no;
  const record = firstBytes(buf, start, end);
  if (record === undefined) return Claim.no;
  const more = end - start < HeaderBytes && !(record.last && record.left === 0);
  const seen = readHeader(header, record.bytes, 0, record.kept);
  if (seen !== Seen.nothing && header.reason !== '') return Claim.no;
  const enough = seen === Seen.whole || (seen === Seen.procedure && isProcedure(programs, header));
  if (!enough) return more ? Claim.maybe : Claim.no;
  if (header.type === MsgType.reply) return gluster ? Claim.yes : Claim.no;
  return (programs.dataset(header.program) !== undefined) === gluster ? Claim.yes : Claim.no;
}

/** One that is joined in its middle may begin anywhere. */
function claimLate(programs: Programs, gluster: boolean, buf: Uint8Array, start: number, end: number): Claim {
  for (let at = start; at < end; at++) {
    if (!mayMark(buf[at])) continue;
    const kind = candidateAt(programs, buf, at, end);
    if (kind === Candidate.no) continue;
    if (kind === Candidate.more) {
      const known = candidateAt(programs, buf, at, end, true) === Candidate.call;
      return known && gluster ? Claim.yes : Claim.maybe;
    }
    const known = kind === Candidate.reply || programs.dataset(candidate.program) !== undefined;
    if (known === gluster) return Claim.yes;
  }
  return Claim.no;
}

/** `gluster`: whether this one is for connections of GlusterFS's programs, or for those of others. */
export function rpc(
  name: string,
  gluster: boolean,
  programs: Programs,
  compile: Compiler,
  { callTimeout }: ProtocolOptions,
  outside: Outside,
): Protocol {
  const overdue = (flow: Flow, at: Moment) => tellOverdue(flow, callTimeout, at);
  const waiting = callTimeout === 0 ? NOBODY : newWaitingList(overdue, betweenRounds(callTimeout));
  const clock: Moment = { seconds: 0, nanoseconds: 0, packet: 0 };
  const { clientName } = programs;
  const credentials = {
    full: newCredentials(compile, 'full', clientName),
    brief: newCredentials(compile, 'brief', clientName),
  };
  const common: Common = { programs, compile, credentials, waiting, outside, clock };
  return {
    name,
    claim: (_dir, buf, start, end, connection: Connection) =>
      connection.fromStart
        ? claimStart(programs, gluster, buf, start, end)
        : claimLate(programs, gluster, buf, start, end),
    open: (connection, emit, options, asleep) => openDecoder(connection, emit, options, common, asleep),
    tick: waiting.tick,
  };
}
