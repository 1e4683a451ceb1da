/** What counters have changed by between two stats lines. */
import type { JsonObject } from '../records/record.js';

/** What is as it is, and does not count up. */
const GAUGES: ReadonlySet<string> = new Set(['open', 'waiting', 'ring', 'lag', 'memory']);

/** The numbers that are greater than before, in the form of the whole; what is not there has not changed. */
export function changeOf(before: JsonObject, now: JsonObject): JsonObject {
  const change: Record<string, JsonObject[string]> = {};
  for (const name in now) {
    if (GAUGES.has(name)) continue;
    const value = now[name];
    const old = before[name];
    if (typeof value === 'number') {
      const more = value - (typeof old === 'number' ? old : 0);
      if (more > 0) change[name] = more;
    } else if (typeof value === 'object' && !Array.isArray(value)) {
      const isObject = typeof old === 'object' && !Array.isArray(old);
      const part = changeOf(isObject ? (old as JsonObject) : {}, value as JsonObject);
      if (Object.keys(part).length > 0) change[name] = part;
    }
  }
  return change;
}
