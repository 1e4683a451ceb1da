/** Counts records, whether or not they become lines. */
import { newCallCounter, OTHER } from '../../observe/call-counts.js';
import { newGaugeWriter } from '../../observe/labelled-gauges.js';
import { knownActions } from '../../protocols/decoders.js';
import type { AdjustGauge } from '../../protocols/protocol.js';
import { GAUGES } from '../../protocols/registry.js';
import { Counter, type CounterRow } from '../../records/counters.js';
import type { Action } from '../../records/datasets.js';
import type { RecordBody } from '../../records/record.js';

/** The actions that are counted each, and `_other` of each of their datasets, in the order of call-counts.ts. */
export function countedActions(): Action[] {
  const known = knownActions();
  const datasets = new Set(known.map(({ dataset }) => dataset));
  return [...known, ...[...datasets].map((dataset) => ({ dataset, action: OTHER }))];
}

/** What a decoder counts besides its counter row. */
export interface RecordCounters {
  /** Counts a record, before selection. */
  countRecord(body: RecordBody): void;
  /** The labelled gauges of protocols, by the module's name. */
  readonly gauges: ReadonlyMap<string, AdjustGauge>;
}

/** Shared memory of all decoders. */
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
  const countCall = newCallCounter(memory.calls, decoder, countedActions());
  return {
    countRecord(body) {
      const { dataset, action, sections } = body;
      if (dataset === 'wiretail.anomaly') {
        if (action === 'malformed') counters[Counter.damage_malformed]++;
        else if (action === 'resync') counters[Counter.damage_resynchronised]++;
        else if (action === 'truncated') counters[Counter.damage_truncated]++;
        return;
      }
      if (sections.wiretail?.truncated === true) counters[Counter.damage_truncated]++;
      countCall(body);
    },
    gauges: new Map(
      [...GAUGES].flatMap(([protocol, definition]) => {
        const table = memory.gauges.get(protocol);
        return table === undefined ? [] : [[protocol, newGaugeWriter(definition, table, decoder)]];
      }),
    ),
  };
}

/** Counts nothing. */
export const NO_RECORD_COUNTERS: RecordCounters = { countRecord() {}, gauges: new Map() };
