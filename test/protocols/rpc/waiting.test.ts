/** How often calls that wait are looked after. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Flow } from '../../../src/protocols/rpc/flow.js';
import { newWaiting } from '../../../src/protocols/rpc/waiting.js';

/** Milliseconds at which one connection is looked after, asked every 10 ms for 3 s. */
function looks(timeout: number): number[] {
  const found: number[] = [];
  const waiting = newWaiting(timeout, (_flow, at) => {
    found.push((at.seconds - 1000) * 1000 + at.nanoseconds / 1e6);
    return true;
  });
  // Nobody looks into it here.
  waiting.add({} as Flow);
  for (let ms = 5; ms < 3000; ms += 10) {
    const seconds = 1000 + Math.floor(ms / 1000);
    const at = { seconds, nanoseconds: (ms % 1000) * 1e6, packet: 1 };
    // A round has an end, which is seen with the packet after its last connection.
    waiting.tick(at);
    waiting.tick(at);
  }
  return found;
}

test('once a second where a call may wait for long', () => {
  assert.deepEqual(looks(30000), [5, 1005, 2005]);
});

test('a quarter of the time that it may wait, where that is less', () => {
  const found = looks(500);
  assert.equal(found.length, 24);
  for (const [n, ms] of found.entries()) assert.ok(ms >= n * 125 && ms < n * 125 + 20, `${n}: ${ms}`);
});

test('never where no call waits too long', () => {
  assert.deepEqual(looks(0), []);
});
