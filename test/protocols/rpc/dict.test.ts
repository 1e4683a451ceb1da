import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { gfx_iattx, gfx_mdata_iatt } from '../../../src/protocols/gluster/programs/structs.js';
import { interpretKnownKey } from '../../../src/protocols/gluster/projection/known-keys.js';
import type { Fields } from '../../../src/protocols/rpc/describer.js';
import { newCompiler } from '../../../src/protocols/rpc/xdr/compile.js';
import { readStruct, type StructResult, StructState } from '../../../src/protocols/rpc/xdr/reader.js';
import { dict, gfx_dict, int, struct } from '../../../src/protocols/rpc/xdr/types.js';
import type { Json } from '../../../src/records/record.js';
import { newRandom } from '../../helpers/random.js';
import { counted, gfxDict, gfxPair, image, long, randomMessage, real, word } from './xdr-bytes.js';
import { shown } from './xdr-values.js';

const compile = newCompiler({
  summaryFields: () => false,
  summaryKeys: () => undefined,
  interpretValue: interpretKnownKey,
  iatt: gfx_iattx,
  mdata: gfx_mdata_iatt,
});
const old = struct('old', { before: int, dict, after: int });
const typed = struct('typed', { before: int, dict: gfx_dict, after: int });

const Type = { strOld: 1, int: 2, uint: 3, double: 4, str: 5, ptr: 6, uuid: 7, iatt: 8, mdata: 9 };
const hex = (content: Uint8Array | string): string => Buffer.from(content as Uint8Array).toString('hex');

/** The dictionary of these bytes between two numbers, all of which must be decoded. */
function between(table: typeof old | typeof typed, bytes: Uint8Array): Json | undefined {
  const message = Buffer.concat([word(1), bytes, word(2)]);
  for (const detail of ['brief', 'full'] as const) {
    const got = readStruct(compile(table, detail), message, 0, message.length, message.length);
    assert.deepEqual([got.state, got.position], [StructState.complete, message.length], got.reason);
  }
  const { fields } = readStruct(compile(table, 'full'), message, 0, message.length, message.length);
  assert.deepEqual([fields.before, fields.after], [1, 2]);
  return fields.dict;
}

const oldDict = (content: Uint8Array): Json | undefined => between(old, counted(content));
const typedDict = (pairs: readonly Uint8Array[]): Json | undefined => between(typed, gfxDict(pairs));

/** The result for a gfx_dict that is not complete. */
function readIncomplete(bytes: Uint8Array, recordEnd = bytes.length): StructResult {
  const [brief, full] = (['brief', 'full'] as const).map((detail) => ({
    ...readStruct(compile(typed, detail), bytes, 0, bytes.length, recordEnd),
  }));
  assert.deepEqual([brief.state, brief.reason], [full.state, full.reason]);
  return full;
}

test('gfx_dict: no dictionary is absent, an empty one is empty', () => {
  assert.equal(between(typed, Buffer.concat([word(0), word(-1), word(0)])), undefined);
  assert.deepEqual(between(typed, Buffer.concat([word(99), word(0), word(0)])), {});
  // The pairs are counted twice; the second count is that of the array.
  const k = gfxPair('k', Type.int, long(1n));
  assert.deepEqual(between(typed, Buffer.concat([word(0), word(5), word(1), k])), { k: 1 });
});

test('gfx_dict: values of every type are decoded', () => {
  const random = newRandom(6);
  const iatt = randomMessage(random, gfx_iattx, true);
  const mdata = randomMessage(random, gfx_mdata_iatt, true);
  const got = typedDict([
    gfxPair('int', Type.int, long(-5n)),
    gfxPair('int min', Type.int, long(-(2n ** 63n))),
    gfxPair('uint', Type.uint, long(5n)),
    gfxPair('uint max', Type.uint, long(-1n)),
    gfxPair('double', Type.double, real(0.25)),
    gfxPair('infinite', Type.double, real(Number.POSITIVE_INFINITY)),
    gfxPair('str', Type.str, counted('text\0')),
    gfxPair('bare str', Type.str, counted('text')),
    gfxPair('two nuls', Type.str, counted('a\0\0')),
    gfxPair('no str', Type.str, counted('')),
    gfxPair('ptr', Type.ptr, counted(Buffer.of(1, 2))),
    gfxPair('old', Type.strOld, counted('7\0')),
    gfxPair('gfid-req', Type.uuid, Buffer.from('00112233445566778899aabbccddeeff', 'hex')),
    gfxPair('iatt', Type.iatt, iatt.bytes),
    gfxPair('mdata', Type.mdata, mdata.bytes),
    gfxPair('trusted.afr.v-client-1', Type.ptr, counted(Buffer.concat([word(1), word(0), word(2)]))),
  ]);
  const wanted: Fields = {
    int: -5,
    'int min': -(2n ** 63n),
    uint: 5,
    'uint max': 2n ** 64n - 1n,
    double: 0.25,
    infinite: 'Infinity',
    str: 'text',
    'bare str': 'text',
    'two nuls': 'a\0',
    'no str': '',
    ptr: { hex: '0102' },
    old: { hex: '3700', text: '7', integer: 7 },
    'gfid-req': '00112233-4455-6677-8899-aabbccddeeff',
    iatt: iatt.fields,
    mdata: mdata.fields,
    'trusted.afr.v-client-1': {
      hex: '000000010000000000000002',
      afr: { data: 1, metadata: 0, entry: 2 },
    },
  };
  assert.equal(shown(got), shown(wanted));
});

test('gfx_dict: a value of an unknown type ends the dictionary, and the pairs before it are kept', () => {
  for (const type of [0, 10, -1, 0x7fffffff]) {
    const pairs = [
      gfxPair('a', Type.int, long(1n)),
      gfxPair('b', type, long(2n)),
      gfxPair('c', Type.int, long(3n)),
    ];
    const { state, reason, fields } = readIncomplete(Buffer.concat([word(1), gfxDict(pairs), word(2)]));
    assert.equal(state, StructState.malformed);
    assert.equal(reason, `a dictionary value of the unknown type ${type}`);
    assert.equal(shown(fields), '{"before":1,"dict":{"a":1}}');
  }
});

test('gfx_dict: a truncated dictionary, or a length that is too large, keeps the pairs before', () => {
  const good = gfxPair('a', Type.int, long(1n));
  const head = Buffer.concat([word(1), word(0), word(2), word(2), good]);
  const claims = [
    counted('k\0').fill(0xff, 0, 4),
    Buffer.concat([counted('k\0'), word(Type.str), word(0xffffffff)]),
    Buffer.concat([counted('k\0'), word(Type.ptr), word(0x80000000)]),
    Buffer.concat([counted('k\0'), word(Type.iatt), Buffer.alloc(100)]),
    Buffer.concat([counted('k\0'), word(Type.uuid), Buffer.alloc(12)]),
    Buffer.concat([counted('k'.repeat(5000)), word(Type.uint), Buffer.alloc(4)]),
  ];
  for (const claim of claims) {
    const bytes = Buffer.concat([head, claim]);
    const { state, reason, fields, position } = readIncomplete(bytes);
    assert.equal(state, StructState.malformed);
    // A key may be any text of the wire: the reason names none.
    assert.match(reason, /^the record ends within a dictionary (?:key|value)$/);
    assert.equal(shown(fields), '{"before":1,"dict":{"a":1}}');
    assert.deepEqual(
      { ...readIncomplete(bytes, 2 ** 40), reason },
      { state: StructState.incomplete, reason, fields, position },
    );
    // A dictionary without a complete pair is left out: it would seem to be empty.
    const none = Buffer.concat([word(1), word(0), word(1), word(1), claim]);
    assert.equal(shown(readIncomplete(none).fields), '{"before":1}');
  }
});

test('repeated keys, names of object members, and numbers are keys like others', () => {
  const keys = ['k', 'k', 'k#2', 'k', '__proto__', '__proto__', 'constructor', 'toString', '10', '', ''];
  const names = [
    'k',
    'k#2',
    'k#2#2',
    'k#3',
    '__proto__',
    '__proto__#2',
    'constructor',
    'toString',
    '10',
    '',
    '#2',
  ];
  const typedGot = typedDict(keys.map((key, i) => gfxPair(key, Type.int, long(BigInt(i))))) as Fields;
  const oldGot = oldDict(image(keys.map((key, i) => [key, `v${i}`]))) as Fields;
  for (const got of [typedGot, oldGot]) {
    assert.equal(Object.getPrototypeOf(got), Object.prototype);
    // JavaScript puts keys that look like indexes first; all others keep their order.
    assert.deepEqual(Object.keys(got), ['10', ...names.filter((name) => name !== '10')]);
  }
  names.forEach((name, i) => {
    assert.equal(Object.getOwnPropertyDescriptor(typedGot, name)?.value, i, name);
    const value = Object.getOwnPropertyDescriptor(oldGot, name)?.value;
    assert.deepEqual(value, { hex: hex(`v${i}`), text: `v${i}` }, name);
  });
});

test('many pairs with the same key get free names in linear time', () => {
  const many = 10_000;
  const k = gfxPair('k', Type.int, long(1n));
  const got = typedDict([
    ...Array.from({ length: many }, (_, i) => gfxPair(`k#${i + 2}`, Type.int, long(0n))),
    ...new Array<Uint8Array>(many).fill(k),
  ]) as Fields;
  assert.equal(Object.keys(got).length, 2 * many);
  assert.deepEqual([got.k, got['k#2'], got[`k#${many + 1}`], got[`k#${2 * many}`]], [1, 0, 0, 1]);
});

test('the raw bytes of ill-formed UTF-8 in keys and values follow their pair', () => {
  const bad = Buffer.of(0x6b, 0xff);
  const worse = Buffer.of(0x6b, 0xfe);
  const got = typedDict([
    gfxPair('s', Type.str, counted('fine')),
    gfxPair('s', Type.str, counted(Buffer.of(0x78, 0xc3, 0x28, 0))),
    gfxPair(bad, Type.int, long(1n)),
    gfxPair(worse, Type.str, counted(Buffer.of(0xe2, 0x82))),
    gfxPair('replaced', Type.str, counted('\ufffd\0')),
  ]);
  const k = 'k\ufffd';
  const wanted: Fields = {
    s: 'fine',
    's#2': 'x\ufffd(',
    's#2_hex': '78c328',
    [k]: 1,
    [`${k}_key_hex`]: '6bff',
    [`${k}#2`]: '\ufffd',
    [`${k}#2_hex`]: 'e282',
    [`${k}#2_key_hex`]: '6bfe',
    replaced: '\ufffd',
  };
  assert.equal(shown(got), shown(wanted));
  assert.equal(
    shown(
      oldDict(
        image([
          [bad, 'v'],
          ['u', bad],
        ]),
      ),
    ),
    shown({ [k]: { hex: '76', text: 'v' }, [`${k}_key_hex`]: '6bff', u: { hex: '6bff' } }),
  );
});

test('old form: no dictionary, an empty one, text and binary values, and known keys', () => {
  assert.equal(oldDict(Buffer.alloc(0)), undefined);
  assert.deepEqual(oldDict(word(0)), {});
  const gfid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const afr = Buffer.concat([word(0), word(1), word(-1)]);
  const got = oldDict(
    image([
      ['text', 'a\tb\r\n'],
      ['ended', 'abc\0'],
      ['nul within', 'a\0b'],
      ['nuls', 'a\0\0'],
      ['only nul', '\0'],
      ['nothing', ''],
      ['unprintable', 'a\u0001'],
      ['delete', '\u007f'],
      ['c1', '\u0085'],
      ['wide', 'é€😀'],
      ['binary', Buffer.of(0xff)],
      ['gfid-req', gfid],
      ['trusted.afr.v-client-0', afr],
    ]),
  );
  assert.equal(
    shown(got),
    shown({
      text: { hex: '6109620d0a', text: 'a\tb\r\n' },
      ended: { hex: '61626300', text: 'abc' },
      'nul within': { hex: '610062' },
      nuls: { hex: '610000' },
      'only nul': { hex: '00', text: '' },
      nothing: { hex: '', text: '' },
      unprintable: { hex: '6101' },
      delete: { hex: '7f' },
      c1: { hex: 'c285' },
      wide: { hex: hex('é€😀'), text: 'é€😀' },
      binary: { hex: 'ff' },
      'gfid-req': { hex: hex(gfid), uuid: '00112233-4455-6677-8899-aabbccddeeff' },
      'trusted.afr.v-client-0': { hex: hex(afr), afr: { data: 0, metadata: 1, entry: -1 } },
    }),
  );
});

test('old form: an opaque that is not exactly a dictionary is hex', () => {
  const good = image([
    ['key', 'value'],
    ['k', ''],
  ]);
  assert.equal(typeof oldDict(good), 'object');
  const others = [Buffer.concat([good, Buffer.of(0)]), Buffer.from('just text'), Buffer.of(0), word(1)];
  for (let end = 1; end < good.length; end++) others.push(good.subarray(0, end));
  const changed = (at: number, value: number): void => {
    const bytes = Buffer.from(good);
    bytes.writeUInt32BE(value >>> 0, at);
    others.push(bytes);
  };
  // The count, the length of the first key, the length of the first value.
  for (const at of [0, 4, 8]) for (const value of [1, 4, 0x7fffffff, 0x80000000, -1]) changed(at, value);
  const noNul = Buffer.from(good);
  noNul[4 + 8 + 3] = 0x20;
  others.push(noNul);
  for (const bytes of others) assert.equal(oldDict(bytes), hex(bytes));
});

test('a long value is truncated, and its length shown', () => {
  const limit = 65536;
  const value = (length: number) => Buffer.alloc(length, 'x');
  const full = { hex: '78'.repeat(limit), text: 'x'.repeat(limit) };
  const cut = { hex: full.hex, bytes: limit + 1, text: full.text };
  assert.deepEqual(
    oldDict(
      image([
        ['k', value(limit)],
        ['l', value(limit + 1)],
      ]),
    ),
    { k: full, l: cut },
  );
  assert.deepEqual(typedDict([gfxPair('k', Type.ptr, counted(value(limit + 1)))]), { k: cut });
  // Text is shown in full.
  assert.deepEqual(typedDict([gfxPair('k', Type.str, counted(value(limit + 1)))]), {
    k: 'x'.repeat(limit + 1),
  });
});

test('a brief reader reads only the pairs that its filter accepts', () => {
  const bytes = Buffer.concat([
    word(1),
    counted(
      image([
        ['a', '1'],
        ['huge', Buffer.alloc(100000, 'x')],
        ['b', '2'],
        ['p'.repeat(65), 'too long a key'],
        ['a', '3'],
      ]),
    ),
    word(2),
  ]);
  const some = newCompiler({
    summaryFields: () => true,
    summaryKeys: (struct, field) =>
      `${struct}.${field}` === 'old.dict' ? (key) => !/^(?:huge|b)$/.test(key) : undefined,
    interpretValue: interpretKnownKey,
    iatt: gfx_iattx,
    mdata: gfx_mdata_iatt,
  });
  const read = (detail: 'brief' | 'full', end: number) => {
    const { fields, state } = readStruct(some(old, detail), bytes, 0, end, bytes.length);
    return { fields: { ...fields }, state };
  };
  const brief = read('brief', bytes.length);
  assert.equal(brief.state, StructState.complete);
  assert.deepEqual(Object.keys(brief.fields.dict as Fields), ['a', 'a#2']);
  assert.deepEqual([brief.fields.before, brief.fields.after], [1, 2]);
  assert.equal(Object.keys(read('full', bytes.length).fields.dict as Fields).length, 5);
  // The bytes end behind the dictionary.
  const partial = read('brief', bytes.length - 2);
  assert.equal(partial.state, StructState.incomplete);
  assert.deepEqual(partial.fields, { before: 1, dict: brief.fields.dict });
});
