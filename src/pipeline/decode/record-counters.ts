/** What is counted of each record, whether or not it becomes a line. */

import { newCallCounter, OTHER } from '../../observe/call-counts.js';
import { Counter, type CounterRow } from '../../observe/counters.js';
import { newFunctionGauges } from '../../observe/function-gauges.js';
import { knownActions } from '../../protocols/decoders.js';
import type { HostHooks } from '../../protocols/protocol.js';
import type { Action } from '../../records/datasets.js';
import type { RecordBody } from '../../records/record.js';

/** The actions that are counted each for itself, and `_other` of each of their datasets: the places of call-counts.ts. */
export function countedActions(): Action[] {
  const known = knownActions();
  const datasets = new Set(known.map(({ dataset }) => dataset));
  return [...known, ...[...datasets].map((dataset) => ({ dataset, action: OTHER }))];
}

/** What a decoder counts besides the counters. */
export interface RecordCounters {
  /** A record, before anybody chooses whether to write it. */
  record(body: RecordBody): void;
  readonly jobs: HostHooks['jobsChanged'];
}

/** Memory of all decoders. */
export interface RecordCountersMemory {
  readonly calls: SharedArrayBuffer;
  readonly functions: SharedArrayBuffer;
}

export function newRecordCounters(
  memory: RecordCountersMemory,
  decoder: number,
  counters: CounterRow,
): RecordCounters {
  const call = newCallCounter(memory.calls, decoder, countedActions());
  return {
    record(body) {
      const { dataset, action, sections } = body;
      if (dataset === 'wiretail.anomaly') {
        if (action === 'malformed') counters[Counter.malformed]++;
        else if (action === 'resync') counters[Counter.resynchronised]++;
        else if (action === 'truncated') counters[Counter.truncated]++;
        return;
      }
      if (sections.wiretail?.truncated === true) counters[Counter.truncated]++;
      call(body);
    },
    jobs: newFunctionGauges(memory.functions, decoder),
  };
}

/** For decoders that nobody asks. */
export const NO_RECORD_COUNTERS: RecordCounters = { record() {}, jobs() {} };
