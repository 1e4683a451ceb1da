/** The `wiretail` section: the run, its statistics, anomalies, connections that are not decoded, and damaged messages. */
import type { Dataset } from './datasets.js';
import {
  array,
  boolean,
  count,
  describe,
  hex,
  integer,
  object,
  oneOf,
  type Schema,
  string,
} from './json-schema.js';
import { statsSchema } from './schema-stats.js';

/** The start line: how the run captures and decodes. */
const START: Readonly<Record<string, Schema>> = {
  version: string,
  engine: oneOf('libpcap', 'cap', 'file'),
  interfaces: array(object({ name: string, link_type: integer }, ['name', 'link_type'])),
  timestamp: object({ source: oneOf('kernel', 'callback', 'file') }, ['source']),
  file_number: describe(
    'In a file that continues a run: its number, in the order in which files were started.',
    count,
  ),
  files: array(string),
  filter: string,
  snaplen: count,
  decapsulate: array(string),
  buffer_bytes: count,
  buffer_slots: describe('Capacity of the capture buffer in packets; engine cap only.', count),
  workers: count,
  view: oneOf('calls', 'messages'),
  detail: oneOf('summary', 'full'),
};

const ANOMALY: Schema = object({
  protocol: string,
  reason: string,
  bytes: count,
  skipped_bytes: count,
  missing_bytes: count,
  cause: string,
  resumed: boolean,
  magic_hex: string,
  header_hex: string,
  size: count,
  limit: count,
  requests: count,
  toward: oneOf('server', 'client'),
  packets: count,
  link_type: integer,
  interface: string,
  step: describe('Nanoseconds that the clock was set forward; negative if set back.', integer),
  pause: describe('Nanoseconds that the process did not run.', count),
  file: string,
  offset: count,
  decoder: count,
  error: string,
  output: string,
  dropped_lines: count,
});

const FLOW: Schema = object({
  toward: describe('The receiver in the direction that is captured.', oneOf('server', 'client')),
  missing_bytes: describe('Bytes of the other direction that were acknowledged and not captured.', count),
  guess: describe('The protocol that the first bytes resemble.', string),
  looked_at: describe('Bytes in which no protocol was detected.', count),
  first_bytes: describe('First bytes of the connection, with --payload-bytes.', hex),
});

export const wiretailSection = (datasets: readonly Dataset[]): Schema =>
  object({
    ...START,
    stats: statsSchema(datasets),
    anomaly: ANOMALY,
    flow: FLOW,
    truncated: describe('A part of the message was not captured.', { const: true }),
    malformed: describe('The message violates its protocol; the fields that could be decoded are present.', {
      const: true,
    }),
    line_cut: describe(
      'What was left out to keep the line within --max-line.',
      object({ characters: count, items: count }, ['characters', 'items']),
    ),
  });
