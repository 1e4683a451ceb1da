/** Records that are too long for a line. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SHRINK_ROUNDS, shrinkSections } from '../../src/records/line-limit.js';
import type { JsonObject } from '../../src/records/record.js';

type Fitted = JsonObject & { wiretail: { line_cut: { characters: number; items: number } } };

const fit = (sections: JsonObject, round = 0) => shrinkSections(sections, round) as Fitted;

describe('shrinkSections', () => {
  it('cuts long strings and long lists, and counts what is left out', () => {
    const sections = {
      gearman: { text: 'x'.repeat(1000), rows: Array.from({ length: 20 }, (_, i) => i), n: 1 },
    };
    const fitted = fit(sections);
    assert.deepEqual(fitted, {
      gearman: { text: 'x'.repeat(256), rows: [0, 1, 2, 3, 4, 5, 6, 7], n: 1 },
      wiretail: { line_cut: { characters: 744, items: 12 } },
    });
  });

  it('keeps less with every round, and nothing in the last', () => {
    const sections = { gearman: { text: 'x'.repeat(1000), rows: new Array(20).fill('y'), n: 1 } };
    let before = Number.POSITIVE_INFINITY;
    for (let round = 0; round < SHRINK_ROUNDS; round++) {
      const { length } = JSON.stringify(fit(sections, round));
      assert.ok(length < before, `round ${round}: ${length}`);
      before = length;
    }
    assert.deepEqual(fit(sections, SHRINK_ROUNDS - 1), {
      wiretail: { line_cut: { characters: 0, items: 3 } },
    });
  });

  it('stays beside what the record says of wiretail', () => {
    const fitted = fit({ wiretail: { truncated: true, anomaly: { reason: 'r'.repeat(300) } } });
    assert.deepEqual(fitted, {
      wiretail: {
        truncated: true,
        anomaly: { reason: 'r'.repeat(256) },
        line_cut: { characters: 44, items: 0 },
      },
    });
  });

  it('cuts the maps among the objects, not the structures', () => {
    const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
    const fitted = fit({ gluster: { request: keys(60), dict: keys(100) } });
    const { request, dict } = fitted.gluster as { request: JsonObject; dict: JsonObject };
    assert.equal(Object.keys(request).length, 60);
    assert.deepEqual(Object.keys(dict), ['k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7']);
    assert.equal(fitted.wiretail.line_cut.items, 92);
  });

  it('does not leave half a character', () => {
    const fitted = fit({ gearman: { text: '\u{1f600}'.repeat(500), odd: `x${'\u{1f600}'.repeat(500)}` } });
    const { text, odd } = fitted.gearman as { text: string; odd: string };
    assert.ok(text.isWellFormed() && odd.isWellFormed());
  });

  it('leaves the record itself as it was', () => {
    const sections = { gearman: { rows: [{ text: 'x'.repeat(500) }] } };
    const copy = structuredClone(sections);
    fit(sections, 2);
    assert.deepEqual(sections, copy);
  });
});
