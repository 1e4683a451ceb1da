/** What is counted of each record, whether or not it becomes a line. */

import { newCallCounter, OTHER } from '../../observe/call-counts.js';
import { newGaugeWriter } from '../../observe/labelled-gauges.js';
import { knownActions } from '../../protocols/decoders.js';
import type { AdjustGauge } from '../../protocols/protocol.js';
import { GAUGES } from '../../protocols/registry.js';
import { Counter, type CounterRow } from '../../records/counters.js';
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
  /** The labelled gauges of protocols, by the module's name. */
  readonly gauges: ReadonlyMap<string, AdjustGauge>;
}

/** Memory of all decoders. */
export interface RecordCountersMemory {
  readonly calls: SharedArrayBuffer;
  /** By the name of the protocol module. */
  readonly gauges: ReadonlyMap<string, SharedArrayBuffer>;
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
        if (action === 'malformed') counters[Counter.damage_malformed]++;
        else if (action === 'resync') counters[Counter.damage_resynchronised]++;
        else if (action === 'truncated') counters[Counter.damage_truncated]++;
        return;
      }
      if (sections.wiretail?.truncated === true) counters[Counter.damage_truncated]++;
      call(body);
    },
    gauges: new Map(
      [...GAUGES].flatMap(([protocol, definition]) => {
        const table = memory.gauges.get(protocol);
        return table === undefined ? [] : [[protocol, newGaugeWriter(definition, table, decoder)]];
      }),
    ),
  };
}

/** For decoders that nobody asks. */
export const NO_RECORD_COUNTERS: RecordCounters = { record() {}, gauges: new Map() };
