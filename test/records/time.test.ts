import assert from 'node:assert/strict';
import { it } from 'node:test';
import { nanosecondsBetween, timestamp } from '../../src/records/time.js';

it('a timestamp has nine decimals and is UTC', () => {
  assert.equal(timestamp(0, 0), '1970-01-01T00:00:00.000000000Z');
  assert.equal(timestamp(1_700_000_000, 1), '2023-11-14T22:13:20.000000001Z');
  assert.equal(timestamp(1_700_000_000, 999_999_999), '2023-11-14T22:13:20.999999999Z');
  assert.equal(timestamp(1_700_000_001, 120_000_000), '2023-11-14T22:13:21.120000000Z');
  // Back to a second that was before: nothing of the one between stays.
  assert.equal(timestamp(1_700_000_000, 5), '2023-11-14T22:13:20.000000005Z');
  assert.equal(timestamp(951_782_400, 0), '2000-02-29T00:00:00.000000000Z');
  // The last second that the ring's records can say.
  assert.equal(timestamp(0xffffffff, 0), '2106-02-07T06:28:15.000000000Z');
});

it('a duration in nanoseconds is exact across seconds, and may be negative', () => {
  assert.equal(nanosecondsBetween(10, 999_999_999, { seconds: 11, nanoseconds: 0 }), 1);
  assert.equal(nanosecondsBetween(10, 5, { seconds: 10, nanoseconds: 5 }), 0);
  assert.equal(nanosecondsBetween(11, 0, { seconds: 10, nanoseconds: 999_999_999 }), -1);
  assert.equal(nanosecondsBetween(0, 1, { seconds: 9_000_000, nanoseconds: 0 }), 9_000_000 * 1e9 - 1);
});
