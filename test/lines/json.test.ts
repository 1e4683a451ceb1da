/** JSON values in lines: as JSON.stringify writes them, except bigints and characters that terminals interpret. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeUnsafe } from '../../src/lines/escape.js';
import { putJson, putSentence } from '../../src/lines/json.js';
import type { Json } from '../../src/records/record.js';
import { written } from './written-text.js';

const NUMBERS = [0, -0, 7, 10, 99, 100, 99999, 100000, 999999999, 1e9, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];

test('values equal JSON.stringify', () => {
  const values: Json[] = [
    { a: [1, 'two', true, { b: {} }, []], 'a "key"\n': 'a "value"\n', none: undefined },
    { '': '', é: 'é\u2028\ud800', '\u007f': '\u007f', ['__proto__']: 'x' },
    [],
    'text',
    ...[-1.5, 1e21, 1e-7, Number.NaN, Number.POSITIVE_INFINITY],
    ...NUMBERS.flatMap((number) => [number, -number]),
  ];
  for (const value of values) {
    assert.equal(
      written((out) => putJson(out, value)),
      escapeUnsafe(JSON.stringify(value)),
    );
  }
});

test('integers are written with all digits', () => {
  for (let power = 0; power < 10; power++) {
    for (const number of [10 ** power - 1, 10 ** power, 10 ** power + 1]) {
      assert.equal(
        written((out) => putJson(out, number)),
        String(number),
      );
    }
  }
});

test('bigints are exact', () => {
  const value = { z: 2n ** 64n - 1n, a: [-(2n ** 63n), 1], m: { n: 3n } };
  assert.equal(
    written((out) => putJson(out, value)),
    '{"z":18446744073709551615,"a":[-9223372036854775808,1],"m":{"n":3}}',
  );
});

test('a character in a sentence is written as it is, or escaped if a terminal interprets it', () => {
  for (let code = 0; code < 0x3000; code++) {
    const text = `a${String.fromCharCode(code)}b`;
    const line = written((out) => putSentence(out, text));
    assert.equal(line, escapeUnsafe(JSON.stringify(text)));
  }
  assert.equal(
    written((out) => putSentence(out, 'half \ud83d')),
    '"half \ufffd"',
  );
});

test('more keys than are cached keep their own names', () => {
  for (let n = 0; n < 5000; n++) {
    const value = { [`n${n % 3000}`]: n, b: 1 };
    assert.equal(
      written((out) => putJson(out, value)),
      JSON.stringify(value),
    );
  }
});
