/**
 * Calls by dataset, action and outcome, and how long they took: in shared memory like the counters, since a decoder
 * never returns to its event loop. Each decoder has a row, and in it a place of fixed size for each action that the
 * protocols' tables name. What is not in a table has a name from the wire, of which there may be any number: all of a
 * dataset's are one action, `_other`.
 */
import type { Action } from '../records/datasets.js';
import type { EventOutcome, RecordBody } from '../records/record.js';

/** The actions of a dataset that no table has. */
export const OTHER = '_other';

/** Outcomes in the order of their columns; `none`: the record tells of none, such as a request's. */
export const OUTCOMES = ['success', 'failure', 'unknown', 'none'] as const;

/** Upper bounds of the buckets in seconds; behind them is one without a bound. */
export const BUCKETS: readonly number[] = [
  50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
const LIMITS = Float64Array.from(BUCKETS, (seconds) => Math.round(seconds * 1e9));

/** Places in a row: the tables have some 330 actions, `_other` of each dataset included. */
export const SLOTS = 512;
const FIRST_BUCKET = OUTCOMES.length;
/** Nanoseconds of all durations together. */
const SUM = FIRST_BUCKET + BUCKETS.length + 1;
const COLUMNS = SUM + 1;

const OUTCOME_COLUMN: Readonly<Record<EventOutcome | 'none', number>> = {
  success: 0,
  failure: 1,
  unknown: 2,
  none: 3,
};

/** Memory for `rows` decoders. */
export function createCallCounts(rows: number): SharedArrayBuffer {
  return new SharedArrayBuffer(rows * SLOTS * COLUMNS * 8);
}

/**
 * What counts records in one row.
 *
 * @param actions those of the tables, in the order of their places
 */
export function newCallCounter(
  memory: SharedArrayBuffer,
  row: number,
  actions: readonly Action[],
): (body: RecordBody) => void {
  if (actions.length > SLOTS) throw new Error(`${actions.length} actions, and places for ${SLOTS}`);
  const cells = new Float64Array(memory, row * SLOTS * COLUMNS * 8, SLOTS * COLUMNS);
  const places = new Map<string, Map<string, number>>();
  for (const [place, { dataset, action }] of actions.entries()) {
    const known = places.get(dataset) ?? new Map<string, number>();
    places.set(dataset, known.set(action, place * COLUMNS));
  }
  return ({ dataset, action, outcome, duration }) => {
    const known = places.get(dataset);
    if (known === undefined) return;
    const place = known.get(action) ?? known.get(OTHER);
    if (place === undefined) return;
    cells[place + OUTCOME_COLUMN[outcome ?? 'none']]++;
    if (duration === undefined) return;
    let bucket = 0;
    while (bucket < LIMITS.length && duration > LIMITS[bucket]) bucket++;
    cells[place + FIRST_BUCKET + bucket]++;
    cells[place + SUM] += duration;
  };
}

export interface CallTotals extends Action {
  /** In the order of OUTCOMES. */
  readonly outcomes: readonly number[];
  /** Durations in each bucket, the one without a bound last. */
  readonly buckets: readonly number[];
  /** Seconds of all durations together. */
  readonly sum: number;
}

/** The sums over all rows, of the actions that there were any records of. */
export function callTotals(memory: SharedArrayBuffer, actions: readonly Action[]): CallTotals[] {
  const cells = new Float64Array(memory);
  const columns = (place: number): number[] => {
    const sums = new Array<number>(COLUMNS).fill(0);
    for (let at = place * COLUMNS; at < cells.length; at += SLOTS * COLUMNS) {
      for (let column = 0; column < COLUMNS; column++) sums[column] += cells[at + column];
    }
    return sums;
  };
  return actions.flatMap(({ dataset, action }, place) => {
    const sums = columns(place);
    const outcomes = sums.slice(0, FIRST_BUCKET);
    if (outcomes.every((count) => count === 0)) return [];
    return [{ dataset, action, outcomes, buckets: sums.slice(FIRST_BUCKET, SUM), sum: sums[SUM] / 1e9 }];
  });
}
