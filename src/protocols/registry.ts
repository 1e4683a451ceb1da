/** The registered protocols, one line each: the part that every start loads. decoders.ts loads the other part. */
import { type Dataset, WIRETAIL_DATASETS } from '../records/datasets.js';
import { gearman } from './gearman/index.js';
import { gluster } from './gluster/index.js';
import type { LabelledGauges, ProtocolModule } from './module.js';
import { tls } from './tls/index.js';

/** In detection order: the cheapest check first. */
export const PROTOCOLS: readonly ProtocolModule[] = [tls, gearman, gluster];

/** Stats and schema list the protocol with the most messages first. */
export const DATASETS: readonly Dataset[] = [
  ...PROTOCOLS.toReversed().flatMap(({ datasets }) => datasets),
  ...WIRETAIL_DATASETS,
];

/** By the module's name. */
export const GAUGES: ReadonlyMap<string, LabelledGauges> = new Map(
  PROTOCOLS.flatMap(({ name, gauges }) => (gauges === undefined ? [] : [[name, gauges]])),
);

/** Servers of a protocol may listen on any port from here up; 65536: none does. */
export const FIRST_DYNAMIC_PORT = Math.min(...PROTOCOLS.map(({ ports }) => ports?.dynamicFrom ?? 65536));
