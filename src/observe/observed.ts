/** What of a run others may look at while it goes on: the metrics, a health check, a watchdog. */
import type { JsonObject } from '../records/record.js';
import type { CallTotals } from './call-counts.js';
import type { GaugeValues } from './labelled-gauges.js';

export interface Observed {
  readonly version: string;
  /** The numbers of a stats line, as they are now. */
  stats(): JsonObject;
  calls(): readonly CallTotals[];
  /** The labelled gauges of protocols, by the module's name. */
  readonly gauges: ReadonlyMap<string, () => GaugeValues>;
  /** `seen` is told of each batch of lines how many seconds its oldest packet took. */
  onLag(seen: (seconds: number) => void): void;
  /** What is wrong, in words; empty: nothing is. @param now as monotonic() has it */
  health(now?: number): readonly string[];
  /** Why the run is not at work; undefined: it is. */
  notReady(): string | undefined;
}
