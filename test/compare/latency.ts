/** How long calls took by tshark's own reckoning (rpc.time), against ours. */
import { readHere } from '../helpers/read-here.js';
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
  /** Of those that are not equal, or that only one has: how many for which reason. */
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

/** What of a file compareLatency() needs. */
export function latencyPackets(file: string): TsharkJson[] {
  return tsharkJson(file, 'rpc.time', 'frame rpc');
}

/** What tshark says of replies, by frame and xid. */
function theirs(packets: readonly TsharkJson[]): Answered[] {
  const found: Answered[] = [];
  for (const { _source } of packets) {
    const { frame, rpc } = _source.layers;
    const reply = Number((frame as Fields)['frame.number']);
    for (const one of (Array.isArray(rpc) ? rpc : [rpc]) as Fields[]) {
      if (one['rpc.time'] === undefined || one['rpc.msgtyp'] !== '1') continue;
      const xid = Number(text(one['rpc.xid']));
      const call = Number(text(one['rpc.repframe']));
      found.push({ xid, call, reply, nanoseconds: nanoseconds(text(one['rpc.time'])), what: '' });
    }
  }
  return found;
}

interface Line {
  readonly event: { readonly dataset: string; readonly action: string; readonly duration?: number };
  readonly packet: { readonly number: number; readonly reply_number?: number };
  readonly rpc?: { readonly xid: number; readonly program: number };
}

async function ours(file: string, unanswered: (call: number, xid: number) => void): Promise<Answered[]> {
  const { stdout } = await readHere(['--max-line', '0', file]);
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

/** GD_MGMT_HNDSK, which tshark does not know, and so does not take for RPC. */
const UNKNOWN = /^1239873 /;

/**
 * Why the two differ, where tshark is known to be wrong. `mine` and `other` are of one reply; `answers` gives the reply
 * that we have for a call, 0 for one without.
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
    reason: 'tshark takes nothing for RPC that is of a program that it does not know',
    explains: (mine, other) => other === undefined && mine !== undefined && UNKNOWN.test(mine.what),
  },
  {
    reason:
      'tshark takes an older call of these ports with the same xid: answered, a callback, or of a connection that ended',
    explains: (mine, other, answers) =>
      mine !== undefined &&
      other !== undefined &&
      other.call < mine.call &&
      (answers(other.call, other.xid) ?? mine.reply) < mine.call,
  },
];

/** @param packets of the file, those of latencyPackets() at least, with the layers `frame` and `rpc` */
export async function compareLatency(file: string, packets: readonly TsharkJson[]): Promise<Comparison> {
  const keyOf = ({ reply, xid }: Answered) => `${reply} ${xid}`;
  // Two connections may have the same number in one packet's time, but not in one packet.
  const other = new Map(theirs(packets).map((one) => [keyOf(one), one]));
  const explained = new Map<string, number>();
  const unexplained: string[] = [];
  let compared = 0;
  let equal = 0;
  const replies = new Map<string, number>();
  const all = await ours(file, (call, xid) => replies.set(`${call} ${xid}`, 0));
  for (const { call, xid, reply } of all) replies.set(`${call} ${xid}`, reply);
  const answers = (call: number, xid: number) => replies.get(`${call} ${xid}`);
  const differ = (mine: Answered | undefined, one: Answered | undefined) => {
    const reason = REASONS.find(({ explains }) => explains(mine, one, answers))?.reason;
    if (reason === undefined) unexplained.push(`${JSON.stringify(mine)} and tshark ${JSON.stringify(one)}`);
    else explained.set(reason, (explained.get(reason) ?? 0) + 1);
  };
  for (const mine of all) {
    const one = other.get(keyOf(mine));
    other.delete(keyOf(mine));
    if (one !== undefined) compared++;
    if (one?.call === mine.call && one.nanoseconds === mine.nanoseconds) equal++;
    else differ(mine, one);
  }
  for (const one of other.values()) differ(undefined, one);
  return { compared, equal, explained, unexplained };
}
