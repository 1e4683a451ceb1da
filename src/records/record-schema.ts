/** The JSON Schema of every line that wiretail writes. */
import { DATASETS } from './datasets.js';
import { count, describe, object, oneOf, type Schema, string } from './json-schema.js';
import { GEARMAN } from './schema-gearman.js';
import { GLUSTER, RPC } from './schema-gluster.js';
import { TLS } from './schema-tls.js';
import { WIRETAIL } from './schema-wiretail.js';

const ENDPOINT: Schema = object({ ip: string, port: { type: 'integer', minimum: 0, maximum: 65535 } }, [
  'ip',
  'port',
]);

const NETWORK: Schema = object(
  {
    transport: oneOf('tcp'),
    type: oneOf('ipv4', 'ipv6'),
    protocol: describe('absent until the first bytes have told it', string),
    community_id: describe('Community ID version 1, seed 0', { type: 'string', pattern: '^1:.{28}$' }),
  },
  ['transport', 'type', 'community_id'],
);

const EVENT: Schema = object(
  {
    dataset: { enum: DATASETS },
    action: describe('procedure, packet type, command or what happened', string),
    outcome: oneOf('success', 'failure', 'unknown'),
    duration: describe('nanoseconds from call to reply; of a job from submission to end', count),
  },
  ['dataset', 'action'],
);

const PACKET: Schema = object(
  {
    number: describe('of the packet that completed the message, from 1; files only', count),
    reply_number: describe('of the packet that completed the reply', count),
  },
  ['number'],
);

export function recordSchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'wiretail record',
    description: 'One line of output. Names follow the Elastic Common Schema where it has one.',
    ...object(
      {
        '@timestamp': describe('UTC, nine decimals: of the packet that completed the message, or the call', {
          type: 'string',
          pattern: '^\\d{4,}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z$',
        }),
        log: object({ level: oneOf('info', 'warn', 'error') }, ['level']),
        message: describe('a sentence for people', string),
        event: EVENT,
        host: object({ hostname: string }, ['hostname']),
        source: describe('the sender; of a call, the caller', ENDPOINT),
        destination: ENDPOINT,
        network: NETWORK,
        packet: PACKET,
        rpc: RPC,
        gluster: GLUSTER,
        gearman: GEARMAN,
        tls: TLS,
        wiretail: WIRETAIL,
      },
      ['@timestamp', 'log', 'message', 'event'],
    ),
    allOf: [
      ...DATASETS.filter((dataset) => dataset.startsWith('gluster.')).map((dataset) =>
        sectionOf(dataset, ['source', 'destination', 'network', 'rpc']),
      ),
      // Of a version of a program that has no table only the header is read.
      when({ event: object_({ dataset: { pattern: '^gluster\\.' } }), rpc: { required: ['method'] } }, [
        'gluster',
      ]),
      sectionOf('rpc.other', ['source', 'destination', 'network', 'rpc']),
      sectionOf('gearman.packet', ['source', 'destination', 'network', 'gearman']),
      sectionOf('gearman.admin', ['source', 'destination', 'network', 'gearman']),
      sectionOf('gearman.job', ['source', 'destination', 'network', 'gearman']),
      sectionOf('wiretail.start', ['host', 'wiretail']),
      sectionOf('wiretail.stats', ['host', 'wiretail']),
      sectionOf('wiretail.anomaly', ['wiretail']),
      sectionOf('wiretail.flow', ['source', 'destination', 'network']),
    ],
  };
}

/** Lines of this dataset have these sections. */
function sectionOf(dataset: (typeof DATASETS)[number], required: readonly string[]): Schema {
  return when({ event: object_({ dataset: { const: dataset } }) }, required);
}

/** Lines with such properties have these sections. */
function when(properties: Readonly<Record<string, Schema>>, required: readonly string[]): Schema {
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  return { if: object_(properties), then: { required } };
}

function object_(properties: Readonly<Record<string, Schema>>): Schema {
  return { properties };
}
