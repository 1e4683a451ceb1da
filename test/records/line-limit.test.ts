/** Records that exceed the line limit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SHRINK_ROUNDS, shrinkSections } from '../../src/records/line-limit.js';
import type { JsonObject } from '../../src/records/record.js';

type Shrunk = JsonObject & { wiretail: { line_cut: { characters: number; items: number } } };

const shrink = (sections: JsonObject, round = 0) => shrinkSections(sections, round) as Shrunk;

test('long strings and lists are cut, and line_cut counts the rest', () => {
  const sections = {
    gearman: { text: 'x'.repeat(1000), rows: Array.from({ length: 20 }, (_, i) => i), n: 1 },
  };
  const shrunk = shrink(sections);
  assert.deepEqual(shrunk, {
    gearman: { text: 'x'.repeat(256), rows: [0, 1, 2, 3, 4, 5, 6, 7], n: 1 },
    wiretail: { line_cut: { characters: 744, items: 12 } },
  });
});

test('each round keeps less, and the last keeps line_cut alone', () => {
  const sections = { gearman: { text: 'x'.repeat(1000), rows: new Array(20).fill('y'), n: 1 } };
  let before = Number.POSITIVE_INFINITY;
  for (let round = 0; round < SHRINK_ROUNDS; round++) {
    const { length } = JSON.stringify(shrink(sections, round));
    assert.ok(length < before, `round ${round}: ${length}`);
    before = length;
  }
  assert.deepEqual(shrink(sections, SHRINK_ROUNDS - 1), {
    wiretail: { line_cut: { characters: 0, items: 3 } },
  });
});

test('line_cut joins the other fields of the wiretail section', () => {
  const shrunk = shrink({ wiretail: { truncated: true, anomaly: { reason: 'r'.repeat(300) } } });
  assert.deepEqual(shrunk, {
    wiretail: {
      truncated: true,
      anomaly: { reason: 'r'.repeat(256) },
      line_cut: { characters: 44, items: 0 },
    },
  });
});

test('maps lose keys, objects of the schema do not', () => {
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
  const shrunk = shrink({ gluster: { request: keys(60), dict: keys(100) } });
  const { request, dict } = shrunk.gluster as { request: JsonObject; dict: JsonObject };
  assert.equal(Object.keys(request).length, 60);
  assert.deepEqual(Object.keys(dict), ['k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7']);
  assert.equal(shrunk.wiretail.line_cut.items, 92);
});

test('no surrogate pair is split', () => {
  const shrunk = shrink({ gearman: { text: '\u{1f600}'.repeat(500), odd: `x${'\u{1f600}'.repeat(500)}` } });
  const { text, odd } = shrunk.gearman as { text: string; odd: string };
  assert.ok(text.isWellFormed() && odd.isWellFormed());
});

test('the record itself does not change', () => {
  const sections = { gearman: { rows: [{ text: 'x'.repeat(500) }] } };
  const copy = structuredClone(sections);
  shrink(sections, 2);
  assert.deepEqual(sections, copy);
});
