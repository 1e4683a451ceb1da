/** Calls are counted whether or not they become lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BUCKETS,
  callTotals,
  createCallCounts,
  newCallCounter,
  OTHER,
  OUTCOMES,
  SLOTS,
} from '../../src/observe/call-counts.js';
import { type GaugeValues, newGaugeReader } from '../../src/observe/labelled-gauges.js';
import {
  countedActions,
  newRecordCounters,
  type RecordCounters,
  type RecordCountersMemory,
} from '../../src/pipeline/decode/record-counters.js';
import { createRecordCounters } from '../../src/pipeline/threads/observer.js';
import { JOB_GAUGES } from '../../src/protocols/gearman/job-gauges.js';
import type { AdjustGauge } from '../../src/protocols/protocol.js';
import { Counter, type CounterRow } from '../../src/records/counters.js';
import type { RecordBody } from '../../src/records/record.js';
import { readPackets } from '../faults/packets.js';
import { captureNames } from '../helpers/captures.js';
import { SELECT_ALL } from '../helpers/connection.js';
import { decodePackets } from '../pipeline/decode-packets.js';

/** The fields of a line that are counted. */
interface Line {
  readonly event: {
    readonly dataset: string;
    readonly action: string;
    readonly outcome?: string;
    readonly duration?: number;
  };
}

const actions = countedActions();
const known = new Set(actions.map(({ dataset, action }) => `${dataset} ${action}`));

/** `dataset action outcome` with how many, and `dataset action` with the durations in nanoseconds. */
interface Counts {
  readonly calls: Readonly<Record<string, number>>;
  readonly durations: Readonly<Record<string, readonly number[]>>;
}

function countLines(lines: readonly Line[]): Counts {
  const calls: Record<string, number> = {};
  const durations: Record<string, number[]> = {};
  for (const { event } of lines) {
    const { dataset, outcome = 'none', duration } = event;
    if (dataset.startsWith('wiretail.')) continue;
    const action = known.has(`${dataset} ${event.action}`) ? event.action : OTHER;
    const call = `${dataset} ${action} ${outcome}`;
    calls[call] = (calls[call] ?? 0) + 1;
    if (duration === undefined) continue;
    durations[`${dataset} ${action}`] ??= [];
    durations[`${dataset} ${action}`].push(duration);
  }
  return { calls, durations };
}

function check(memory: SharedArrayBuffer, { calls, durations }: Counts): void {
  const found: Record<string, number> = {};
  const timed: string[] = [];
  for (const { dataset, action, outcomes, buckets, sum } of callTotals(memory, actions)) {
    for (const [i, count] of outcomes.entries()) {
      if (count > 0) found[`${dataset} ${action} ${OUTCOMES[i]}`] = count;
    }
    const all = durations[`${dataset} ${action}`] ?? [];
    if (all.length > 0) timed.push(`${dataset} ${action}`);
    const within = (from: number, to: number) =>
      all.filter((duration) => duration > from * 1e9 + 0.5 && duration < to * 1e9 + 0.5).length;
    const bounds = [Number.NEGATIVE_INFINITY, ...BUCKETS, Number.POSITIVE_INFINITY];
    assert.deepEqual(
      buckets,
      bounds.slice(1).map((to, i) => within(bounds[i], to)),
      `${dataset} ${action}`,
    );
    assert.equal(sum, all.reduce((sum, duration) => sum + duration, 0) / 1e9);
  }
  assert.deepEqual(found, calls);
  assert.deepEqual(timed.sort(), Object.keys(durations).sort());
}

function readJobs({ gauges }: RecordCountersMemory): GaugeValues {
  const memory = gauges.get('gearman');
  assert.ok(memory);
  return newGaugeReader(JOB_GAUGES, memory)();
}

/** Similar to other captures: tested in one view only. */
const ALIKE = /^(g-fops-v330|g-gfapi|g-heal|g-volume-admin|gen-|gm-many|gm-split)/;

let total = 0;
for (const name of captureNames()) {
  test(`${name}: the counts equal the lines, whether all lines are written or few`, async () => {
    const { linkType, packets } = await readPackets(name);
    const few = { ...SELECT_ALL, errors: true, only: ['errors'] as const };
    for (const view of ALIKE.test(name) ? (['calls'] as const) : (['calls', 'messages'] as const)) {
      let counts: Counts | undefined;
      for (const options of [{ shards: 1 }, { shards: 2, select: few }]) {
        const memory = createRecordCounters(2);
        const least = [0, 0];
        const { lines } = decodePackets(linkType, packets, { view, ...options }, (shard, row) => {
          const recordCounters = newRecordCounters(memory, shard, row);
          const jobs = [0, 0];
          const adjustGauge: AdjustGauge = (gauge, name, by) => {
            jobs[gauge] += by;
            least[gauge] = Math.min(least[gauge], jobs[gauge]);
            recordCounters.gauges.get('gearman')?.(gauge, name, by);
          };
          return { ...recordCounters, gauges: new Map([['gearman', adjustGauge]]) };
        });
        counts ??= countLines(lines);
        check(memory.calls, counts);
        // All jobs have ended, or are reported as unfinished.
        assert.deepEqual(least, [0, 0]);
        for (const [job, now] of readJobs(memory)) assert.deepEqual(now, [0, 0], job);
        if (options.shards === 1) total += lines.length;
      }
    }
  });
}

test('many calls are counted', () => assert.ok(total > 10000, `${total} lines`));

test('damage is counted as it is reported, also if the report is suppressed', async () => {
  const [gluster, gearman] = [await readPackets('g-any-sll2'), await readPackets('gm-split-odd')];
  const memory = createRecordCounters(1);
  const seen = { malformed: 0, resync: 0, truncated: 0 };
  const watched = (shard: number, row: CounterRow): RecordCounters => {
    const recordCounters = newRecordCounters(memory, shard, row);
    return {
      ...recordCounters,
      countRecord(body) {
        const { dataset, action, sections } = body;
        if (dataset === 'wiretail.anomaly') {
          if (action in seen) seen[action as keyof typeof seen]++;
        } else if (sections.wiretail?.truncated === true) seen.truncated++;
        recordCounters.countRecord(body);
      },
    };
  };
  const some = gearman.packets.filter(({ number }) => number % 7 !== 0);
  const damages = [
    decodePackets(gluster.linkType, gluster.packets, { snaplen: 200 }, watched),
    decodePackets(gearman.linkType, some, {}, watched),
  ];
  const count = (column: number) => damages.reduce((all, { counters }) => all + counters[column], 0);
  assert.deepEqual(
    [count(Counter.damage_malformed), count(Counter.damage_resynchronised), count(Counter.damage_truncated)],
    [seen.malformed, seen.resync, seen.truncated],
  );
  assert.ok(seen.malformed > 0 && seen.resync > 0 && seen.truncated > 0, JSON.stringify(seen));
});

test('every action of the tables has a slot, and slots are left', () => {
  assert.ok(actions.length < SLOTS - 64, `${actions.length} of ${SLOTS}`);
  assert.equal(known.size, actions.length);
});

test('actions that are in no table share a slot', () => {
  const memory = createCallCounts(1);
  const count = newCallCounter(memory, 0, actions);
  for (let n = 0; n < 5000; n++) {
    const dataset = n % 2 === 0 ? 'gearman.admin' : 'rpc.other';
    const body: Partial<RecordBody> = {
      dataset,
      action: `from the wire ${n}`,
      outcome: 'success',
      duration: 1e6,
    };
    count(body as RecordBody);
  }
  assert.deepEqual(
    callTotals(memory, actions).map(({ dataset, action, outcomes }) => [dataset, action, outcomes[0]]),
    [
      ['rpc.other', OTHER, 2500],
      ['gearman.admin', OTHER, 2500],
    ],
  );
});

test('more actions than slots are refused', () => {
  const many = Array.from(
    { length: SLOTS + 1 },
    (_, i) => ({ dataset: 'rpc.other', action: `${i}` }) as const,
  );
  assert.throws(() => newCallCounter(createCallCounts(1), 0, many), /513 actions/);
});
