import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeOf } from '../../src/observe/change.js';
import { type Clocks, newClockWatch } from '../../src/observe/clocks.js';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import { healthOf, monotonic, newHeartbeat, OVER, SILENCE_LIMIT_MS } from '../../src/observe/health.js';
import { newLag } from '../../src/observe/lag.js';
import { Counter } from '../../src/records/counters.js';

describe('health', () => {
  it('names each thread that makes no progress, and for how long', () => {
    const now = 1e6;
    const threads = [
      { name: 'the capture', beat: now - SILENCE_LIMIT_MS },
      { name: 'decoder 0', beat: now - SILENCE_LIMIT_MS - 1 },
      { name: 'decoder 1', beat: now },
      { name: 'decoder 2', beat: OVER },
      { name: 'decoder 3', beat: now - 61500 },
    ];
    assert.deepEqual(healthOf(threads, now), [
      'decoder 0 has made no progress for 5 s',
      'decoder 3 has made no progress for 61 s',
    ]);
    assert.deepEqual(healthOf(threads.slice(0, 1), now), []);
  });

  it('a thread tells when it makes progress, and its memory', () => {
    const row = counterRow(createCounters(1), 0);
    const before = monotonic();
    newHeartbeat(row)();
    assert.ok(row[Counter.heartbeat] >= before && row[Counter.heartbeat] <= monotonic());
    assert.ok(row[Counter.heap_bytes] > 1 << 20);
  });
});

describe('the change between two stats lines', () => {
  it('has what grew, in the form of the whole, and no gauges', () => {
    const before = {
      packets: { seen: 10, waiting: 3, ignored_by: { cut: 1, not_ip: 2 } },
      bytes: 5,
      flows: { open: 4, new: 4 },
      messages: { 'gearman.packet': 2 },
    };
    const now = {
      packets: { seen: 15, waiting: 9, ignored_by: { cut: 1, not_ip: 4, filter: 1 } },
      bytes: 5,
      flows: { open: 9, new: 4 },
      messages: { 'gearman.packet': 3, 'gearman.job': 1 },
      ring: { peak: 3 },
      outputs: [{ written: 2 }],
    };
    assert.deepEqual(changeOf(before, now), {
      packets: { seen: 5, ignored_by: { filter: 1, not_ip: 2 } },
      messages: { 'gearman.packet': 1, 'gearman.job': 1 },
    });
    assert.deepEqual(changeOf(now, now), {});
  });
});

describe('the clocks', () => {
  it('are seen to be set, and to have gone on without us, once each time', () => {
    let now: Clocks = { wall: 1e12, steady: 5000, sure: true };
    const watch = newClockWatch(() => now);
    const after = (ms: number, step = 0, sure = true) => {
      now = { wall: now.wall + ms + step, steady: now.steady + ms, sure };
      return watch.check();
    };
    assert.deepEqual(after(250), []);
    assert.deepEqual(after(250, -3_600_000), [{ action: 'clock_step', milliseconds: -3_600_000 }]);
    assert.deepEqual(after(250), []);
    // A reading that was interrupted tells nothing; the next one does.
    assert.deepEqual(after(250, 7_200_000, false), []);
    assert.deepEqual(after(250), [{ action: 'clock_step', milliseconds: 7_200_000 }]);
    assert.deepEqual(after(8000), [{ action: 'paused', milliseconds: 8000 }]);
    assert.deepEqual(after(250, 20), []);
    assert.deepEqual(watch.counts(), { steps: 2, pauses: 1 });
  });
});

describe('the lag', () => {
  it('is that of the batches since it was asked last', () => {
    const seen: number[] = [];
    const lag = newLag((seconds) => seen.push(seconds));
    assert.equal(lag.take(), undefined);
    lag.written(Number.NaN);
    assert.equal(lag.take(), undefined);
    lag.written(monotonic() - 3_000);
    lag.written(monotonic() + 60_000);
    const { batches, max, p99, mean } = lag.take() as Record<string, number>;
    assert.equal(batches, 2);
    assert.ok(max >= 3e9 && max < 3.5e9 && p99 >= 2.99e9 && mean >= 1.49e9, `${max} ${p99} ${mean}`);
    assert.equal(lag.take(), undefined);
    assert.equal(seen.length, 2);
    assert.ok(seen[0] >= 3 && seen[1] === 0);
  });
});
