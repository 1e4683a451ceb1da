/** The growth of counters between two stats lines. */
import type { JsonObject } from '../records/record.js';
import { METRICS } from './counters.js';
import { setValueAt, valueAt } from './metric-values.js';

/** The counters that have grown, and by how much; the others are absent. */
export function changeOf(before: JsonObject, now: JsonObject): JsonObject {
  const change = {};
  for (const { kind, path } of METRICS) {
    const growth = kind === 'gauge' ? 0 : valueAt(now, path) - valueAt(before, path);
    if (growth > 0) setValueAt(change, path, growth);
  }
  return change;
}
