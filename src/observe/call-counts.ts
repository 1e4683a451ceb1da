/**
 * Counts calls by dataset, action and outcome, and their durations, in shared memory like the counters, since a decoder
 * never returns to its event loop. Each decoder has a row, with a slot for each action of the protocols'
 * tables. Other actions have names from the wire, and there may be any number: each dataset counts them as one action,
 * `_other`.
 */
import type { Action } from '../records/datasets.js';
import type { EventOutcome, RecordBody } from '../records/record.js';

/** The actions of a dataset that are in no table. */
export const OTHER = '_other';

/** Outcomes in the order of their columns; `none`: the record has none, such as a request. */
export const OUTCOMES = ['success', 'failure', 'unknown', 'none'] as const;

/** Upper bounds of the buckets in seconds; a bucket without a bound follows. */
export const BUCKETS: readonly number[] = [
  50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
const BUCKETS_NS = Float64Array.from(BUCKETS, (seconds) => Math.round(seconds * 1e9));

/** Slots in a row: the tables have some 330 actions, `_other` of each dataset included. */
export const SLOTS = 512;
const FIRST_BUCKET = OUTCOMES.length;
/** The sum of all durations in nanoseconds. */
const SUM = FIRST_BUCKET + BUCKETS.length + 1;
const SLOT_COLUMNS = SUM + 1;

const OUTCOME_COLUMNS: Readonly<Record<EventOutcome | 'none', number>> = {
  success: 0,
  failure: 1,
  unknown: 2,
  none: 3,
};

/** Memory for `rows` decoders. */
export function createCallCounts(rows: number): SharedArrayBuffer {
  return new SharedArrayBuffer(rows * SLOTS * SLOT_COLUMNS * 8);
}

/**
 * Counts records in one row.
 *
 * @param actions those of the tables, in the order of their slots
 */
export function newCallCounter(
  memory: SharedArrayBuffer,
  row: number,
  actions: readonly Action[],
): (body: RecordBody) => void {
  if (actions.length > SLOTS) throw new Error(`${actions.length} actions for ${SLOTS} slots`);
  const cells = new Float64Array(memory, row * SLOTS * SLOT_COLUMNS * 8, SLOTS * SLOT_COLUMNS);
  const slots = new Map<string, Map<string, number>>();
  for (const [slot, { dataset, action }] of actions.entries()) {
    const slotsOfDataset = slots.get(dataset) ?? new Map<string, number>();
    slots.set(dataset, slotsOfDataset.set(action, slot * SLOT_COLUMNS));
  }
  return ({ dataset, action, outcome, duration }) => {
    const slotsOfDataset = slots.get(dataset);
    if (slotsOfDataset === undefined) return;
    const slot = slotsOfDataset.get(action) ?? slotsOfDataset.get(OTHER);
    if (slot === undefined) return;
    cells[slot + OUTCOME_COLUMNS[outcome ?? 'none']]++;
    if (duration === undefined) return;
    let bucket = 0;
    while (bucket < BUCKETS_NS.length && duration > BUCKETS_NS[bucket]) bucket++;
    cells[slot + FIRST_BUCKET + bucket]++;
    cells[slot + SUM] += duration;
  };
}

export interface CallTotals extends Action {
  /** In the order of OUTCOMES. */
  readonly outcomes: readonly number[];
  /** Durations in each bucket, the one without a bound last. */
  readonly buckets: readonly number[];
  /** The sum of all durations in seconds. */
  readonly sum: number;
}

/** Sums over all rows, for the actions with any records. */
export function callTotals(memory: SharedArrayBuffer, actions: readonly Action[]): CallTotals[] {
  const cells = new Float64Array(memory);
  const sumsOf = (slot: number): number[] => {
    const sums = new Array<number>(SLOT_COLUMNS).fill(0);
    for (let first = slot * SLOT_COLUMNS; first < cells.length; first += SLOTS * SLOT_COLUMNS) {
      for (let column = 0; column < SLOT_COLUMNS; column++) sums[column] += cells[first + column];
    }
    return sums;
  };
  return actions.flatMap(({ dataset, action }, slot) => {
    const sums = sumsOf(slot);
    const outcomes = sums.slice(0, FIRST_BUCKET);
    if (outcomes.every((count) => count === 0)) return [];
    return [{ dataset, action, outcomes, buckets: sums.slice(FIRST_BUCKET, SUM), sum: sums[SUM] / 1e9 }];
  });
}
