/** What metrics, health checks and the watchdog see of a run. */
import type { JsonObject } from '../records/record.js';
import type { CallTotals } from './call-counts.js';
import type { GaugeValues } from './labelled-gauges.js';

export interface Observed {
  readonly version: string;
  /** The current numbers of a stats line. */
  stats(): JsonObject;
  calls(): readonly CallTotals[];
  /** The labelled gauges of protocols, by the module's name. */
  readonly gauges: ReadonlyMap<string, () => GaugeValues>;
  /** Sets the listener for the lag of each batch of lines, in seconds. */
  onLag(listener: (seconds: number) => void): void;
  /** A sentence for each fault; empty: healthy. @param now by monotonic() */
  health(now?: number): readonly string[];
  /** The reason; undefined: ready. */
  notReady(): string | undefined;
}
