/** The `wiretail` section: what the program says of itself, and of what it could not see. */
import { DATASETS } from './datasets.js';
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

const counts = (...names: readonly string[]): Schema =>
  object(Object.fromEntries(names.map((name) => [name, count])), names);

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

const STATS: Schema = object({
  packets: describe(
    'seen = decoded + ignored + dropped + waiting',
    object({
      seen: count,
      decoded: count,
      ignored: count,
      dropped: count,
      waiting: count,
      ignored_by: counts(
        'filter',
        'not_ip',
        'not_tcp',
        'fragment',
        'bad_header',
        'cut',
        'unknown_link',
        'unknown_protocol',
        'encrypted',
      ),
      dropped_by: counts('kernel', 'ring', 'decoder', 'abandoned'),
    }),
  ),
  bytes: count,
  flows: counts('open', 'new', 'closed', 'evicted', 'midstream', 'unknown', 'encrypted', 'one_sided'),
  streams: counts(
    'retransmitted_bytes',
    'early_segments',
    'differing_bytes',
    'gaps',
    'gap_bytes',
    'cut_bytes',
  ),
  messages: describe(
    'records by dataset',
    object(Object.fromEntries(DATASETS.map((dataset) => [dataset, count]))),
  ),
  calls: counts('unanswered', 'replies_without_call'),
  jobs: describe("Gearman's: given up for newer ones", counts('forgotten')),
  anomalies: counts('written', 'suppressed'),
  faults: counts('decoder', 'decoder_restarts'),
  lines: object({
    written: count,
    dropped: count,
    lost: count,
    left_out: describe('by choice', counts('unselected', 'only', 'sample')),
  }),
  outputs: describe(
    'lines, of each output',
    array(
      object(
        {
          output: string,
          written: count,
          dropped: count,
          waiting: count,
          errors: count,
          reopened: describe('files: times that it was opened anew', count),
        },
        ['output', 'written', 'dropped', 'waiting', 'errors', 'reopened'],
      ),
    ),
  ),
  kernel: counts('received', 'dropped', 'interface_dropped', 'interface_errors'),
  ring: counts('segments', 'segment_bytes', 'in_use', 'peak'),
});

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

export const WIRETAIL: Schema = object({
  ...START,
  stats: STATS,
  anomaly: ANOMALY,
  flow: FLOW,
  truncated: describe('a part of the message was not seen', { const: true }),
  malformed: describe('the message breaks its protocol; what could be decoded is here', { const: true }),
  line_cut: describe('left out to keep the line within --max-line', counts('characters', 'items')),
});
