/** Detection of ONC RPC by content. */
import { Match } from '../protocol.js';
import { Candidate, type CandidateReader, isGlusterProcedure, mayBeginMark } from './candidate.js';
import type { Programs } from './describer.js';
import { beginFragment, type Fragments, newFragments, takeFragment } from './fragments.js';
import { type Header, HeaderPart, MARK_BYTES, MsgType, newHeader, readHeader } from './header.js';
import { unsigned } from './xdr/primitives.js';

/** The longest plausible first fragment of a record of several. */
const FRAGMENT_LIMIT = 64 << 20;
/** Bytes that hold any header, whatever the lengths within it. */
const HEADER_BYTES = 1024;

/** The first bytes of the record at `start`, its fragments joined; undefined: no record begins there. */
function joinFirstBytes(buf: Uint8Array, start: number, end: number): Fragments | undefined {
  const record = newFragments();
  let at = start;
  while (end - at >= MARK_BYTES && !record.last && record.total < HEADER_BYTES) {
    const mark = unsigned(buf, at);
    beginFragment(record, mark);
    if (record.remaining > FRAGMENT_LIMIT || (record.total + record.remaining === 0 && record.last))
      return undefined;
    at = takeFragment(record, buf, at + MARK_BYTES, Math.min(end, at + MARK_BYTES + HEADER_BYTES));
    if (record.remaining > 0) break;
  }
  return record;
}

export class RpcDetector {
  private readonly header: Header = newHeader();
  private readonly programs: Programs;
  private readonly gluster: boolean;
  private readonly candidates: CandidateReader;

  /** @param gluster true: detects programs of GlusterFS; false: other programs */
  constructor(programs: Programs, gluster: boolean, candidates: CandidateReader) {
    this.programs = programs;
    this.gluster = gluster;
    this.candidates = candidates;
  }

  private isGlusterProgram({ program }: Header): boolean {
    return this.programs.dataset(program) !== undefined;
  }

  /** A connection captured from its start begins with a record: a call, or a reply if the call was lost. */
  detectStart(buf: Uint8Array, start: number, end: number): Match {
    // Neither a last fragment nor one of a plausible length.
    if (end > start && buf[start] > 0x04 && !mayBeginMark(buf[start])) return Match.no;
    const record = joinFirstBytes(buf, start, end);
    if (record === undefined) return Match.no;
    const { header, programs, gluster } = this;
    const mayGrow = end - start < HEADER_BYTES && !(record.last && record.remaining === 0);
    const part = readHeader(header, record.bytes, 0, record.kept);
    if (part !== HeaderPart.nothing && header.reason !== '') return Match.no;
    const enough =
      part === HeaderPart.whole || (part === HeaderPart.procedure && isGlusterProcedure(programs, header));
    if (!enough) return mayGrow ? Match.maybe : Match.no;
    if (header.type === MsgType.reply) return gluster ? Match.yes : Match.no;
    return this.isGlusterProgram(header) === gluster ? Match.yes : Match.no;
  }

  /** In a midstream pickup a record may begin anywhere. */
  detectMidstream(buf: Uint8Array, start: number, end: number): Match {
    const { candidates, gluster } = this;
    for (let at = start; at < end; at++) {
      if (!mayBeginMark(buf[at])) continue;
      const kind = candidates.read(buf, at, end);
      if (kind === Candidate.no) continue;
      if (kind === Candidate.more) {
        const isCall = candidates.read(buf, at, end, true) === Candidate.call;
        return isCall && gluster ? Match.yes : Match.maybe;
      }
      const isGluster = kind === Candidate.reply || this.isGlusterProgram(candidates.header);
      if (isGluster === gluster) return Match.yes;
    }
    return Match.no;
  }
}
