/** ONC RPC as a protocol: which connections it claims, and with which name. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { type Connection, type HostHooks, Match, type Protocol, type ProtocolOptions } from '../protocol.js';
import { newTimerList, sweepInterval, type TimerList } from '../timers.js';
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
const NOBODY: TimerList<Flow> = { add() {}, remove() {}, tick() {} };
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
): Match {
  // Neither a last fragment nor one of a likely length.
  if (end > start && buf[start] > 0x04 && !mayMark(buf[start])) return Match.no;
  const record = firstBytes(buf, start, end);
  if (record === undefined) return Match.no;
  const more = end - start < HeaderBytes && !(record.last && record.left === 0);
  const seen = readHeader(header, record.bytes, 0, record.kept);
  if (seen !== Seen.nothing && header.reason !== '') return Match.no;
  const enough = seen === Seen.whole || (seen === Seen.procedure && isProcedure(programs, header));
  if (!enough) return more ? Match.maybe : Match.no;
  if (header.type === MsgType.reply) return gluster ? Match.yes : Match.no;
  return (programs.dataset(header.program) !== undefined) === gluster ? Match.yes : Match.no;
}

/** One that is joined in its middle may begin anywhere. */
function claimLate(programs: Programs, gluster: boolean, buf: Uint8Array, start: number, end: number): Match {
  for (let at = start; at < end; at++) {
    if (!mayMark(buf[at])) continue;
    const kind = candidateAt(programs, buf, at, end);
    if (kind === Candidate.no) continue;
    if (kind === Candidate.more) {
      const known = candidateAt(programs, buf, at, end, true) === Candidate.call;
      return known && gluster ? Match.yes : Match.maybe;
    }
    const known = kind === Candidate.reply || programs.dataset(candidate.program) !== undefined;
    if (known === gluster) return Match.yes;
  }
  return Match.no;
}

/** `gluster`: whether this one is for connections of GlusterFS's programs, or for those of others. */
export function rpc(
  name: string,
  gluster: boolean,
  programs: Programs,
  compile: Compiler,
  { callTimeout }: ProtocolOptions,
  outside: HostHooks,
): Protocol {
  const overdue = (flow: Flow, at: PacketTimestamp) => tellOverdue(flow, callTimeout, at);
  const waiting = callTimeout === 0 ? NOBODY : newTimerList(overdue, sweepInterval(callTimeout));
  const clock: PacketTimestamp = { seconds: 0, nanoseconds: 0, packet: 0 };
  const { clientName } = programs;
  const credentials = {
    full: newCredentials(compile, 'full', clientName),
    brief: newCredentials(compile, 'brief', clientName),
  };
  const common: Common = { programs, compile, credentials, waiting, outside, clock };
  return {
    name,
    detect: (_dir, buf, start, end, connection: Connection) =>
      connection.fromStart
        ? claimStart(programs, gluster, buf, start, end)
        : claimLate(programs, gluster, buf, start, end),
    open: (connection, emit, options, asleep) => openDecoder(connection, emit, options, common, asleep),
    tick: waiting.tick,
  };
}
