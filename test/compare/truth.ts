/** Messages of GlusterFS as wiretail shows them, against what GlusterFS's own library reads in them. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readHere } from '../helpers/read-here.js';
import { exactLines } from './exact.js';
import { compareStruct, type Differ, type Difference } from './structs.js';

type Fields = Readonly<Record<string, unknown>>;

/** A capture, and the file that says what is in it. */
export interface Pair {
  readonly name: string;
  readonly capture: string;
  readonly truth: string;
}

/** A message as the library reads it. */
export interface True {
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

/** A line of ours, of which an integer beyond 2^53 is text: see exact.ts. */
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

export function readTruth(pair: Pair): True[] {
  return fileText(pair.truth)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line.replace(/"ts":(\d+\.\d{9})/, '"ts":"$1"')) as True);
}

/** Everything that `wiretail read` writes of a capture. */
export async function readAll(
  capture: string,
  view: 'messages' | 'calls',
  detail: 'summary' | 'full' = 'full',
): Promise<RpcLine[]> {
  const { code, stdout } = await readHere(['--view', view, '--detail', detail, '--max-line', '0', capture]);
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

/** As the truth has times. */
function seconds(timestamp: string): string {
  return `${Date.parse(`${timestamp.slice(0, 19)}Z`) / 1000}${timestamp.slice(19, -1)}`;
}

function absent<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined;
}

/** What must be in the `rpc` section, but for the credential. */
function expectedRpc(truth: True): Fields {
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

/** The oracle shows the owner of locks last; in auth_glusterfs_parms of rpc-common-xdr.x it is first. */
function inOrder(cred: Fields): Fields {
  return cred.flavor === 5 ? { flavor: 5, lk_owner: cred.lk_owner, ...cred } : cred;
}

function compareRpc(rpc: Fields, truth: True, differ: Differ): void {
  const expected = expectedRpc(truth);
  const { auth, ...rest }: Fields = { payload_bytes: 0, ...rpc };
  const ours: Fields = rest;
  for (const name of new Set([...Object.keys(expected), ...Object.keys(ours)])) {
    if (JSON.stringify(ours[name]) !== JSON.stringify(expected[name])) {
      differ({ path: `rpc.${name}`, ours: ours[name], truth: expected[name] });
    }
  }
  if (truth.cred === undefined) {
    if (auth !== undefined) differ({ path: 'rpc.auth', ours: auth, truth: undefined });
    return;
  }
  const { len: _len, ...fields } = truth.cred;
  const { flavor_name, pid_name: _pid, ...shown } = (auth ?? {}) as Fields;
  // An empty body has no bytes to show.
  const cred = (fields as Fields).raw === '' ? { flavor: (fields as Fields).flavor } : fields;
  compareStruct('auth', 'rpc.auth', shown, inOrder(cred), differ);
  const name = FLAVORS.get((fields as Fields).flavor);
  if (flavor_name !== name) differ({ path: 'rpc.auth.flavor_name', ours: flavor_name, truth: name });
}

function compareMessage(line: RpcLine, truth: True, differ: Differ): void {
  const same = (path: string, ours: unknown, expected: unknown) => {
    if (ours !== expected) differ({ path, ours, truth: expected });
  };
  same('@timestamp', seconds(line['@timestamp']), truth.ts);
  same('source', endpoint(line.source), truth.src);
  same('destination', endpoint(line.destination), truth.dst);
  compareRpc(line.rpc ?? {}, truth, differ);
  const [own, other] =
    truth.type === 'call' ? (['request', 'response'] as const) : (['response', 'request'] as const);
  same(`gluster.${other}`, line.gluster?.[other], undefined);
  const ours = line.gluster?.[own];
  if (truth.decode === 'fail') same('wiretail.malformed', line.wiretail?.malformed, true);
  else {
    same('wiretail', JSON.stringify(line.wiretail), undefined);
    if (truth.body === null) same(`gluster.${own}`, ours, undefined);
    else compareStruct(String(truth.struct), `gluster.${own}`, ours, truth.body, differ);
  }
}

export interface Tally {
  messages: number;
  equal: number;
  /** Of ours, those that we say are malformed or cut. */
  malformed: number;
}

export interface Compared {
  readonly all: Tally;
  /** By program and version. */
  readonly programs: ReadonlyMap<string, Tally>;
  /** In words. */
  readonly differences: readonly string[];
}

function keyOf(packet: number, type: unknown, xid: unknown, source: string): string {
  return `packet ${packet}: ${String(type)} ${String(xid)} from ${source}`;
}

function words({ path, ours, truth }: Difference): string {
  const show = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 300);
  return `${path}: ours ${show(ours)}, the truth ${show(truth)}`;
}

/**
 * Lines go in the order of the truth. One exception: of a connection whose beginning was not seen, the first
 * messages wait until what follows confirms that they are messages, so they come late.
 */
function disorder(ours: readonly RpcLine[], keys: readonly string[], order: readonly string[]): string[] {
  const settled = new Set<string>();
  const late = new Set<string>();
  let last = 0;
  ours.forEach(({ packet, source, destination }, i) => {
    const direction = `${endpoint(source)} ${endpoint(destination)}`;
    if (packet.number < last && !settled.has(direction)) late.add(keys[i]);
    else settled.add(direction);
    last = Math.max(last, packet.number);
  });
  const others = (all: readonly string[]) => all.filter((key) => !late.has(key));
  const [shown, wanted] = [others(keys), others(order)];
  const first = wanted.findIndex((key, i) => shown[i] !== key);
  return first < 0 ? [] : [`order: ${shown[first]}, where the truth has ${wanted[first]}`];
}

/** Every message against the truth, and nothing else being there, in the same order. */
export function compareMessages(lines: readonly RpcLine[], truths: readonly True[]): Compared {
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
    if (line === undefined) found.push('not there');
    else compareMessage(line, truth, (difference) => found.push(words(difference)));
    for (const one of [all, tally]) {
      one.messages++;
      if (found.length === 0) one.equal++;
      if (line?.wiretail !== undefined) one.malformed++;
    }
    for (const difference of found) differences.push(`${key}, ${name} ${truth.proc_name}: ${difference}`);
    return key;
  });
  for (const [key, left] of byKey) if (left.length > 0) differences.push(`${key}: not in the truth`);
  if (differences.length === 0) differences.push(...disorder(ours, keys, order));
  return { all, programs, differences };
}

/** The two packets of a call and its reply, and the nanoseconds between them. */
function pairKey(packet: number, reply: number | undefined, xid: unknown, from: string, ns: unknown): string {
  return `packet ${packet}: call ${String(xid)} from ${from}, reply in ${reply ?? 'none'} after ${String(ns)} ns`;
}

function nanoseconds(ts: string): bigint {
  return BigInt(ts.replace('.', ''));
}

/** What the `calls` view must have of each call. */
export function expectedPairs(truths: readonly True[]): string[] {
  const calls = truths.filter(({ type }) => type === 'call');
  const byKey = new Map(calls.map((call) => [keyOf(call.frame, 'call', call.xid, call.src), call]));
  const answered = new Set<True>();
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
