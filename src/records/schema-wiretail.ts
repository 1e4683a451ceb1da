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

/** Of the counters. */
const countedBy = (datasets: readonly Dataset[]): Readonly<Record<string, Schema>> => ({
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
    object(Object.fromEntries(datasets.map((dataset) => [dataset, count]))),
  ),
  damage: describe(
    'messages that break their protocol, places in streams that were lost and found again, messages of which a part is missing',
    counts('malformed', 'resynchronised', 'truncated'),
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
  clock: describe(
    'times that the time of day was set, and that the process did not run for seconds',
    counts('steps', 'pauses'),
  ),
  cpu: describe('nanoseconds of all threads of the process', counts('user', 'system')),
});

/** The same where only what has changed is there. */
function changed(schemas: Readonly<Record<string, Schema>>): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const { properties } = schema as { properties?: Readonly<Record<string, Schema>> };
      return [name, properties === undefined ? schema : object(changed(properties))];
    }),
  );
}

const statsBy = (counted: Readonly<Record<string, Schema>>): Schema =>
  object({
    ...counted,
    ring: object({
      ...Object.fromEntries(
        ['segments', 'segment_bytes', 'in_use', 'bytes_in_use'].map((name) => [name, count]),
      ),
      peak: describe('the most segments in use so far', count),
      recent_peak: describe('and since the last such line', count),
    }),
    memory: describe(
      "bytes: of the process; of them, the objects of all its threads, and the main thread's buffers with what all share",
      counts('rss', 'heap', 'array_buffers'),
    ),
    lag: describe(
      'nanoseconds from the oldest packet of a batch of lines to when the batch was written, since the last such line',
      counts('batches', 'mean', 'p99', 'max'),
    ),
    change: describe(
      'what the counters have grown by since the last such line; what is not there has not grown',
      object({ interval: describe('nanoseconds', count), ...changed(counted) }, ['interval']),
    ),
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
    stats: statsBy(countedBy(datasets)),
    anomaly: ANOMALY,
    flow: FLOW,
    truncated: describe('a part of the message was not seen', { const: true }),
    malformed: describe('the message breaks its protocol; what could be decoded is here', { const: true }),
    line_cut: describe('left out to keep the line within --max-line', counts('characters', 'items')),
  });
