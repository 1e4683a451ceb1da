/** Times as text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimestamp } from '../../src/records/time.js';

const format = (seconds: number, nanoseconds: number) => formatTimestamp({ seconds, nanoseconds });

test('a timestamp is UTC with nine decimals', () => {
  assert.equal(format(0, 0), '1970-01-01T00:00:00.000000000Z');
  assert.equal(format(1_700_000_000, 1), '2023-11-14T22:13:20.000000001Z');
  assert.equal(format(1_700_000_000, 999_999_999), '2023-11-14T22:13:20.999999999Z');
  assert.equal(format(1_700_000_001, 120_000_000), '2023-11-14T22:13:21.120000000Z');
  // An earlier second again: the cached text is not reused.
  assert.equal(format(1_700_000_000, 5), '2023-11-14T22:13:20.000000005Z');
  assert.equal(format(951_782_400, 0), '2000-02-29T00:00:00.000000000Z');
  // The last second that a 32-bit pcap timestamp can hold.
  assert.equal(format(0xffffffff, 0), '2106-02-07T06:28:15.000000000Z');
});
