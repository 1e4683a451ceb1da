/** Compiled readers, compared with a plain interpreter of the same tables. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { PROGRAMS } from '../../../src/protocols/gluster/programs/index.js';
import { gfx_iattx, gfx_mdata_iatt } from '../../../src/protocols/gluster/programs/structs.js';
import { interpretKnownKey } from '../../../src/protocols/gluster/projection/known-keys.js';
import { summaryFields } from '../../../src/protocols/gluster/projection/summary-fields.js';
import type { Fields } from '../../../src/protocols/rpc/describer.js';
import type { Procedure } from '../../../src/protocols/rpc/program.js';
import { type Detail, newCompiler } from '../../../src/protocols/rpc/xdr/compile.js';
import { readStruct, StructState } from '../../../src/protocols/rpc/xdr/reader.js';
import type { XdrStruct, XdrType } from '../../../src/protocols/rpc/xdr/types.js';
import * as xdr from '../../../src/protocols/rpc/xdr/types.js';
import { newRandom } from '../../helpers/random.js';
import { counted, gfxDict, long, type Message, randomMessage, real, word } from './xdr-bytes.js';
import { type Reading, readPlainly } from './xdr-reference.js';
import { isPart, plain, shown } from './xdr-values.js';

const compile = newCompiler({
  summaryFields,
  summaryKeys: () => undefined,
  interpretValue: interpretKnownKey,
  iatt: gfx_iattx,
  mdata: gfx_mdata_iatt,
});

interface Result extends Reading {
  readonly reason: string;
}

const STATES = ['complete', 'incomplete', 'malformed'] as const;

/** Reads bytes[0, end). The caller may keep the fields. */
function read(
  table: XdrStruct,
  bytes: Uint8Array,
  end = bytes.length,
  recordEnd = end,
  detail: Detail = 'full',
): Result {
  const { state, fields, position, reason } = readStruct(compile(table, detail), bytes, 0, end, recordEnd);
  return { state: STATES[state], fields, position, reason };
}

function allStructs(): XdrStruct[] {
  const found = new Set<XdrStruct>();
  const visit = (procedure: Procedure | undefined): void => {
    if (procedure === undefined) return;
    for (const body of [procedure.call, procedure.reply]) if (typeof body === 'object') found.add(body);
    visit(procedure.alternative);
  };
  for (const { procedures } of PROGRAMS) for (const procedure of procedures) visit(procedure);
  return [...found];
}

/** Tables with kinds, and combinations of kinds, that no program may have. */
const inner = xdr.struct('inner', { n: xdr.hyper, s: xdr.string, list: xdr.array(xdr.int) });
const pair = xdr.struct('pair', { x: xdr.int, ids: xdr.array(xdr.unsigned_id, 2) });
const everything = xdr.struct('everything', {
  first: xdr.array(pair, 2),
  d: xdr.double,
  o: xdr.opaque(5),
  words: xdr.uuid_words,
  nested: inner,
  pair,
  typed: xdr.gfx_dict,
  chain: xdr.chain(inner),
  pairs: xdr.array(pair),
  numbers: xdr.array(xdr.unsigned_hyper),
  uuids: xdr.array(xdr.uuid),
  three: xdr.array(inner, 3),
  old: xdr.dict,
  raw: xdr.bytes,
  later: xdr.since(xdr.string),
  latest: xdr.since(xdr.dict),
  last: xdr.since(xdr.int),
});

const STRUCTS = [...allStructs(), everything];

/** Compares a compiled reader with the plain one, for any bytes. */
function assertAgrees(
  table: XdrStruct,
  bytes: Uint8Array,
  end: number,
  recordEnd: number,
  whole: Reading,
): Result {
  const got = read(table, bytes, end, recordEnd);
  const at = `${table.name} ${end}/${recordEnd}`;
  assert.equal(got.state, whole.state, at);
  assert.equal(got.reason !== '', got.state === 'malformed', at);
  if (got.state === 'complete') {
    assert.equal(got.position, whole.position, at);
    assert.equal(shown(got.fields), shown(whole.fields), at);
  }
  // Complete fields are read. The last one may be absent: a list whose items are all missing.
  const names = Object.keys(whole.fields);
  const last = got.state === 'complete' ? undefined : names.pop();
  for (const name of names) assert.equal(shown(got.fields[name]), shown(whole.fields[name]), `${at} ${name}`);
  if (last !== undefined)
    assert.ok(isPart(plain(got.fields[last]), plain(whole.fields[last])), `${at} ${last}`);
  const brief = read(table, bytes, end, recordEnd, 'brief');
  assert.equal(brief.state, got.state, at);
  if (got.state === 'complete') assert.equal(brief.position, got.position, at);
  return got;
}

test('messages of every struct of every program are decoded as they were written', () => {
  assert.ok(STRUCTS.length > 150, `${STRUCTS.length}`);
  const random = newRandom(1);
  for (const table of STRUCTS) {
    for (let round = 0; round < 8; round++) {
      const since = round % 2 === 0;
      const { bytes, fields } = randomMessage(random, table, since);
      const got = assertAgrees(table, bytes, bytes.length, bytes.length, {
        state: 'complete',
        fields,
        position: bytes.length,
      });
      assert.equal(shown(readPlainly(table, bytes, bytes.length, bytes.length).fields), shown(got.fields));
      // Raw data behind the struct is not read; since-fields take the bytes that are there.
      if (!since) continue;
      const more = Buffer.concat([bytes, Buffer.alloc(9, 0xff)]);
      const before = read(table, more);
      assert.deepEqual([before.state, before.position], ['complete', bytes.length], table.name);
    }
  }
});

test('a brief reader gives the summary fields as a full reader does', () => {
  const random = newRandom(2);
  let left = 0;
  for (const table of STRUCTS) {
    const { bytes } = randomMessage(random, table, true);
    const full = read(table, bytes).fields;
    const brief = read(table, bytes, bytes.length, bytes.length, 'brief').fields;
    const stripped = plain(brief) as Fields;
    assert.ok(isPart(stripped, plain(full)), table.name);
    for (const name of Object.keys(table.fields)) {
      if (summaryFields(table.name, name))
        assert.equal(name in stripped, full[name] !== undefined, `${table.name}.${name}`);
      else left++;
    }
    for (const name of Object.keys(stripped)) {
      const field = Object.hasOwn(table.fields, name) ? name : name.replace(/_(?:hex|names?)$/, '');
      assert.ok(summaryFields(table.name, field), `${table.name}.${name}`);
    }
  }
  assert.ok(left > 200);
});

const shorter = (a: Message, b: Message): Message => (b.bytes.length < a.bytes.length ? b : a);

test('a message that ends anywhere is incomplete if the record goes on, malformed if it ends', () => {
  const random = newRandom(3);
  for (const table of STRUCTS) {
    const { bytes } = Array.from({ length: 4 }, () => randomMessage(random, table, true)).reduce(shorter);
    const whole = plain(read(table, bytes).fields);
    const mayEnd = Object.values(table.fields).some((type) => type.kind === 'since');
    for (let end = 0; end < bytes.length; end++) {
      const short = assertAgrees(
        table,
        bytes,
        end,
        bytes.length,
        readPlainly(table, bytes, end, bytes.length),
      );
      assert.equal(short.state, 'incomplete', `${table.name} ${end}`);
      if (end % 4 === 0) assert.ok(isPart(plain(short.fields), whole), `${table.name} ${end}`);
      const cut = assertAgrees(table, bytes, end, end, readPlainly(table, bytes, end, end));
      assert.ok(mayEnd || cut.state === 'malformed', `${table.name} ${end}`);
      if (cut.state === 'malformed') assert.match(cut.reason, /^the record ends within ./);
    }
  }
});

test('a since-field is absent if the record ends before it', () => {
  const table = xdr.struct('table', { a: xdr.int, s: xdr.since(xdr.string), n: xdr.since(xdr.hyper) });
  const bytes = Buffer.concat([word(1), counted('é'), long(5n)]);
  assert.equal(shown(read(table, bytes, 4).fields), '{"a":1}');
  assert.equal(shown(read(table, bytes, 12).fields), '{"a":1,"s":"é"}');
  assert.equal(shown(read(table, bytes, 20).fields), '{"a":1,"s":"é","n":5}');
  assert.equal(read(table, bytes, 4, 12).state, 'incomplete');
  assert.equal(read(table, bytes, 12, 20).state, 'incomplete');
  const odd = read(table, bytes, 14);
  assert.deepEqual([odd.state, odd.reason], ['malformed', 'the record ends within n']);
  assert.equal(shown(odd.fields), '{"a":1,"s":"é"}');
});

test('hostile counts and lengths fail at once', () => {
  const types: Record<string, XdrType> = {
    string: xdr.string,
    bytes: xdr.bytes,
    dict: xdr.dict,
    ints: xdr.array(xdr.int),
    structs: xdr.array(inner),
    empty: xdr.array(xdr.struct('empty', {})),
  };
  for (const [kind, type] of Object.entries(types)) {
    const table = xdr.struct('table', { before: xdr.int, items: type });
    for (const claim of [0xffffffff, 0xfffffffd, 0x80000000, 0x7fffffff, 0x40000001]) {
      const bytes = Buffer.concat([word(7), word(claim), Buffer.alloc(64)]);
      const got = read(table, bytes);
      assert.deepEqual(
        [got.state, got.reason, got.fields.before],
        ['malformed', 'the record ends within items', 7],
        kind,
      );
      assert.equal(shown(got.fields.items ?? []), '[]', kind);
      assert.equal(read(table, bytes, bytes.length, bytes.length, 'brief').state, 'malformed', kind);
      // Nothing is allocated in advance if the record claims to be as long.
      assert.equal(read(table, bytes, bytes.length, 2 ** 40).state, 'incomplete', kind);
    }
  }
  const chained = xdr.struct('table', { items: xdr.chain(xdr.struct('item', { n: xdr.int })) });
  const endless = read(chained, Buffer.alloc(4096, 0xff));
  assert.equal(endless.state, 'malformed');
  assert.equal((endless.fields.items as unknown[]).length, 512);
  const typed = xdr.struct('table', { before: xdr.int, items: xdr.gfx_dict });
  for (const [count, pairs] of [
    [0xffffffff, 0xffffffff],
    [0x7fffffff, 0x7fffffff],
    [-1, 0x20000000],
    [1, 6],
  ]) {
    const bytes = Buffer.concat([word(7), word(0), word(count), word(pairs), Buffer.alloc(64)]);
    for (const detail of ['full', 'brief'] as const) {
      assert.equal(read(typed, bytes, bytes.length, bytes.length, detail).state, 'malformed');
    }
  }
});

test('flipped bits never throw, and give what the plain reader gives', () => {
  const random = newRandom(4);
  const states = new Set<string>();
  for (const table of STRUCTS) {
    for (let round = 0; round < 8; round++) {
      const { bytes } = randomMessage(random, table, random.chance(0.7));
      if (bytes.length === 0) continue;
      for (let flips = random.between(1, 4); flips > 0; flips--) {
        bytes[random.below(bytes.length)] ^= 1 << random.below(8);
      }
      const plain = readPlainly(table, bytes, bytes.length, bytes.length);
      states.add(assertAgrees(table, bytes, bytes.length, bytes.length, plain).state);
      read(table, bytes, random.below(bytes.length), bytes.length);
    }
  }
  assert.deepEqual([...states].sort(), ['complete', 'malformed']);
});

test('shared memory is read from any offset', () => {
  const random = newRandom(5);
  for (const table of STRUCTS) {
    const { bytes, fields } = randomMessage(random, table, true);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 20), 3, bytes.length + 17);
    shared.fill(0xee);
    shared.set(bytes, 5);
    const got = readStruct(compile(table, 'full'), shared, 5, 5 + bytes.length, 5 + bytes.length);
    assert.deepEqual([got.state, got.position], [StructState.complete, 5 + bytes.length], table.name);
    assert.equal(shown(got.fields), shown(fields), table.name);
  }
});

test('numbers keep their value at the limits of their types', () => {
  const table = xdr.struct('table', {
    s: xdr.hyper,
    u: xdr.unsigned_hyper,
    id: xdr.id,
    uid: xdr.unsigned_id,
  });
  const safe = 2n ** 53n - 1n;
  const top = 2n ** 64n - 1n;
  const cases: [bigint, number | bigint, number | bigint, string, string][] = [
    [0n, 0, 0, '0', '0'],
    [safe, 9007199254740991, 9007199254740991, '9007199254740991', '9007199254740991'],
    [safe + 1n, safe + 1n, safe + 1n, '9007199254740992', '9007199254740992'],
    [-1n, -1, top, '-1', '18446744073709551615'],
    [-(2n ** 63n), -(2n ** 63n), 2n ** 63n, '-9223372036854775808', '9223372036854775808'],
    [2n ** 63n - 1n, 2n ** 63n - 1n, 2n ** 63n - 1n, '9223372036854775807', '9223372036854775807'],
    [-(2n ** 32n), -4294967296, 2n ** 64n - 2n ** 32n, '-4294967296', '18446744069414584320'],
    [-safe - 1n, -safe - 1n, 2n ** 64n - safe - 1n, '-9007199254740992', '18437736874454810624'],
  ];
  for (const [value, s, u, id, uid] of cases) {
    const bytes = Buffer.concat([long(value), long(value), long(value), long(value)]);
    assert.deepEqual(read(table, bytes).fields, { s, u, id, uid });
  }
  const small = xdr.struct('table', { i: xdr.int, u: xdr.unsigned_int, d: xdr.double, e: xdr.double });
  const bytes = Buffer.concat([word(0x80000000), word(0xffffffff), real(-1.25e-300), real(Number.NaN)]);
  assert.deepEqual(read(small, bytes).fields, { i: -2147483648, u: 4294967295, d: -1.25e-300, e: 'NaN' });
  assert.deepEqual(read(small, Buffer.concat([Buffer.alloc(16), real(-1 / 0)])).fields, {
    i: 0,
    u: 0,
    d: 0,
    e: '-Infinity',
  });
});

test('names follow their numbers, raw bytes follow text that is not UTF-8', () => {
  const named: xdr.Names = { suffix: 'name', of: (value) => (value === 2 ? 'TWO' : undefined) };
  const bits: xdr.Names = { suffix: 'names', of: (value) => (value === 0 ? [] : ['A', 'B']) };
  const table = xdr.struct('table', {
    s: xdr.string,
    n: xdr.named(xdr.int, named),
    dict: xdr.gfx_dict,
    f: xdr.named(xdr.unsigned_int, bits),
  });
  const bytes = (text: Uint8Array | string, n: number) =>
    Buffer.concat([counted(text), word(n), gfxDict([]), word(n)]);
  const fields = (text: Uint8Array | string, n: number) => shown(read(table, bytes(text, n)).fields);
  assert.equal(fields('a', 2), '{"s":"a","n":2,"n_name":"TWO","dict":{},"f":2,"f_names":["A","B"]}');
  assert.equal(fields('\ufffd', 0), '{"s":"\ufffd","n":0,"dict":{},"f":0,"f_names":[]}');
  assert.equal(
    fields(Buffer.of(0x61, 0xff), 1),
    '{"s":"a\ufffd","s_hex":"61ff","n":1,"dict":{},"f":1,"f_names":["A","B"]}',
  );
});
