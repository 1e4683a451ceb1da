/** Arithmetic on packet timestamps. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { nanosecondsBetween } from '../../src/packet/timestamp.js';

test('a duration is exact across seconds, and negative backwards in time', () => {
  assert.equal(nanosecondsBetween(10, 999_999_999, { seconds: 11, nanoseconds: 0 }), 1);
  assert.equal(nanosecondsBetween(10, 5, { seconds: 10, nanoseconds: 5 }), 0);
  assert.equal(nanosecondsBetween(11, 0, { seconds: 10, nanoseconds: 999_999_999 }), -1);
  assert.equal(nanosecondsBetween(0, 1, { seconds: 9_000_000, nanoseconds: 0 }), 9_000_000 * 1e9 - 1);
});
