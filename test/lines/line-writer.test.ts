/** Records as lines: one line of valid JSON each, within the limit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newLineWriter } from '../../src/lines/line-writer.js';
import { newTextLines } from '../../src/lines/text-lines.js';
import type { Json, JsonObject, RecordBody, Sections } from '../../src/records/record.js';
import { newRandom, type Random } from '../helpers/random.js';

const BODY: RecordBody = {
  level: 'info',
  message: 'a sentence',
  seconds: 1_700_000_000,
  nanoseconds: 42,
  packet: 7,
  replyPacket: 0,
  dataset: 'gearman.packet',
  action: 'NOOP',
  sections: { gearman: { type: 'NOOP' } },
};

function write(body: Partial<RecordBody>, maxLine = 0, bindings: JsonObject = {}): string {
  const lines: string[] = [];
  const log = newLineWriter(
    maxLine,
    newTextLines((line) => lines.push(line)),
  );
  log.write(log.prefixesFor(bindings), { ...BODY, ...body });
  assert.equal(lines.length, 1);
  return lines[0];
}

test('a record becomes a line with its fields', () => {
  const line = write({ outcome: 'success', duration: 1234, replyPacket: 9 }, 0, { source: { port: 1 } });
  assert.ok(line.endsWith('}\n'));
  assert.deepEqual(JSON.parse(line), {
    log: { level: 'info' },
    source: { port: 1 },
    '@timestamp': '2023-11-14T22:13:20.000000042Z',
    event: { dataset: 'gearman.packet', action: 'NOOP', outcome: 'success', duration: 1234 },
    packet: { number: 7, reply_number: 9 },
    gearman: { type: 'NOOP' },
    message: 'a sentence',
  });
});

test('absent values have no field', () => {
  const record = JSON.parse(write({ packet: 0, sections: {} }));
  assert.deepEqual(Object.keys(record), ['log', '@timestamp', 'event', 'message']);
  assert.deepEqual(Object.keys(record.event), ['dataset', 'action']);
  assert.deepEqual(Object.keys(JSON.parse(write({})).packet), ['number']);
});

test('a line has the level of its record', () => {
  for (const level of ['info', 'warn', 'error'] as const) {
    assert.equal(JSON.parse(write({ level })).log.level, level);
  }
});

test('large integers are exact, and members keep their order', () => {
  const rows = Array.from({ length: 300 }, (_, i) => ({ z: i, a: i }));
  const deep = { b: { c: { d: { e: { f: { g: { h: 'deep' } } } } } } };
  const line = write({ sections: { gearman: { z: 2n ** 64n - 1n, rows, deep, a: -(2n ** 63n) } } });
  assert.match(line, /"gearman":\{"z":18446744073709551615,"rows":\[\{"z":0,"a":0\},/);
  assert.match(line, /"a":-9223372036854775808\}/);
  const { gearman } = JSON.parse(line);
  assert.equal(gearman.rows.length, 300);
  assert.deepEqual(gearman.deep, deep);
});

test('a line holds nothing of the line before', () => {
  const lines: string[] = [];
  const log = newLineWriter(
    0,
    newTextLines((line) => lines.push(line)),
  );
  const first = log.prefixesFor({ source: { ip: '10.0.0.1' } });
  const second = log.prefixesFor({ source: { ip: '10.0.0.2' } });
  log.write(first, BODY);
  log.write(second, { ...BODY, sections: {} });
  log.write(first, BODY);
  const records = lines.map((line) => JSON.parse(line));
  assert.deepEqual(
    records.map((record) => record.source.ip),
    ['10.0.0.1', '10.0.0.2', '10.0.0.1'],
  );
  assert.equal(records[1].gearman, undefined);
});

const PIECES = [
  ...['"', '\\', '/', '\n', '\r\n', '\t', '\0', '\u0001', '\u001f', '\u007f', '\u0080', '\u2028', '\u2029'],
  ...[
    '\ud800',
    '\udc00',
    '\udfff\ud800',
    '\u{1f600}',
    '\uffff',
    '\ufeff',
    'é',
    'plain',
    ' ',
    '{',
    '}',
    ',',
    '%s %d %j',
  ],
];

function randomText(random: Random): string {
  let text = '';
  for (let i = random.below(random.chance(0.1) ? 3000 : 20); i > 0; i--) text += random.pick(PIECES);
  return text;
}

function randomJson(random: Random, depth: number): Json {
  switch (random.below(depth > 0 ? 8 : 5)) {
    case 0:
      return random.between(-1e9, 1e9);
    case 1:
      return random.chance(0.5);
    case 2:
      return BigInt(random.below(2 ** 32)) ** 3n;
    case 5:
      return Array.from({ length: random.below(depth === 1 && random.chance(0.2) ? 300 : 4) }, () =>
        randomJson(random, depth - 1),
      );
    case 6:
    case 7:
      return randomObject(random, depth - 1);
    default:
      return randomText(random);
  }
}

function randomObject(random: Random, depth: number): JsonObject {
  const entries = Array.from({ length: random.below(depth === 0 && random.chance(0.1) ? 200 : 6) }, () => [
    randomText(random).slice(0, 40),
    random.chance(0.1) ? undefined : randomJson(random, depth),
  ]);
  return Object.fromEntries(entries);
}

/** A value as a JSON parser reads it from a line: lone surrogates have no UTF-8, bigints become doubles. */
function readBack(value: Json | undefined): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map((item: Json) => readBack(item));
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, readBack(member as Json)]),
  );
}

function checkLine(line: string, maxLine: number): ReturnType<typeof JSON.parse> {
  // Lines leave in UTF-8.
  const bytes = new TextEncoder().encode(line);
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  assert.equal(text.indexOf('\n'), text.length - 1, 'one line');
  assert.ok(!text.includes('\r'));
  if (maxLine > 0) assert.ok(bytes.length <= maxLine, `${bytes.length} bytes`);
  return JSON.parse(text);
}

test('any record becomes one line of valid JSON with all its values', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = newRandom(seed);
    const sections: Sections = { gearman: randomObject(random, 3), wiretail: randomObject(random, 2) };
    const message = randomText(random);
    const action = randomText(random);
    const record = checkLine(write({ sections, message, action }), 0);
    assert.deepEqual(record.gearman, readBack(sections.gearman), `seed ${seed}`);
    assert.deepEqual(record.wiretail, readBack(sections.wiretail), `seed ${seed}`);
    assert.equal(record.message, message.toWellFormed());
    assert.equal(record.event.action, action.toWellFormed());
  }
});

for (const maxLine of [2048, 4096, 16384]) {
  test(`any record fits ${maxLine} bytes, and line_cut counts what was left out`, () => {
    let cut = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const random = newRandom(seed);
      const sections: Sections = { gearman: randomObject(random, 4), gluster: randomObject(random, 4) };
      const message = randomText(random);
      const bindings = { source: { ip: '2001:db8::1', port: 1 }, host: 'x'.repeat(100) };
      const whole = write({ sections, message }, 0, bindings);
      const line = write({ sections, message }, maxLine, bindings);
      const record = checkLine(line, maxLine);
      if (Buffer.byteLength(whole) <= maxLine) {
        assert.equal(line, whole);
        continue;
      }
      cut++;
      const { characters, items } = record.wiretail.line_cut;
      assert.ok(Number.isSafeInteger(characters) && Number.isSafeInteger(items), `seed ${seed}`);
      assert.ok(characters + items > 0 || message.length > 256, `seed ${seed}`);
      for (const field of ['@timestamp', 'event', 'packet', 'source', 'log', 'message']) {
        assert.ok(field in record, `seed ${seed}: ${field}`);
      }
    }
    assert.ok(cut > 10, `only ${cut} of the records were too long`);
  });
}

test('a record fits whichever part of it is long', () => {
  for (const sections of [
    { gearman: { text: '\u2028'.repeat(100000) } },
    { gearman: { text: '\0'.repeat(100000) } },
    { gearman: { rows: new Array(5000).fill({ a: 'x'.repeat(200), b: ['y'.repeat(200)] }) } },
    { gearman: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key number ${i}`, i])) },
    { gearman: { ['k'.repeat(50000)]: 1 } },
    {
      gearman: Object.fromEntries(
        Array.from({ length: 60 }, (_, i) => [`k${i}`, { ['x'.repeat(100)]: 2n ** 90n }]),
      ),
    },
  ] satisfies Sections[]) {
    for (const maxLine of [2048, 16384]) {
      const record = checkLine(write({ sections, message: '\u0007'.repeat(5000) }, maxLine), maxLine);
      assert.ok(record.wiretail.line_cut);
    }
  }
});
