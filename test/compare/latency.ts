/** Compares latencies of calls with tshark's (rpc.time). */
import { readInProcess } from '../helpers/read-in-process.js';
import { type Fields, type TsharkJson, tsharkJson } from './read.js';

/** A call with its reply. */
interface Answered {
  readonly xid: number;
  readonly call: number;
  readonly reply: number;
  readonly nanoseconds: number;
  readonly what: string;
}

export interface Comparison {
  readonly compared: number;
  readonly equal: number;
  /** Known differences by reason: latencies that are not equal, or that only one has. */
  readonly explained: ReadonlyMap<string, number>;
  readonly unexplained: readonly string[];
}

function nanoseconds(seconds: string): number {
  const [whole, fraction = ''] = seconds.split('.');
  return Number(whole) * 1e9 + Number(fraction.padEnd(9, '0'));
}

function text(value: unknown): string {
  return Array.isArray(value) ? String(value[0]) : String(value);
}

/** The packets of a file that compareLatency() needs. */
export function latencyPackets(file: string): TsharkJson[] {
  return tsharkJson(file, 'rpc.time', 'frame rpc');
}

/** The replies that tshark has. */
function tsharkReplies(packets: readonly TsharkJson[]): Answered[] {
  const found: Answered[] = [];
  for (const { _source } of packets) {
    const { frame, rpc } = _source.layers;
    const reply = Number((frame as Fields)['frame.number']);
    for (const layer of (Array.isArray(rpc) ? rpc : [rpc]) as Fields[]) {
      if (layer['rpc.time'] === undefined || layer['rpc.msgtyp'] !== '1') continue;
      const xid = Number(text(layer['rpc.xid']));
      const call = Number(text(layer['rpc.repframe']));
      found.push({ xid, call, reply, nanoseconds: nanoseconds(text(layer['rpc.time'])), what: '' });
    }
  }
  return found;
}

interface Line {
  readonly event: { readonly dataset: string; readonly action: string; readonly duration?: number };
  readonly packet: { readonly number: number; readonly reply_number?: number };
  readonly rpc?: { readonly xid: number; readonly program: number };
}

async function wiretailReplies(
  file: string,
  unanswered: (call: number, xid: number) => void,
): Promise<Answered[]> {
  const { stdout } = await readInProcess(['--max-line', '0', file]);
  const found: Answered[] = [];
  for (const text of stdout.trimEnd().split('\n')) {
    const { event, packet, rpc } = JSON.parse(text) as Line;
    if (rpc === undefined) continue;
    if (event.duration === undefined || packet.reply_number === undefined) {
      unanswered(packet.number, rpc.xid);
      continue;
    }
    const what = `${rpc.program} ${event.action}`;
    const [call, reply] = [packet.number, packet.reply_number];
    found.push({ xid: rpc.xid, call, reply, nanoseconds: event.duration, what });
  }
  return found;
}

/** GD_MGMT_HNDSK, which tshark does not know, and so does not decode as RPC. */
const UNKNOWN_PROGRAM = /^1239873 /;

/** GLUSTER_DUMP and GLUSTER_HNDSK, with which connections begin. */
const FIRST_PROGRAMS = /^(?:123451501|14398633) /;

/**
 * Known errors of tshark. `mine` and `other` are of the same reply; `answers` returns our reply for a call, 0 for a call
 * without one.
 */
const REASONS: readonly {
  readonly reason: string;
  readonly explains: (
    mine: Answered | undefined,
    other: Answered | undefined,
    answers: (call: number, xid: number) => number | undefined,
  ) => boolean;
}[] = [
  {
    reason: 'tshark does not decode RPC of unknown programs',
    explains: (mine, other) => other === undefined && mine !== undefined && UNKNOWN_PROGRAM.test(mine.what),
  },
  {
    // Seen once, for 5 messages at the start of three connections, on a machine under load; the cause is not known.
    reason: 'tshark does not recognise the first messages of a connection as RPC',
    explains: (mine, other) => other === undefined && mine !== undefined && FIRST_PROGRAMS.test(mine.what),
  },
  {
    reason:
      'tshark matches an older call of these ports with the same xid: answered, a callback, or of a closed connection',
    explains: (mine, other, answers) =>
      mine !== undefined &&
      other !== undefined &&
      other.call < mine.call &&
      (answers(other.call, other.xid) ?? mine.reply) < mine.call,
  },
];

/** @param packets those of latencyPackets() at least, with the layers `frame` and `rpc` */
export async function compareLatency(file: string, packets: readonly TsharkJson[]): Promise<Comparison> {
  const keyOf = ({ reply, xid }: Answered) => `${reply} ${xid}`;
  // Two connections may use the same xid at the same time, but not in the same packet.
  const other = new Map(tsharkReplies(packets).map((theirs) => [keyOf(theirs), theirs]));
  const explained = new Map<string, number>();
  const unexplained: string[] = [];
  let compared = 0;
  let equal = 0;
  const replies = new Map<string, number>();
  const all = await wiretailReplies(file, (call, xid) => replies.set(`${call} ${xid}`, 0));
  for (const { call, xid, reply } of all) replies.set(`${call} ${xid}`, reply);
  const answers = (call: number, xid: number) => replies.get(`${call} ${xid}`);
  const differ = (mine: Answered | undefined, theirs: Answered | undefined) => {
    const reason = REASONS.find(({ explains }) => explains(mine, theirs, answers))?.reason;
    if (reason === undefined)
      unexplained.push(`${JSON.stringify(mine)} and tshark ${JSON.stringify(theirs)}`);
    else explained.set(reason, (explained.get(reason) ?? 0) + 1);
  };
  for (const mine of all) {
    const theirs = other.get(keyOf(mine));
    other.delete(keyOf(mine));
    if (theirs !== undefined) compared++;
    if (theirs?.call === mine.call && theirs.nanoseconds === mine.nanoseconds) equal++;
    else differ(mine, theirs);
  }
  for (const theirs of other.values()) differ(undefined, theirs);
  return { compared, equal, explained, unexplained };
}
