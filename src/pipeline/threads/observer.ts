/** Observes a run from the main thread: the numbers of stats lines and metrics, and the health of the threads. */
import { callTotals, createCallCounts } from '../../observe/call-counts.js';
import { counterRow } from '../../observe/counters.js';
import { healthOf, monotonic, OVER, type Thread } from '../../observe/health.js';
import { createLabelledGauges, type GaugeValues, newGaugeReader } from '../../observe/labelled-gauges.js';
import { Lag } from '../../observe/lag.js';
import type { Observed } from '../../observe/observed.js';
import { Intervals, liveStatsOf, type MainCounts, statsOf } from '../../observe/stats.js';
import { GAUGES } from '../../protocols/registry.js';
import { Counter } from '../../records/counters.js';
import type { Action } from '../../records/datasets.js';
import type { JsonObject } from '../../records/record.js';
import type { RecordCountersMemory } from '../decode/record-counters.js';
import type { Shared } from './messages.js';

export function createRecordCounters(decoders: number): RecordCountersMemory {
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

/** Readiness, as /readyz reports it. */
const Readiness = {
  starting: 'starting',
  ready: undefined,
  draining: 'draining: the run is stopping',
} as const;
type Readiness = (typeof Readiness)[keyof typeof Readiness];

export class Observer {
  readonly observed: Observed;
  private readonly counters: SharedArrayBuffer;
  private readonly ring: Shared['ring'];
  private readonly isLive: boolean;
  private readonly mainCounts: () => MainCounts;
  private readonly rows: readonly Float64Array[];
  private readonly lag = new Lag((seconds) => this.onLag(seconds));
  private readonly intervals: Intervals;
  private actions: readonly Action[] = [];
  private readiness: Readiness = Readiness.starting;
  private onLag: (seconds: number) => void = () => {};

  /** @param isLive a live capture adds numbers that differ from run to run */
  constructor(
    version: string,
    shared: Shared,
    decoders: number,
    isLive: boolean,
    mainCounts: () => MainCounts,
  ) {
    const { counters, ring, recordCounters } = shared;
    this.counters = counters;
    this.ring = ring;
    this.isLive = isLive;
    this.mainCounts = mainCounts;
    this.intervals = new Intervals(ring, this.lag);
    this.rows = Array.from({ length: decoders + 1 }, (_, row) => counterRow(counters, row));
    // A thread that never sends a heartbeat counts as stuck too.
    for (const row of this.rows) row[Counter.heartbeat] = monotonic();
    this.observed = {
      version,
      stats: () => this.numbers(false),
      calls: () => callTotals(recordCounters.calls, this.actions),
      gauges: gaugeReaders(recordCounters),
      onLag: (listener) => {
        this.onLag = listener;
      },
      health: (now = monotonic()) => healthOf(this.threads(), now),
      notReady: () => this.readiness,
    };
  }

  /** Sets the actions that decoders count calls by. */
  setActions(actions: readonly Action[]): void {
    this.actions = actions;
  }

  /** A batch of lines was written. @param since timestamp of its oldest packet in milliseconds of monotonic(); NaN: unknown */
  recordLag(since: number): void {
    this.lag.record(since);
  }

  /** The numbers of a stats line. @param isFinal all threads have ended */
  statsLine(isFinal: boolean): JsonObject {
    const numbers = this.numbers(isFinal);
    return this.isLive ? this.intervals.end(numbers) : numbers;
  }

  /** The capture is open and the start line is written. */
  setReady(): void {
    // A stop may have come first.
    if (this.readiness === Readiness.starting) this.readiness = Readiness.ready;
  }

  setDraining(): void {
    this.readiness = Readiness.draining;
  }

  /** No further heartbeat is expected from the capture thread. */
  captureEnded(): void {
    this.rows[0][Counter.heartbeat] = OVER;
  }

  private numbers(isFinal: boolean): JsonObject {
    const mainCounts = this.mainCounts();
    const stats = statsOf(this.counters, mainCounts, isFinal);
    return this.isLive ? { ...stats, ...liveStatsOf(this.counters, this.ring, mainCounts.clock) } : stats;
  }

  private threads(): Thread[] {
    return this.rows.map((row, i) => ({
      name: i === 0 ? 'the capture' : `decoder ${i - 1}`,
      heartbeat: row[Counter.heartbeat],
    }));
  }
}
