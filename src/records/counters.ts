/** The columns that threads count in (observe/counters.ts): one for each counted metric, named after its path. */
import { COUNTED, type CountedMetric } from './metrics.js';

/** Columns that are no field of a stats line as they are. */
const INTERNAL = [
  // Every packet that a decoder has walked past ends in exactly one of: packets_decoded, one of packets_ignored_by_*,
  // other_decoder, abandoned, or dropped with a decoder that died of it.
  'walked',
  'other_decoder',
  'abandoned',
  // The capture thread's, filtered packets apart.
  'captured',
  // Lines that decoders have produced, and dropped because the outputs were behind.
  'decoder_lines',
  'decoder_lines_dropped',
  // No counters, but of each thread too: when it last made progress (observe/health.ts), and its heap.
  'heartbeat',
  'heap_bytes',
] as const;

type Underscored<Path extends string> = Path extends `${infer First}.${infer Rest}`
  ? `${First}_${Underscored<Rest>}`
  : Path;

/** `flows.evicted` is counted in `flows_evicted`. */
export type CounterName = Underscored<CountedMetric> | (typeof INTERNAL)[number];

function columnName(metric: CountedMetric): CounterName {
  return metric.replaceAll('.', '_') as CounterName;
}

const NAMES: readonly CounterName[] = [...COUNTED.map(columnName), ...INTERNAL];

/** The number of columns, without those of the datasets. */
export const COUNTER_COLUMNS = NAMES.length;

/** Column of each counter. */
export const Counter = Object.fromEntries(NAMES.map((name, column) => [name, column])) as Readonly<
  Record<CounterName, number>
>;

/** Column of a metric's counter. */
export function counterOf(metric: CountedMetric): number {
  return Counter[columnName(metric)];
}

/** One thread's counters. */
export type CounterRow = Float64Array;
