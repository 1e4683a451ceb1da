/** The `wiretail` section: what the program says of itself, and of what it could not see. */
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

/** What the start line says of the run. */
const START: Readonly<Record<string, Schema>> = {
  version: string,
  engine: oneOf('libpcap', 'cap', 'file'),
  interfaces: array(object({ name: string, link_type: integer }, ['name', 'link_type'])),
  timestamp: object({ source: oneOf('kernel', 'callback', 'file') }, ['source']),
  file_number: describe('in a file that goes on with a run; in the order in which they began', count),
  files: array(string),
  filter: string,
  snaplen: count,
  decapsulate: array(string),
  buffer_bytes: count,
  buffer_slots: describe('packets that the buffer holds; engine cap only', count),
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
  step: describe('nanoseconds that the clock was set forward by; negative: back', integer),
  pause: describe('nanoseconds', count),
  file: string,
  offset: count,
  decoder: count,
  error: string,
  output: string,
  dropped_lines: count,
});

const FLOW: Schema = object({
  toward: describe('the direction that is seen', oneOf('server', 'client')),
  missing_bytes: describe('of the other direction, acknowledged and not seen so far', count),
  guess: describe('whose first bytes these are', string),
  looked_at: describe('bytes by which nobody knew the connection', count),
  first_bytes: describe('with --payload-bytes', hex),
});

export const wiretailSection = (datasets: readonly Dataset[]): Schema =>
  object({
    ...START,
    stats: statsSchema(datasets),
    anomaly: ANOMALY,
    flow: FLOW,
    truncated: describe('a part of the message was not seen', { const: true }),
    malformed: describe('the message breaks its protocol; what could be decoded is here', { const: true }),
    line_cut: describe(
      'left out to keep the line within --max-line',
      object({ characters: count, items: count }, ['characters', 'items']),
    ),
  });
