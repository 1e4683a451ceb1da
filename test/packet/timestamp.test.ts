/** Arithmetic on packet timestamps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nanosecondsBetween, newPacketTimestamp, setTimestamp } from '../../src/packet/timestamp.js';

test('a duration is exact across seconds, and negative backwards in time', () => {
  assert.equal(nanosecondsBetween(10, 999_999_999, { seconds: 11, nanoseconds: 0 }), 1);
  assert.equal(nanosecondsBetween(10, 5, { seconds: 10, nanoseconds: 5 }), 0);
  assert.equal(nanosecondsBetween(11, 0, { seconds: 10, nanoseconds: 999_999_999 }), -1);
  assert.equal(nanosecondsBetween(0, 1, { seconds: 9_000_000, nanoseconds: 0 }), 9_000_000 * 1e9 - 1);
});

test('nanoseconds out of range are carried to the seconds', () => {
  const at = newPacketTimestamp();
  setTimestamp(at, 10, 1_500_000_000);
  assert.deepEqual(at, { seconds: 11, nanoseconds: 500_000_000, packet: 0 });
  setTimestamp(at, 10, -1);
  assert.deepEqual(at, { seconds: 9, nanoseconds: 999_999_999, packet: 0 });
});
