/** Values in lines: what JSON.stringify writes, but for what it can't write and what terminals act upon. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { escapeUnsafe } from '../../src/lines/escape.js';
import { putJson, putSentence } from '../../src/lines/json.js';
import type { Json } from '../../src/records/record.js';
import { written } from './written-text.js';

const NUMBERS = [0, -0, 7, 10, 99, 100, 99999, 100000, 999999999, 1e9, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];

test('values are as JSON.stringify writes them', () => {
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

test('any whole number is written whole', () => {
  for (let power = 0; power < 10; power++) {
    for (const number of [10 ** power - 1, 10 ** power, 10 ** power + 1]) {
      assert.equal(
        written((out) => putJson(out, number)),
        String(number),
      );
    }
  }
});

test('integers may have any size', () => {
  const value = { z: 2n ** 64n - 1n, a: [-(2n ** 63n), 1], m: { n: 3n } };
  assert.equal(
    written((out) => putJson(out, value)),
    '{"z":18446744073709551615,"a":[-9223372036854775808,1],"m":{"n":3}}',
  );
});

test('every character of a sentence comes as it is, or escaped where something acts upon it', () => {
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

test('keys are remembered, not mixed up, and not without end', () => {
  for (let n = 0; n < 5000; n++) {
    const value = { [`n${n % 3000}`]: n, b: 1 };
    assert.equal(
      written((out) => putJson(out, value)),
      JSON.stringify(value),
    );
  }
});
