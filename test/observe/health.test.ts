/** Heartbeats, and what the observe room computes between two stats lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeOf } from '../../src/observe/change.js';
import { type Clocks, ClockWatch } from '../../src/observe/clocks.js';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import { healthOf, monotonic, newHeartbeat, OVER, SILENCE_LIMIT_MS } from '../../src/observe/health.js';
import { Lag } from '../../src/observe/lag.js';
import { Counter } from '../../src/records/counters.js';

test('each thread without a recent heartbeat is reported', () => {
  const now = 1e6;
  const threads = [
    { name: 'the capture', heartbeat: now - SILENCE_LIMIT_MS },
    { name: 'decoder 0', heartbeat: now - SILENCE_LIMIT_MS - 1 },
    { name: 'decoder 1', heartbeat: now },
    { name: 'decoder 2', heartbeat: OVER },
    { name: 'decoder 3', heartbeat: now - 61500 },
  ];
  assert.deepEqual(healthOf(threads, now), [
    'decoder 0 has made no progress for 5 s',
    'decoder 3 has made no progress for 61 s',
  ]);
  assert.deepEqual(healthOf(threads.slice(0, 1), now), []);
});

test('a heartbeat sets the time and the heap size', () => {
  const row = counterRow(createCounters(1), 0);
  const before = monotonic();
  newHeartbeat(row)();
  assert.ok(row[Counter.heartbeat] >= before && row[Counter.heartbeat] <= monotonic());
  assert.ok(row[Counter.heap_bytes] > 1 << 20);
});

test('the change between two stats lines has the counters that grew, and no gauges', () => {
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

test('each clock step and each pause is reported once', () => {
  let now: Clocks = { wall: 1e12, steady: 5000, isConsistent: true };
  const watch = new ClockWatch(() => now);
  const advance = (ms: number, step = 0, isConsistent = true) => {
    now = { wall: now.wall + ms + step, steady: now.steady + ms, isConsistent };
    return watch.check();
  };
  assert.deepEqual(advance(250), []);
  assert.deepEqual(advance(250, -3_600_000), [{ action: 'clock_step', milliseconds: -3_600_000 }]);
  assert.deepEqual(advance(250), []);
  // An interrupted reading proves nothing; the next one does.
  assert.deepEqual(advance(250, 7_200_000, false), []);
  assert.deepEqual(advance(250), [{ action: 'clock_step', milliseconds: 7_200_000 }]);
  assert.deepEqual(advance(8000), [{ action: 'paused', milliseconds: 8000 }]);
  assert.deepEqual(advance(250, 20), []);
  assert.deepEqual(watch.counts(), { steps: 2, pauses: 1 });
});

test('the lag covers the batches since it was taken last', () => {
  const reported: number[] = [];
  const lag = new Lag((seconds) => reported.push(seconds));
  assert.equal(lag.take(), undefined);
  lag.record(Number.NaN);
  assert.equal(lag.take(), undefined);
  const since = monotonic() - 3_000;
  lag.record(since);
  const most = (monotonic() - since) * 1e6 + 1e7;
  lag.record(monotonic() + 60_000);
  const { batches, max, p99, mean } = lag.take() as Record<string, number>;
  assert.equal(batches, 2);
  assert.ok(max >= 3e9 && max <= most, `${max} ${most}`);
  assert.ok(p99 >= 2.99e9 && mean >= 1.49e9, `${p99} ${mean}`);
  assert.equal(lag.take(), undefined);
  assert.equal(reported.length, 2);
  assert.ok(reported[0] >= 3 && reported[1] === 0);
});
