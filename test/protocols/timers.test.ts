/** What waits is looked after now and then, and a part of it with each packet. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { newTimerList, sweepInterval } from '../../src/protocols/timers.js';

/** So many milliseconds after the first packet. */
const moment = (ms: number) => ({
  seconds: 1000 + Math.floor(ms / 1000),
  nanoseconds: (ms % 1000) * 1e6,
  packet: 1,
});

/** Milliseconds at which one is looked after, with two packets every 10 ms for 3 s. */
function looks(every?: number): number[] {
  const found: number[] = [];
  const list = newTimerList<string>((_one, at) => {
    found.push((at.seconds - 1000) * 1000 + at.nanoseconds / 1e6);
    return true;
  }, every);
  list.add('one');
  for (let ms = 5; ms < 3000; ms += 10) {
    // A round's end is seen with the packet after the last of it.
    list.tick(moment(ms));
    list.tick(moment(ms));
  }
  return found;
}

test('once a second', () => {
  assert.deepEqual(looks(), [5, 1005, 2005]);
  assert.equal(sweepInterval(30000), 1000);
});

test('a quarter of what it may wait, where that is less', () => {
  assert.equal(sweepInterval(500), 125);
  const found = looks(125);
  assert.equal(found.length, 24);
  for (const [n, ms] of found.entries()) assert.ok(ms >= n * 125 && ms < n * 125 + 20, `${n}: ${ms}`);
});

test('no packet has to do with more than a part of many, and a round reaches each of them once', () => {
  const seen = new Map<number, number>();
  let atOnce = 0;
  const list = newTimerList<number>((one) => {
    seen.set(one, (seen.get(one) ?? 0) + 1);
    atOnce++;
    return one % 2 === 0;
  });
  for (let one = 0; one < 1000; one++) list.add(one);
  for (let packet = 0; packet < 20; packet++) {
    atOnce = 0;
    list.tick(moment(0));
    assert.ok(atOnce <= 256, `${atOnce}`);
  }
  assert.deepEqual([seen.size, ...new Set(seen.values())], [1000, 1]);
  for (let packet = 0; packet < 20; packet++) list.tick(moment(1000));
  // The odd ones did not wait any more.
  assert.deepEqual([seen.get(0), seen.get(1)], [2, 1]);
});
