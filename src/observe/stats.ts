/** The numbers of a stats line: counted by the threads, or computed here, as each row of records/metrics.ts has it. */

import { Counter } from '../records/counters.js';
import type { LiveRunMetric, RunMetric } from '../records/metrics.js';
import type { JsonObject } from '../records/record.js';
import { bytesInUse, type RingMemory, RingWord, slotsInUse, takeRecentPeak } from '../ring/ring.js';
import { changeOf } from './change.js';
import { columnOf, METRICS, total } from './counters.js';
import type { Lag } from './lag.js';
import { sectionOf, setValueAt } from './metric-values.js';

/** Lines of one output. */
export interface OutputCounts {
  readonly output: string;
  /** Taken by the system, or by the transport's thread. */
  readonly written: number;
  readonly dropped: number;
  readonly waiting: number;
  readonly errors: number;
  readonly reopened: number;
}

export interface ClockCounts {
  /** Steps of the system clock. */
  readonly steps: number;
  /** Pauses of the process. */
  readonly pauses: number;
}

/** The counts of the main thread. */
export interface MainCounts {
  readonly lines: {
    /** Taken by at least one output. */
    readonly written: number;
    /** Taken by none. */
    readonly dropped: number;
    /** Written and dropped lines from decoders. */
    readonly ofDecoders: number;
  };
  /** undefined: files are read, and standard output is the only output. */
  readonly outputs: readonly OutputCounts[] | undefined;
  readonly decoderRestarts: number;
  /** The run ended before its threads did: what they had not decoded is abandoned. */
  readonly outOfTime: boolean;
  readonly clock: ClockCounts;
}

const IGNORED = METRICS.filter(({ key }) => key.startsWith('packets.ignored_by.')).map(columnOf);

/**
 * packets.seen = decoded + ignored + dropped + waiting at any time; waiting (in the ring, or being
 * decoded) is 0 at the end of a run.
 *
 * @param ended all threads have ended: packets that no decoder accounts for were lost with a decoder that died
 */
function runNumbers(memory: SharedArrayBuffer, main: MainCounts, ended: boolean): Record<RunMetric, number> {
  const of = (column: number) => total(memory, column);
  const ignored = IGNORED.reduce((sum, column) => sum + of(column), 0);
  const captured = of(Counter.captured) + of(Counter.packets_ignored_by_filter);
  const abandoned = of(Counter.abandoned);
  const unaccounted = captured - of(Counter.packets_decoded) - ignored - abandoned;
  const unaccountedAtEnd = ended ? unaccounted : 0;
  const kernel = of(Counter.kernel_dropped);
  const ring = of(Counter.packets_dropped_by_ring);
  const droppedLines = of(Counter.decoder_lines_dropped);
  return {
    'packets.seen': captured + kernel + ring,
    'packets.ignored': ignored,
    'packets.dropped': kernel + ring + unaccountedAtEnd + abandoned,
    'packets.waiting': ended ? 0 : unaccounted,
    'packets.dropped_by.kernel': kernel,
    'packets.dropped_by.decoder': main.outOfTime ? 0 : unaccountedAtEnd,
    'packets.dropped_by.abandoned': abandoned + (main.outOfTime ? unaccountedAtEnd : 0),
    'faults.decoder_restarts': main.decoderRestarts,
    'lines.written': main.lines.written,
    'lines.dropped': droppedLines + main.lines.dropped,
    'lines.lost': ended ? of(Counter.decoder_lines) - droppedLines - main.lines.ofDecoders : 0,
  };
}

function liveNumbers(ring: RingMemory, clock: ClockCounts): Record<LiveRunMetric, number> {
  const control = new Int32Array(ring.control);
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    'clock.steps': clock.steps,
    'clock.pauses': clock.pauses,
    'ring.segments': ring.slots,
    'ring.segment_bytes': ring.slotBytes,
    'ring.in_use': slotsInUse(ring, control),
    'ring.bytes_in_use': bytesInUse(ring, control),
    'ring.peak': Math.max(1, Atomics.load(control, RingWord.peak)),
    'memory.rss': rss,
    'memory.heap': heapUsed,
    'memory.array_buffers': arrayBuffers,
    // Microseconds.
    'cpu.user': user * 1000,
    'cpu.system': system * 1000,
  };
}

function fill(
  memory: SharedArrayBuffer,
  live: boolean,
  computed: Readonly<Record<string, number>>,
): JsonObject {
  const stats = {};
  for (const metric of METRICS) {
    if ((metric.live === true) !== live) continue;
    const value = metric.from === 'run' ? computed[metric.key] : total(memory, columnOf(metric));
    if (value > 0 || metric.omitZero !== true) setValueAt(stats, metric.path, value);
    else sectionOf(stats, metric.path);
  }
  return stats;
}

/** The numbers of every run. @param ended see runNumbers */
export function statsOf(memory: SharedArrayBuffer, main: MainCounts, ended: boolean): JsonObject {
  return {
    ...fill(memory, false, runNumbers(memory, main, ended)),
    outputs: main.outputs?.map((counts) => ({ ...counts })),
  };
}

/** The numbers that only a live capture has. */
export function liveStatsOf(memory: SharedArrayBuffer, ring: RingMemory, clock: ClockCounts): JsonObject {
  const numbers = liveNumbers(ring, clock);
  numbers['memory.heap'] += total(memory, Counter.heap_bytes);
  return fill(memory, true, numbers);
}

/** Adds to a stats line what concerns the interval since the previous one. */
export class Intervals {
  private readonly ring: RingMemory;
  private readonly control: Int32Array;
  private readonly lag: Lag;
  private previous: JsonObject = {};
  private started = process.hrtime();

  constructor(ring: RingMemory, lag: Lag) {
    this.ring = ring;
    this.control = new Int32Array(ring.control);
    this.lag = lag;
  }

  /** Ends the interval. @param numbers of this stats line @returns them, with those of the interval */
  end(numbers: JsonObject): JsonObject {
    const [seconds, nanoseconds] = process.hrtime(this.started);
    this.started = process.hrtime();
    const change = changeOf(this.previous, numbers);
    this.previous = numbers;
    return {
      ...numbers,
      ring: { ...(numbers.ring as JsonObject), recent_peak: takeRecentPeak(this.ring, this.control) },
      lag: this.lag.take(),
      change: { interval: seconds * 1e9 + nanoseconds, ...change },
    };
  }
}
