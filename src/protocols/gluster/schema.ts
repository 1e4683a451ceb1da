/** The JSON Schema of GlusterFS records. */
import { object, requires, when } from '../../records/json-schema.js';
import type { ProtocolSchema } from '../module.js';
import { RPC_SECTION } from '../rpc/schema.js';
import { GLUSTER_DATASETS, OTHER_RPC_DATASET } from './datasets.js';
import { GLUSTER_FIELDS } from './fields.js';

const FLOW_SECTIONS = ['source', 'destination', 'network', 'rpc'];

export const GLUSTER_SCHEMA: ProtocolSchema = {
  sections: { rpc: RPC_SECTION, gluster: object(GLUSTER_FIELDS) },
  rules: [
    ...GLUSTER_DATASETS.map((dataset) => requires(dataset, FLOW_SECTIONS)),
    // Of a program version without a table only the header is read.
    when({ event: { properties: { dataset: { pattern: '^gluster\\.' } } }, rpc: { required: ['method'] } }, [
      'gluster',
    ]),
    requires(OTHER_RPC_DATASET, FLOW_SECTIONS),
  ],
};
