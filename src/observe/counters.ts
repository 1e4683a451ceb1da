/**
 * Counters in shared memory: each thread that counts has a row of its own and is its only writer, so
 * that a plain store is enough, the main thread can read at any time, and what a decoder counted
 * outlives it. 64-bit floats count exactly to 2^53.
 */

import { DATASETS } from '../protocols/registry.js';
import type { Dataset } from '../records/datasets.js';

/** The columns, grouped by who counts them. */
const NAMES = [
  // Every packet that a decoder walked past ends in exactly one of: decoded, one of ignored_*, another
  // decoder's, or dropped_decoder (it was in hand when the decoder died).
  'walked',
  'others',
  'decoded',
  'ignored_not_ip',
  'ignored_not_tcp',
  'ignored_fragment',
  'ignored_bad_header',
  'ignored_cut',
  'ignored_unknown_link',
  'ignored_unknown_protocol',
  'ignored_encrypted',
  'dropped_abandoned',
  'bytes',
  // The reassembler's (stream/limits.ts).
  'flows_open',
  'flows_new',
  'flows_closed',
  'flows_evicted',
  'flows_midstream',
  'flows_unknown',
  'flows_encrypted',
  'flows_one_sided',
  'retransmitted_bytes',
  'early_segments',
  'differing_bytes',
  'gaps',
  'gap_bytes',
  'cut_bytes',
  'decoder_faults',
  // Lines.
  'lines',
  'lines_dropped',
  'anomalies',
  'anomalies_suppressed',
  // Calls.
  'calls_unanswered',
  'replies_without_call',
  'jobs_forgotten',
  // Left out by choice (pipeline/decode/selection.ts).
  'left_out_unselected',
  'left_out_only',
  'left_out_sample',
  // The capture thread's.
  'captured',
  'ignored_filter',
  'captured_bytes',
  'ring_dropped',
  'kernel_received',
  'kernel_dropped',
  'interface_dropped',
  'interface_errors',
  // What is wrong with messages.
  'malformed',
  'resynchronised',
  'truncated',
  // No counters, but of each thread too: when it said last that it makes progress (health.ts), and its heap.
  'beat',
  'heap_bytes',
] as const;

type CounterName = (typeof NAMES)[number] | `messages_${Dataset}`;

const COLUMNS: readonly CounterName[] = [
  ...NAMES,
  ...DATASETS.map((dataset) => `messages_${dataset}` as const),
];

/** Column of the counter of a dataset's records. */
export const MESSAGES: Readonly<Record<Dataset, number>> = Object.fromEntries(
  DATASETS.map((dataset) => [dataset, COLUMNS.indexOf(`messages_${dataset}`)]),
) as Record<Dataset, number>;

/** Column of each counter. */
export const Counter = Object.fromEntries(COLUMNS.map((name, column) => [name, column])) as Readonly<
  Record<CounterName, number>
>;

export type CounterRow = Float64Array;

/** Memory for `rows` writers. */
export function createCounters(rows: number): SharedArrayBuffer {
  return new SharedArrayBuffer(rows * COLUMNS.length * 8);
}

export function counterRow(memory: SharedArrayBuffer, row: number): CounterRow {
  return new Float64Array(memory, row * COLUMNS.length * 8, COLUMNS.length);
}

/** One counter over all rows. */
export function total(memory: SharedArrayBuffer, column: number): number {
  const all = new Float64Array(memory);
  let sum = 0;
  for (let at = column; at < all.length; at += COLUMNS.length) sum += all[at];
  return sum;
}
