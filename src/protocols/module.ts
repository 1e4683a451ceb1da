/**
 * The interface of a protocol's folder: its index.ts exports a ProtocolModule, and registry.ts lists it. Options, the
 * default filter, datasets, counters, the schema and the selection of lines follow from that list.
 */
import type { Action, Dataset } from '../records/datasets.js';
import type { Schema } from '../records/json-schema.js';
import type { Sections } from '../records/record.js';
import type { HostHooks, Protocol, ProtocolOptions } from './protocol.js';

/** Loaded at every start, even for `--help`. load() imports the part that only decoder threads need. */
export interface ProtocolModule {
  /** The name of its folder. */
  readonly name: string;
  /** Its name in help texts. */
  readonly title: string;
  /** event.dataset of its records. */
  readonly datasets: readonly Dataset[];
  /** Absent: the protocol has no ports of its own. */
  readonly ports?: ServicePorts;
  /** Its decoders adjust them with HostHooks.adjustGauge. */
  readonly gauges?: LabelledGauges;
  load(): Promise<ProtocolImplementation>;
}

/** The ports that its servers listen on. */
export interface ServicePorts {
  readonly defaults: readonly number[];
  /** The option that replaces the defaults; absent: they are fixed. */
  readonly option?: { readonly name: string; readonly describe: string };
  /** Servers may also listen on any port from here up. */
  readonly dynamicFrom?: number;
  /** The capture filter for all of these; absent: `tcp port` of each. See pcap-filter(7). */
  readonly filter?: string;
}

/** Prometheus gauges with one label whose values come from the wire: the jobs of each function. */
export interface LabelledGauges {
  readonly label: string;
  readonly metrics: readonly { readonly name: string; readonly help: string }[];
}

export interface ProtocolImplementation {
  /** The known event.action values of its records. Others come from the wire and may be any text. */
  readonly actions: readonly Action[];
  readonly schema: ProtocolSchema;
  /** Absent: its records have no client, volume or path besides the connection's addresses. */
  readonly subjects?: RecordSubjects;
  /** Called once per decoder thread. Detection asks the protocols in this order. */
  newProtocols(options: ProtocolOptions, host: HostHooks): readonly Protocol[];
}

export interface ProtocolSchema {
  /** The sections of its records, by name. */
  readonly sections: Readonly<Record<string, Schema>>;
  /** The sections that a record must have, as if/then rules (records/json-schema.ts). */
  readonly rules: readonly Schema[];
}

/** The values of a record that --client, --volume and --path match. Those other than strings are ignored. */
export interface RecordSubjects {
  clients?(sections: Sections): readonly unknown[];
  volumes?(sections: Sections): readonly unknown[];
  paths?(sections: Sections): readonly unknown[];
}
