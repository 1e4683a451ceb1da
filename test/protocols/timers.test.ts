/** Timer sweeps by packet time, in batches. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newTimerList, sweepInterval } from '../../src/protocols/timers.js';

/** The timestamp this many milliseconds after the first packet. */
const timestamp = (ms: number) => ({
  seconds: 1000 + Math.floor(ms / 1000),
  nanoseconds: (ms % 1000) * 1e6,
  packet: 1,
});

/** The milliseconds at which an item is checked, with two packets every 10 ms for 3 s. */
function checkTimes(every?: number): number[] {
  const times: number[] = [];
  const list = newTimerList<string>((_item, at) => {
    times.push((at.seconds - 1000) * 1000 + at.nanoseconds / 1e6);
    return true;
  }, every);
  list.add('item');
  for (let ms = 5; ms < 3000; ms += 10) {
    // The end of a sweep is noticed with the packet after its last item.
    list.tick(timestamp(ms));
    list.tick(timestamp(ms));
  }
  return times;
}

test('an item is checked once a second', () => {
  assert.deepEqual(checkTimes(), [5, 1005, 2005]);
  assert.equal(sweepInterval(30000), 1000);
});

test('a limit below four seconds is checked four times as often', () => {
  assert.equal(sweepInterval(500), 125);
  const times = checkTimes(125);
  assert.equal(times.length, 24);
  for (const [n, ms] of times.entries()) assert.ok(ms >= n * 125 && ms < n * 125 + 20, `${n}: ${ms}`);
});

test('a packet checks at most a batch of items, and a sweep checks each item once', () => {
  const checks = new Map<number, number>();
  let batch = 0;
  const list = newTimerList<number>((item) => {
    checks.set(item, (checks.get(item) ?? 0) + 1);
    batch++;
    return item % 2 === 0;
  });
  for (let item = 0; item < 1000; item++) list.add(item);
  for (let packet = 0; packet < 20; packet++) {
    batch = 0;
    list.tick(timestamp(0));
    assert.ok(batch <= 256, `${batch}`);
  }
  assert.deepEqual([checks.size, ...new Set(checks.values())], [1000, 1]);
  for (let packet = 0; packet < 20; packet++) list.tick(timestamp(1000));
  // The odd items stopped waiting.
  assert.deepEqual([checks.get(0), checks.get(1)], [2, 1]);
});
