/**
 * How long packets take to become lines that the system has taken: for each batch of lines, from the oldest packet that
 * has a line in it to when it was written. Packets have the kernel's time, and Node tells the time of day in
 * milliseconds, so that it is no more exact than that.
 */
import { createHistogram } from 'node:perf_hooks';
import type { JsonObject } from '../records/record.js';
import { monotonic } from './health.js';

export interface Lag {
  /** A batch was written. @param since the time of its oldest packet in milliseconds of monotonic(); NaN: not known */
  written(since: number): void;
  /** The batches since this was asked last, in nanoseconds; undefined: there were none. */
  take(): JsonObject | undefined;
}

/** @param seen is told each batch's lag in seconds */
export function newLag(seen: (seconds: number) => void): Lag {
  // Microseconds, with three figures.
  const histogram = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });
  const nanoseconds = (microseconds: number) => Math.round(microseconds) * 1000;
  return {
    written(since) {
      if (Number.isNaN(since)) return;
      const ms = Math.max(0, monotonic() - since);
      histogram.record(Math.min(Math.max(1, Math.round(ms * 1000)), 3_600_000_000));
      seen(ms / 1000);
    },
    take() {
      if (histogram.count === 0) return undefined;
      const lag = {
        batches: histogram.count,
        mean: nanoseconds(histogram.mean),
        p99: nanoseconds(histogram.percentile(99)),
        max: nanoseconds(histogram.max),
      };
      histogram.reset();
      return lag;
    },
  };
}
