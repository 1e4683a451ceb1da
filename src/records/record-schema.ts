/** The JSON Schema of every line that wiretail writes. */
import type { Dataset } from './datasets.js';
import { count, describe, object, oneOf, requires, type Schema, string } from './json-schema.js';
import { wiretailSection } from './schema-wiretail.js';

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

const eventSection = (datasets: readonly Dataset[]): Schema =>
  object(
    {
      dataset: { enum: datasets },
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

/** What the registered protocols put in. */
export interface RecordSchemaParts {
  readonly datasets: readonly Dataset[];
  /** By name, in the order of a line. */
  readonly sections: Readonly<Record<string, Schema>>;
  readonly rules: readonly Schema[];
}

export function recordSchema({ datasets, sections, rules }: RecordSchemaParts): Schema {
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
        event: eventSection(datasets),
        host: object({ hostname: string }, ['hostname']),
        source: describe('the sender; of a call, the caller', ENDPOINT),
        destination: ENDPOINT,
        network: NETWORK,
        packet: PACKET,
        ...sections,
        wiretail: wiretailSection(datasets),
      },
      ['@timestamp', 'log', 'message', 'event'],
    ),
    allOf: [
      ...rules,
      requires('wiretail.start', ['host', 'wiretail']),
      requires('wiretail.stats', ['host', 'wiretail']),
      requires('wiretail.anomaly', ['wiretail']),
      requires('wiretail.flow', ['source', 'destination', 'network']),
    ],
  };
}
