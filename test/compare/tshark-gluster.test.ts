/**
 * Compares GlusterFS lines with tshark: the number of messages of each procedure, and whether tshark shows every value of
 * a line in its packet, in one of the forms in which it writes values. Where a message differs, tshark is wrong or
 * silent for one of the reasons in the table, each a condition on the message; anything else fails. Not compared: zeros
 * and empty values, text that is not plain ASCII, which tshark escapes, and dictionaries, which gluster-truth.test.ts
 * compares. event.duration is compared with "Time from request": from the packet that ends the call to the one that ends
 * the reply.
 *
 * (tshark 4.0.17; its dissectors are epan/dissectors/packet-gluster*.c and packet-glusterfs.c.)
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captureNames, capturePath } from '../helpers/captures.js';
import { integerText } from './exact.js';
import { compareLatency } from './latency.js';
import { type Fields, hasTshark, type TsharkJson, tsharkJson } from './read.js';
import { DICTIONARIES } from './structs.js';
import { readAll } from './truth.js';
import { isObject, LAYERS, type Shown, shownBy } from './tshark-shown.js';

/** A value of a line, as text. */
interface Leaf {
  readonly path: string;
  readonly value: string;
  /** As a date, if it is a part of a time. */
  readonly date: string | undefined;
}

const BESIDE = /_names?$|_hex$/;
const TIME = /^(ia_[abcm]time)(?:_nsec)?$/;

function dateOf(fields: Fields, name: string): string | undefined {
  const time = TIME.exec(name)?.[1];
  if (time === undefined) return undefined;
  const [seconds, nanoseconds] = [Number(fields[time]), Number(fields[`${time}_nsec`])];
  const at = new Date(seconds * 1000);
  if (Number.isNaN(at.getTime())) return undefined;
  const month = at.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
  const day = String(at.getUTCDate()).padStart(2);
  const clock = `${at.toISOString().slice(11, 19)}.${String(nanoseconds).padStart(9, '0')}`;
  return `${month} ${day}, ${at.getUTCFullYear()} ${clock} UTC`;
}

function* leaves(value: unknown, path: string, date?: string): Generator<Leaf> {
  if (Array.isArray(value)) for (const item of value) yield* leaves(item, `${path}[]`);
  else if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (BESIDE.test(name) || (path !== 'auth' && DICTIONARIES.has(name))) continue;
      yield* leaves(member, `${path}.${name}`, dateOf(value, name));
    }
  } else {
    const text = integerText(value) ?? String(value);
    if (!/^[0-]*$|[^ -~]|["\\]/.test(text)) yield { path, value: text, date };
  }
}

/** The forms in which tshark may write a value. */
function forms(value: string): string[] {
  const all = [value];
  if (/^-?\d+$/.test(value) && value.length < 21) {
    const number = BigInt(value);
    const [word, quad] = [BigInt.asUintN(32, number), BigInt.asUintN(64, number)];
    const hex = (n: bigint, digits = 0) => `0x${n.toString(16).padStart(digits, '0')}`;
    all.push(
      hex(word, 8),
      hex(quad),
      hex(quad, 16),
      String(word),
      String(quad),
      String(BigInt.asIntN(32, number)),
    );
    all.push(word.toString(8), `0${word.toString(8)}`);
  }
  if (/^(?:[0-9a-f]{2})+$/.test(value)) {
    const bytes = Buffer.from(value, 'hex');
    all.push(value.replace(/(..)(?!$)/g, '$1:'), bytes.toString(), bytes.toString().replace(/\0$/, ''));
  }
  return all;
}

interface Message {
  readonly rpc: Fields;
  readonly body: unknown;
  readonly malformed: boolean;
  readonly raw: boolean;
}

const FOP = 1298437;
/** GD_MGMT_HNDSK, which tshark does not know, and therefore does not recognise as RPC. */
const UNKNOWN = 1239873;
const UNKNOWN_REASON = 'does not recognise RPC of a program that it does not know';

/** A value of a typed dictionary that tshark cannot skip. */
function hasOddValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasOddValue);
  if (!isObject(value)) return false;
  if (typeof value.hex === 'string') return value.hex.length % 8 !== 0;
  if (value.ia_mtime !== undefined && value.ia_gfid === undefined) return true;
  return Object.values(value).some(hasOddValue);
}

/** Where tshark is wrong or silent about a message (no leaf) or a value. */
const REASONS: readonly {
  readonly reason: string;
  readonly explains: (message: Message, leaf: Leaf | undefined) => boolean;
}[] = [
  {
    reason:
      'reads the seconds of a credential v3 as the number of its groups, and reports the call as malformed',
    explains: ({ rpc, malformed }) => {
      const auth = rpc.auth as Fields | undefined;
      return malformed && auth?.flavor === 390040 && integerText(auth.ctime_sec) !== '0';
    },
  },
  {
    reason: 'stops in a credential v3 before its groups and lk_owner',
    explains: ({ rpc }, leaf) =>
      (rpc.auth as Fields | undefined)?.flavor === 390040 &&
      /^auth\.(?:groups|lk_owner)/.test(leaf?.path ?? ''),
  },
  {
    reason: 'shifts the procedures of GLUSTER_FOP from 41 on by one, and has none from 48 on',
    explains: ({ rpc }, leaf) =>
      rpc.program === FOP && Number(rpc.procedure) >= 41 && !leaf?.path.startsWith('auth'),
  },
  {
    reason: 'skips neither the padding of PTR values nor MDATA values',
    explains: ({ rpc, body }, leaf) =>
      rpc.program === FOP && rpc.version === 400 && hasOddValue(body) && !leaf?.path.startsWith('auth'),
  },
  {
    reason: 'swaps the descriptor and the flags of FXATTROP',
    explains: ({ rpc }, leaf) =>
      rpc.program === FOP && rpc.method === 'FXATTROP' && /^\.(?:fd|flags)$/.test(leaf?.path ?? ''),
  },
  {
    reason: 'reads CLI PROBE, DEPROBE and LIST_FRIENDS of version 2 as those of version 1',
    explains: ({ rpc, malformed }) =>
      malformed && rpc.program === 1238463 && /^(?:PROBE|DEPROBE|LIST_FRIENDS)$/.test(String(rpc.method)),
  },
  {
    reason: 'does not dissect it',
    explains: ({ raw }, leaf) => raw && leaf !== undefined && !leaf.path.startsWith('auth'),
  },
];

interface Tally {
  messages: number;
  /** Messages of which tshark shows every value. */
  equal: number;
  values: number;
  malformed: number;
}

const NOTHING: Readonly<Tally> = { messages: 0, equal: 0, values: 0, malformed: 0 };

function numbersOf({ program, version, procedure, type }: Fields): string {
  return `${program ?? 0} ${version ?? 0} ${procedure ?? 0} ${type}`;
}

function countKeys(keys: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of [...keys].sort()) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

const SKIP = { skip: hasTshark() ? false : 'tshark is not installed' };
const programs = new Map<string, Tally>();
const explained = new Map<string, number>();
let latencies = 0;

for (const name of captureNames('g-')) {
  // One run of tshark for both tests.
  let packets: TsharkJson[] = [];

  test(`${name}: messages and values as tshark shows them`, SKIP, async () => {
    packets = tsharkJson(capturePath(name), 'rpc', LAYERS);
    const shown = shownBy(packets);
    const lines = (await readAll(capturePath(name), 'messages')).filter(({ rpc }) => rpc !== undefined);
    const known = lines.filter(({ rpc }) => rpc?.program !== UNKNOWN);
    const ours = known.map(({ packet, rpc }) => `packet ${packet.number}: ${numbersOf(rpc ?? {})}`);
    const theirs = [...shown].flatMap(([packet, { messages }]) =>
      messages.map((numbers) => `packet ${packet}: ${numbers}`),
    );
    assert.deepEqual(countKeys(ours), countKeys(theirs));
    assert.ok(ours.length > 0);

    const unexplained: string[] = [];
    for (const { packet, rpc = {}, gluster } of lines) {
      const key = `${rpc.program} v${rpc.version}`;
      const tally = programs.get(key) ?? { ...NOTHING };
      programs.set(key, tally);
      tally.messages++;
      if (rpc.program === UNKNOWN) {
        assert.deepEqual(shown.get(packet.number)?.messages, []);
        explained.set(UNKNOWN_REASON, (explained.get(UNKNOWN_REASON) ?? 0) + 1);
        continue;
      }
      const { values, malformed, raw } = shown.get(packet.number) as Shown;
      const body = gluster?.request ?? gluster?.response;
      const message = { rpc, body, malformed, raw };
      let equal = !malformed;
      const differ = (leaf: Leaf | undefined) => {
        equal = false;
        const reason = REASONS.find(({ explains }) => explains(message, leaf))?.reason;
        if (reason !== undefined) explained.set(reason, (explained.get(reason) ?? 0) + 1);
        else {
          const what = leaf === undefined ? 'malformed' : `${leaf.path} ${leaf.value} is not shown`;
          unexplained.push(`packet ${packet.number}, ${key} ${rpc.method} ${rpc.type}: ${what}`);
        }
      };
      if (malformed) differ(undefined);
      else {
        const { flavor: _flavor, flavor_name: _name, ...auth } = (rpc.auth ?? {}) as Fields;
        for (const leaf of [...leaves(body ?? {}, ''), ...leaves(auth, 'auth')]) {
          const shownAsDate = leaf.date !== undefined && values.has(leaf.date);
          if (values.has(leaf.value) || shownAsDate || forms(leaf.value).some((form) => values.has(form)))
            tally.values++;
          else differ(leaf);
        }
      }
      if (equal) tally.equal++;
      if (malformed) tally.malformed++;
    }
    assert.deepEqual(unexplained, []);
  });

  test(`${name}: "Time from request"`, SKIP, async (t) => {
    const found = await compareLatency(capturePath(name), packets);
    const reasons = [...found.explained].map(([reason, count]) => `; ${count}: ${reason}`).join('');
    t.diagnostic(`${found.compared} compared, ${found.equal} equal${reasons}`);
    assert.deepEqual(found.unexplained, []);
    latencies += found.compared;
    packets = [];
  });
}

test('all captures together', SKIP, (t) => {
  const total = { ...NOTHING };
  const row = (name: string, tally: Tally) =>
    t.diagnostic(
      `${name}: ${tally.messages} messages, ${tally.equal} equal, ${tally.values} values equal, ` +
        `${tally.malformed} malformed for tshark`,
    );
  for (const [name, tally] of [...programs].sort()) {
    row(name, tally);
    for (const field of ['messages', 'equal', 'values', 'malformed'] as const) total[field] += tally[field];
  }
  row('all', total);
  for (const [reason, count] of explained) t.diagnostic(`${count}: ${reason}`);
  assert.ok(total.messages > 18_000 && total.equal > 9_000 && total.values > 60_000);
  t.diagnostic(`${latencies} latencies compared`);
  assert.ok(latencies > 8000);
  // A reason that explains nothing has to be removed.
  for (const { reason } of REASONS) assert.ok(explained.has(reason), reason);
});
