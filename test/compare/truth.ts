/** Compares lines of GlusterFS messages with what GlusterFS's own library decodes. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readInProcess } from '../helpers/read-in-process.js';
import { exactLines } from './exact.js';
import { compareStruct, type Difference, type ReportDifference } from './structs.js';

type Fields = Readonly<Record<string, unknown>>;

/** A capture and its truth file. */
export interface Pair {
  readonly name: string;
  readonly capture: string;
  readonly truth: string;
}

/** A message as the library decodes it. */
export interface TrueMessage {
  readonly frame: number;
  /** Seconds with nine decimals. */
  readonly ts: string;
  readonly src: string;
  readonly dst: string;
  readonly xid: number;
  readonly type: 'call' | 'reply';
  readonly prog: number | null;
  readonly vers: number | null;
  readonly proc: number | null;
  readonly proc_name: string | null;
  readonly cred?: Fields;
  readonly accept_stat?: number | null;
  readonly reject_stat?: number;
  readonly auth_stat?: number;
  readonly mismatch?: Fields;
  readonly call_frame?: number | null;
  readonly struct: string | null;
  readonly body: Fields | null;
  readonly payload_len: number;
  readonly decode: 'ok' | 'fail' | 'unknown';
}

/** A line of wiretail; integers beyond 2^53 are text: see exact.ts. */
export interface RpcLine {
  readonly '@timestamp': string;
  readonly event: { readonly dataset: string; readonly action: string; readonly duration?: number };
  readonly source: { readonly ip: string; readonly port: number };
  readonly destination: { readonly ip: string; readonly port: number };
  readonly packet: { readonly number: number; readonly reply_number?: number };
  readonly rpc?: Fields;
  readonly gluster?: Fields;
  readonly wiretail?: Fields;
}

function fileText(path: string): string {
  const file = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(file) : file).toString();
}

export function readTruth(pair: Pair): TrueMessage[] {
  return fileText(pair.truth)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line.replace(/"ts":(\d+\.\d{9})/, '"ts":"$1"')) as TrueMessage);
}

/** All lines that `wiretail read` writes for a capture. */
export async function readAll(
  capture: string,
  view: 'messages' | 'calls',
  detail: 'summary' | 'full' = 'full',
): Promise<RpcLine[]> {
  const { code, stdout } = await readInProcess([
    '--view',
    view,
    '--detail',
    detail,
    '--max-line',
    '0',
    capture,
  ]);
  if (code !== 0) throw new Error(`wiretail read ${capture} ended with ${code}`);
  return exactLines(stdout) as RpcLine[];
}

const ACCEPT = ['SUCCESS', 'PROG_UNAVAIL', 'PROG_MISMATCH', 'PROC_UNAVAIL', 'GARBAGE_ARGS', 'SYSTEM_ERR'];
const REJECT = ['RPC_MISMATCH', 'AUTH_ERROR'];
/** RFC 5531, section 9. */
const AUTH = [
  'AUTH_OK',
  'AUTH_BADCRED',
  'AUTH_REJECTEDCRED',
  'AUTH_BADVERF',
  'AUTH_REJECTEDVERF',
  'AUTH_TOOWEAK',
];
const FLAVORS: ReadonlyMap<unknown, string> = new Map([
  [0, 'AUTH_NONE'],
  [1, 'AUTH_SYS'],
  [2, 'AUTH_SHORT'],
  [3, 'AUTH_DH'],
  [5, 'AUTH_GLUSTERFS'],
  [6, 'RPCSEC_GSS'],
  [390039, 'AUTH_GLUSTERFS_v2'],
  [390040, 'AUTH_GLUSTERFS_v3'],
]);

function endpoint({ ip, port }: RpcLine['source']): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** A timestamp in the truth's form. */
function seconds(timestamp: string): string {
  return `${Date.parse(`${timestamp.slice(0, 19)}Z`) / 1000}${timestamp.slice(19, -1)}`;
}

function absent<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined;
}

/** The `rpc` section without the credential. */
function expectedRpc(truth: TrueMessage): Fields {
  const accepted = truth.accept_stat !== null;
  const reply =
    truth.type === 'call'
      ? {}
      : accepted
        ? { accept_status: ACCEPT[Number(truth.accept_stat)] }
        : {
            reject_status: REJECT[Number(truth.reject_stat)],
            auth_status: truth.auth_stat === undefined ? undefined : AUTH[truth.auth_stat],
          };
  return {
    type: truth.type,
    xid: truth.xid,
    program: absent(truth.prog),
    version: absent(truth.vers),
    procedure: absent(truth.proc),
    method: absent(truth.proc_name),
    ...reply,
    mismatch: truth.mismatch,
    payload_bytes: truth.payload_len,
  };
}

/** The truth has lk_owner last; in auth_glusterfs_parms of rpc-common-xdr.x it is first. */
function inOrder(cred: Fields): Fields {
  return cred.flavor === 5 ? { flavor: 5, lk_owner: cred.lk_owner, ...cred } : cred;
}

function compareRpc(rpc: Fields, truth: TrueMessage, reportDifference: ReportDifference): void {
  const expected = expectedRpc(truth);
  const { auth, ...ours }: Fields = { payload_bytes: 0, ...rpc };
  for (const name of new Set([...Object.keys(expected), ...Object.keys(ours)])) {
    if (JSON.stringify(ours[name]) !== JSON.stringify(expected[name])) {
      reportDifference({ path: `rpc.${name}`, ours: ours[name], truth: expected[name] });
    }
  }
  if (truth.cred === undefined) {
    if (auth !== undefined) reportDifference({ path: 'rpc.auth', ours: auth, truth: undefined });
    return;
  }
  const { len: _len, ...fields } = truth.cred;
  const { flavor_name, pid_name: _pid, ...shown } = (auth ?? {}) as Fields;
  // An empty credential has no bytes to show.
  const cred = (fields as Fields).raw === '' ? { flavor: (fields as Fields).flavor } : fields;
  compareStruct('auth', 'rpc.auth', shown, inOrder(cred), reportDifference);
  const name = FLAVORS.get((fields as Fields).flavor);
  if (flavor_name !== name)
    reportDifference({ path: 'rpc.auth.flavor_name', ours: flavor_name, truth: name });
}

function compareMessage(line: RpcLine, truth: TrueMessage, reportDifference: ReportDifference): void {
  const compareEqual = (path: string, ours: unknown, expected: unknown) => {
    if (ours !== expected) reportDifference({ path, ours, truth: expected });
  };
  compareEqual('@timestamp', seconds(line['@timestamp']), truth.ts);
  compareEqual('source', endpoint(line.source), truth.src);
  compareEqual('destination', endpoint(line.destination), truth.dst);
  compareRpc(line.rpc ?? {}, truth, reportDifference);
  const [own, other] =
    truth.type === 'call' ? (['request', 'response'] as const) : (['response', 'request'] as const);
  compareEqual(`gluster.${other}`, line.gluster?.[other], undefined);
  const ours = line.gluster?.[own];
  if (truth.decode === 'fail') compareEqual('wiretail.malformed', line.wiretail?.malformed, true);
  else {
    compareEqual('wiretail', JSON.stringify(line.wiretail), undefined);
    if (truth.body === null) compareEqual(`gluster.${own}`, ours, undefined);
    else compareStruct(String(truth.struct), `gluster.${own}`, ours, truth.body, reportDifference);
  }
}

export interface Tally {
  messages: number;
  equal: number;
  /** Lines that say the message is malformed or truncated. */
  malformed: number;
}

export interface Compared {
  readonly all: Tally;
  /** By program and version. */
  readonly programs: ReadonlyMap<string, Tally>;
  /** As sentences. */
  readonly differences: readonly string[];
}

function keyOf(packet: number, type: unknown, xid: unknown, source: string): string {
  return `packet ${packet}: ${String(type)} ${String(xid)} from ${source}`;
}

function describeDifference({ path, ours, truth }: Difference): string {
  const show = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 300);
  return `${path}: ours ${show(ours)}, truth ${show(truth)}`;
}

/**
 * Lines are in the order of the truth, with one exception: after a midstream pickup the first messages wait until the
 * bytes that follow confirm them, so they come late.
 */
function orderDifferences(
  ours: readonly RpcLine[],
  keys: readonly string[],
  order: readonly string[],
): string[] {
  const confirmed = new Set<string>();
  const late = new Set<string>();
  let latest = 0;
  ours.forEach(({ packet, source, destination }, i) => {
    const direction = `${endpoint(source)} ${endpoint(destination)}`;
    if (packet.number < latest && !confirmed.has(direction)) late.add(keys[i]);
    else confirmed.add(direction);
    latest = Math.max(latest, packet.number);
  });
  const withoutLate = (all: readonly string[]) => all.filter((key) => !late.has(key));
  const [shown, expected] = [withoutLate(keys), withoutLate(order)];
  const first = expected.findIndex((key, i) => shown[i] !== key);
  return first < 0 ? [] : [`order: ${shown[first]}, where the truth has ${expected[first]}`];
}

/** Compares every message with the truth: the same messages, no others, in the same order. */
export function compareMessages(lines: readonly RpcLine[], truths: readonly TrueMessage[]): Compared {
  const ours = lines.filter((line) => line.rpc !== undefined);
  const byKey = new Map<string, RpcLine[]>();
  const keys = ours.map((line) => {
    const key = keyOf(line.packet.number, line.rpc?.type, line.rpc?.xid, endpoint(line.source));
    byKey.set(key, [...(byKey.get(key) ?? []), line]);
    return key;
  });
  const all: Tally = { messages: 0, equal: 0, malformed: 0 };
  const programs = new Map<string, Tally>();
  const differences: string[] = [];
  const order = truths.map((truth) => {
    const name = truth.prog === null ? 'unknown' : `${truth.prog} v${truth.vers}`;
    const tally = programs.get(name) ?? { messages: 0, equal: 0, malformed: 0 };
    programs.set(name, tally);
    const key = keyOf(truth.frame, truth.type, truth.xid, truth.src);
    const line = byKey.get(key)?.shift();
    const found: string[] = [];
    if (line === undefined) found.push('missing');
    else compareMessage(line, truth, (difference) => found.push(describeDifference(difference)));
    for (const counters of [all, tally]) {
      counters.messages++;
      if (found.length === 0) counters.equal++;
      if (line?.wiretail !== undefined) counters.malformed++;
    }
    for (const difference of found) differences.push(`${key}, ${name} ${truth.proc_name}: ${difference}`);
    return key;
  });
  for (const [key, unmatched] of byKey)
    if (unmatched.length > 0) differences.push(`${key}: not in the truth`);
  if (differences.length === 0) differences.push(...orderDifferences(ours, keys, order));
  return { all, programs, differences };
}

/** The packets of a call and its reply, and the nanoseconds between them. */
function pairKey(packet: number, reply: number | undefined, xid: unknown, from: string, ns: unknown): string {
  return `packet ${packet}: call ${String(xid)} from ${from}, reply in ${reply ?? 'none'} after ${String(ns)} ns`;
}

function nanoseconds(ts: string): bigint {
  return BigInt(ts.replace('.', ''));
}

/** The calls and replies that the `calls` view must show. */
export function expectedPairs(truths: readonly TrueMessage[]): string[] {
  const calls = truths.filter(({ type }) => type === 'call');
  const byKey = new Map(calls.map((call) => [keyOf(call.frame, 'call', call.xid, call.src), call]));
  const answered = new Set<TrueMessage>();
  const pairs: string[] = [];
  for (const reply of truths) {
    if (reply.type !== 'reply' || reply.call_frame === null || reply.call_frame === undefined) continue;
    const call = byKey.get(keyOf(reply.call_frame, 'call', reply.xid, reply.dst));
    if (call === undefined) throw new Error(`the truth has no call for the reply in ${reply.frame}`);
    answered.add(call);
    const ns = nanoseconds(reply.ts) - nanoseconds(call.ts);
    pairs.push(pairKey(call.frame, reply.frame, call.xid, call.src, ns));
  }
  for (const call of calls) {
    if (!answered.has(call)) pairs.push(pairKey(call.frame, undefined, call.xid, call.src, undefined));
  }
  return pairs.sort();
}

export function shownPairs(lines: readonly RpcLine[]): string[] {
  return lines
    .filter((line) => line.rpc !== undefined)
    .map(({ packet, rpc, source, event }) =>
      pairKey(packet.number, packet.reply_number, rpc?.xid, endpoint(source), event.duration),
    )
    .sort();
}
