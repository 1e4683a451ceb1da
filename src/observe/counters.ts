/**
 * Counters in shared memory: each thread that counts has a row of its own and is its only writer, so
 * that a plain store is enough, the main thread can read at any time, and what a decoder counted
 * outlives it. 64-bit floats count exactly to 2^53.
 */
import { DATASETS } from '../protocols/registry.js';
import { COUNTER_COLUMNS, type CounterRow, counterOf } from '../records/counters.js';
import type { Dataset } from '../records/datasets.js';
import { type CountedMetric, type Metric, metricsOf } from '../records/metrics.js';

export const METRICS = metricsOf(DATASETS);

const COLUMNS = COUNTER_COLUMNS + DATASETS.length;

/** Column of the counter of a dataset's records. */
export const MESSAGES: Readonly<Record<Dataset, number>> = Object.fromEntries(
  DATASETS.map((dataset, i) => [dataset, COUNTER_COLUMNS + i]),
);

/** Memory for `rows` writers. */
export function createCounters(rows: number): SharedArrayBuffer {
  return new SharedArrayBuffer(rows * COLUMNS * 8);
}

export function counterRow(memory: SharedArrayBuffer, row: number): CounterRow {
  return new Float64Array(memory, row * COLUMNS * 8, COLUMNS);
}

/** One counter over all rows. */
export function total(memory: SharedArrayBuffer, column: number): number {
  const all = new Float64Array(memory);
  let sum = 0;
  for (let i = column; i < all.length; i += COLUMNS) sum += all[i];
  return sum;
}

/** The column of a metric that threads count. */
export function columnOf({ key, dataset }: Metric): number {
  return dataset === undefined ? counterOf(key as CountedMetric) : MESSAGES[dataset];
}
