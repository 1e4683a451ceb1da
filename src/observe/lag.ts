/**
 * Line lag: the time from a packet to its line being written. For each batch of lines it is measured from the oldest
 * packet with a line in it. The system clock is read in milliseconds, so it is no more exact than that.
 */
import { createHistogram } from 'node:perf_hooks';
import type { JsonObject } from '../records/record.js';
import { monotonic } from './health.js';

/** One hour, in microseconds. */
const MAX_LAG_US = 3_600_000_000;

const toNanoseconds = (microseconds: number) => Math.round(microseconds) * 1000;

export class Lag {
  private readonly onLag: (seconds: number) => void;
  /** Microseconds, to three digits. */
  private readonly histogram = createHistogram({ lowest: 1, highest: MAX_LAG_US, figures: 3 });

  /** @param onLag called with the lag of each batch */
  constructor(onLag: (seconds: number) => void) {
    this.onLag = onLag;
  }

  /** A batch was written. @param since timestamp of its oldest packet in milliseconds of monotonic(); NaN: unknown */
  record(since: number): void {
    if (Number.isNaN(since)) return;
    const milliseconds = Math.max(0, monotonic() - since);
    this.histogram.record(Math.min(Math.max(1, Math.round(milliseconds * 1000)), MAX_LAG_US));
    this.onLag(milliseconds / 1000);
  }

  /** The batches since the last call, in nanoseconds; undefined: there were none. */
  take(): JsonObject | undefined {
    const { histogram } = this;
    if (histogram.count === 0) return undefined;
    const lag = {
      batches: histogram.count,
      mean: toNanoseconds(histogram.mean),
      p99: toNanoseconds(histogram.percentile(99)),
      max: toNanoseconds(histogram.max),
    };
    histogram.reset();
    return lag;
  }
}
