/** The implementations of all registered protocols, for decoder threads and for the schema. */
import type { Action } from '../records/datasets.js';
import type { Schema } from '../records/json-schema.js';
import { recordSchema as schemaOf } from '../records/record-schema.js';
import type { RecordSubjects } from './module.js';
import type { AdjustGauge, HostHooks, Protocol, ProtocolOptions } from './protocol.js';
import { DATASETS, PROTOCOLS } from './registry.js';

/** In detection order. */
const IMPLEMENTATIONS = await Promise.all(PROTOCOLS.map((module) => module.load()));
/** In the order of stats and schema. */
const LISTED = IMPLEMENTATIONS.toReversed();

/** @param gauges adjusts the gauges of a module, by the module's name */
export function newProtocols(
  options: ProtocolOptions,
  host: Omit<HostHooks, 'adjustGauge'>,
  gauges: ReadonlyMap<string, AdjustGauge>,
): readonly Protocol[] {
  return IMPLEMENTATIONS.flatMap((protocol, i) => {
    const adjustGauge = gauges.get(PROTOCOLS[i].name) ?? (() => {});
    return protocol.newProtocols(options, { ...host, adjustGauge });
  });
}

export const SUBJECTS: readonly RecordSubjects[] = IMPLEMENTATIONS.flatMap(({ subjects }) => subjects ?? []);

/** The actions of all datasets, without duplicates, in a fixed order. */
export function knownActions(): Action[] {
  const keys = new Set<string>();
  return LISTED.flatMap(({ actions }) => actions).filter(({ dataset, action }) => {
    const key = `${dataset} ${action}`;
    const isNew = !keys.has(key);
    keys.add(key);
    return isNew;
  });
}

/** The JSON Schema of every line. */
export function recordSchema(): Schema {
  const schemas = LISTED.map(({ schema }) => schema);
  return schemaOf({
    datasets: DATASETS,
    sections: Object.assign({}, ...schemas.map(({ sections }) => sections)),
    rules: schemas.flatMap(({ rules }) => rules),
  });
}
