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
    protocol: describe('The protocol; absent until it is detected.', string),
    community_id: describe('Community ID version 1 with seed 0.', { type: 'string', pattern: '^1:.{28}$' }),
  },
  ['transport', 'type', 'community_id'],
);

const eventSection = (datasets: readonly Dataset[]): Schema =>
  object(
    {
      dataset: { enum: datasets },
      action: describe('The procedure, packet type, command or event.', string),
      outcome: oneOf('success', 'failure', 'unknown'),
      duration: describe('Nanoseconds from call to reply; for a job, from submission to completion.', count),
    },
    ['dataset', 'action'],
  );

const PACKET: Schema = object(
  {
    number: describe(
      '1-based number in its file of the packet that completed the message; files only.',
      count,
    ),
    reply_number: describe('Number of the packet that completed the reply.', count),
  },
  ['number'],
);

/** The parts that the registered protocols contribute. */
export interface RecordSchemaParts {
  readonly datasets: readonly Dataset[];
  /** By name, in the order of the line. */
  readonly sections: Readonly<Record<string, Schema>>;
  readonly rules: readonly Schema[];
}

export function recordSchema({ datasets, sections, rules }: RecordSchemaParts): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'wiretail record',
    description: 'One line of output. Field names follow the Elastic Common Schema where it has one.',
    ...object(
      {
        '@timestamp': describe('Time, in UTC, of the packet that completed the message, or the call.', {
          type: 'string',
          pattern: '^\\d{4,}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z$',
        }),
        log: object({ level: oneOf('info', 'warn', 'error') }, ['level']),
        message: describe('A sentence for people.', string),
        event: eventSection(datasets),
        host: object({ hostname: string }, ['hostname']),
        source: describe('The sender of the message; for a call with its reply, the client.', ENDPOINT),
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
