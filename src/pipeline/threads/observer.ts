/** Looks at a run from the main thread: the numbers of stats lines, of metrics, and whether the threads make progress. */
import { callTotals, createCallCounts } from '../../observe/call-counts.js';
import { counterRow } from '../../observe/counters.js';
import { healthOf, monotonic, OVER, type Thread } from '../../observe/health.js';
import { createLabelledGauges, type GaugeValues, newGaugeReader } from '../../observe/labelled-gauges.js';
import { newLag } from '../../observe/lag.js';
import type { Observed } from '../../observe/observed.js';
import { liveStatsOf, type MainCounts, newIntervals, statsOf } from '../../observe/stats.js';
import { GAUGES } from '../../protocols/registry.js';
import { Counter } from '../../records/counters.js';
import type { Action } from '../../records/datasets.js';
import type { JsonObject } from '../../records/record.js';
import type { RecordCountersMemory } from '../decode/record-counters.js';
import type { Shared } from './messages.js';

export interface Observer {
  readonly observed: Observed;
  /** What the decoders count calls by. */
  actions(all: readonly Action[]): void;
  /** A batch of lines was written. @param since the time of its oldest packet in milliseconds of monotonic(), or NaN */
  written(since: number): void;
  /** The numbers of a stats line. @param final no thread counts any more */
  line(final: boolean): JsonObject;
  /** The capture is open and the start line is written. */
  opened(): void;
  /** The run is to end. */
  ending(): void;
  /** The capture has ended. */
  captureEnded(): void;
}

export function createTallies(decoders: number): RecordCountersMemory {
  const gauges = [...GAUGES].map(
    ([protocol, definition]) => [protocol, createLabelledGauges(definition, decoders)] as const,
  );
  return { calls: createCallCounts(decoders), gauges: new Map(gauges) };
}

function gaugeReaders({ gauges }: RecordCountersMemory): ReadonlyMap<string, () => GaugeValues> {
  return new Map(
    [...GAUGES].flatMap(([protocol, definition]) => {
      const memory = gauges.get(protocol);
      return memory === undefined ? [] : [[protocol, newGaugeReader(definition, memory)]];
    }),
  );
}

const STARTING = 'starting';

/** @param live a live capture has numbers that a file has not, and its lines are as they come, never the same twice */
export function newObserver(
  version: string,
  shared: Shared,
  decoders: number,
  live: boolean,
  main: () => MainCounts,
): Observer {
  const { counters, ring, tallies } = shared;
  let actions: readonly Action[] = [];
  let notReady: string | undefined = STARTING;
  let seen: (seconds: number) => void = () => {};
  const lag = newLag((seconds) => seen(seconds));
  const intervals = newIntervals(ring, lag.take);

  const rows = Array.from({ length: decoders + 1 }, (_, row) => counterRow(counters, row));
  // A thread that never speaks is stuck too.
  for (const row of rows) row[Counter.heartbeat] = monotonic();
  const threads = (): Thread[] =>
    rows.map((row, i) => ({
      name: i === 0 ? 'the capture' : `decoder ${i - 1}`,
      beat: row[Counter.heartbeat],
    }));

  const numbers = (final: boolean): JsonObject => {
    const known = main();
    const counted = statsOf(counters, known, final);
    return live ? { ...counted, ...liveStatsOf(counters, ring, known.clock) } : counted;
  };

  return {
    observed: {
      version,
      stats: () => numbers(false),
      calls: () => callTotals(tallies.calls, actions),
      gauges: gaugeReaders(tallies),
      onLag(tell) {
        seen = tell;
      },
      health: (now = monotonic()) => healthOf(threads(), now),
      notReady: () => notReady,
    },
    actions(all) {
      actions = all;
    },
    written: lag.written,
    line: (final) => (live ? intervals.end(numbers(final)) : numbers(final)),
    opened() {
      // A signal may have come first.
      if (notReady === STARTING) notReady = undefined;
    },
    ending() {
      notReady = 'draining: the run is to end';
    },
    captureEnded() {
      rows[0][Counter.heartbeat] = OVER;
    },
  };
}
