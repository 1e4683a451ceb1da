/** Packet time of capture files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileClock } from '../../src/clock/file-clock.js';
import { newPacketTimestamp } from '../../src/packet/timestamp.js';

/** Packet time of a packet with the given wall-clock seconds, and the wall clock that it converts back to. */
function convert(clock: FileClock, seconds: number): { packetTime: number; wallClock: number } {
  const at = newPacketTimestamp();
  clock.toPacketTime(seconds, 500, at);
  const { seconds: wallClock, nanoseconds } = clock.toWallClock(at.seconds, at.nanoseconds);
  assert.equal(nanoseconds, 500);
  return { packetTime: at.seconds, wallClock };
}

test('packet time is the wall-clock time while the clock is not set', () => {
  const clock = new FileClock();
  for (const seconds of [1000, 1001, 5000, 4991]) {
    assert.deepEqual(convert(clock, seconds), { packetTime: seconds, wallClock: seconds });
  }
});

test('packet time advances when the clock is set back, and converts to the new wall-clock time', () => {
  const clock = new FileClock();
  convert(clock, 5000);
  const first = convert(clock, 1400);
  assert.ok(first.packetTime > 5000);
  assert.equal(first.wallClock, 1400);
  const second = convert(clock, 1401);
  assert.deepEqual(second, { packetTime: first.packetTime + 1, wallClock: 1401 });
  // Times from before keep their wall-clock time.
  assert.equal(clock.toWallClock(4999, 0).seconds, 4999);
});

test('after many steps back the timestamps are used unchanged', () => {
  const clock = new FileClock();
  for (let step = 0; step < 16; step++) {
    convert(clock, 100_000);
    convert(clock, 1000);
  }
  const { packetTime } = convert(clock, 100_000);
  assert.equal(convert(clock, 1000).packetTime, packetTime - 99_000);
});
