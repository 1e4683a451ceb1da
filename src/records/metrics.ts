/**
 * The numbers of `wiretail.stats`, one row each. From a row follow the column that threads count in (counters.ts), the
 * field of the stats line (observe/stats.ts), its JSON Schema (schema-stats.ts) and the Prometheus metric
 * (observe/metrics.ts). A new metric is a row here and the statement that counts it, for example
 * `counters[Counter.streams_gaps]++` for the row `streams.gaps`.
 *
 * Prometheus names follow https://prometheus.io/docs/practices/naming/: counters end in _total, sizes are in bytes,
 * times in seconds.
 */
import type { Dataset } from './datasets.js';

/** A Prometheus metric whose samples differ in one label. */
interface Family {
  readonly name: string;
  readonly help: string;
  readonly label: string;
}

interface Row {
  /** `run`: the main thread computes it. Otherwise it is the sum of a column over the rows of all threads. */
  readonly from?: 'run';
  /** A gauge goes up and down; everything else only grows. */
  readonly kind?: 'gauge';
  /** Prometheus gets nanoseconds as seconds. */
  readonly unit?: 'bytes' | 'nanoseconds';
  /** Live captures only. */
  readonly live?: true;
  /** A section with one metric for each dataset. */
  readonly perDataset?: true;
  /** Absent from its section while it is 0. */
  readonly omitZero?: true;
  /** For the schema, and for a Prometheus metric without a label. */
  readonly help?: string;
  /** The Prometheus metric, if there is one. */
  readonly prometheus?: string | Family;
  /** The value of the family's label; the last part of the row's key if absent. */
  readonly label?: string;
}

const family = (name: string, label: string, help: string): Family => ({ name, label, help });

const PACKETS = family('wiretail_packets_total', 'outcome', 'Packets by outcome.');
const IGNORED = family('wiretail_packets_ignored_total', 'reason', 'Packets ignored, by reason.');
const DROPPED = family(
  'wiretail_packets_dropped_total',
  'place',
  'Packets dropped, by where they were lost.',
);
const FLOWS = family('wiretail_flows_total', 'event', 'TCP connections by event.');
const RECORDS = family(
  'wiretail_records_total',
  'dataset',
  'Records by dataset, whether or not they become lines.',
);
const DAMAGED = family(
  'wiretail_damaged_messages_total',
  'damage',
  'Malformed messages, resynchronisations after a loss of sync, and truncated messages.',
);
const ANOMALIES = family('wiretail_anomalies_total', 'outcome', 'Anomalies, written or rate-limited.');
const FAULTS = family(
  'wiretail_faults_total',
  'fault',
  'Internal faults: connections abandoned after an exception, decoder threads restarted.',
);
const LINES = family('wiretail_lines_total', 'outcome', 'Lines written, or dropped for a slow output.');
const LEFT_OUT = family(
  'wiretail_lines_left_out_total',
  'reason',
  'Records not selected for output, by reason.',
);
const KERNEL = family(
  'wiretail_kernel_packets_total',
  'outcome',
  'Packets by the kernel counters: received, dropped for lack of buffer space, dropped by the interface.',
);
const CLOCK = family(
  'wiretail_clock_events_total',
  'event',
  'Steps of the system clock, and pauses of the process of two seconds or more.',
);
const SEGMENTS = family('wiretail_ring_segments', 'state', 'Ring segments: all, in use, and peak in use.');
const MEMORY = family(
  'wiretail_memory_bytes',
  'kind',
  'JavaScript memory: heaps of all threads; array buffers of the main thread, with shared memory.',
);
const CPU = family('wiretail_cpu_seconds_total', 'mode', 'CPU time of all threads, by mode.');

/** By their paths in `wiretail.stats`, in the order of the line. */
const ROWS = {
  'packets.seen': { from: 'run' },
  'packets.decoded': { prometheus: PACKETS },
  'packets.ignored': { from: 'run', prometheus: PACKETS },
  'packets.dropped': { from: 'run', prometheus: PACKETS },
  'packets.waiting': {
    from: 'run',
    kind: 'gauge',
    prometheus: 'wiretail_packets_waiting',
    help: 'Packets captured and not yet decoded.',
  },
  'packets.ignored_by.filter': { prometheus: IGNORED },
  'packets.ignored_by.not_ip': { prometheus: IGNORED },
  'packets.ignored_by.not_tcp': { prometheus: IGNORED },
  'packets.ignored_by.fragment': { prometheus: IGNORED },
  'packets.ignored_by.bad_header': { prometheus: IGNORED },
  'packets.ignored_by.cut': { prometheus: IGNORED },
  'packets.ignored_by.unknown_link': { prometheus: IGNORED },
  'packets.ignored_by.unknown_protocol': { prometheus: IGNORED },
  'packets.ignored_by.encrypted': { prometheus: IGNORED },
  'packets.dropped_by.kernel': { from: 'run', prometheus: DROPPED },
  'packets.dropped_by.ring': { prometheus: DROPPED },
  'packets.dropped_by.decoder': { from: 'run', prometheus: DROPPED },
  'packets.dropped_by.abandoned': { from: 'run', prometheus: DROPPED },
  bytes: {
    unit: 'bytes',
    prometheus: 'wiretail_captured_bytes_total',
    help: 'Bytes of the captured packets.',
  },
  'flows.open': {
    kind: 'gauge',
    prometheus: 'wiretail_flows_open',
    help: 'TCP connections tracked.',
  },
  'flows.new': { prometheus: FLOWS },
  'flows.closed': { prometheus: FLOWS },
  'flows.evicted': { prometheus: FLOWS, help: 'Connections evicted to make room for new ones.' },
  'flows.midstream': { prometheus: FLOWS, help: 'Connections whose handshake was not captured.' },
  'flows.unknown': { prometheus: FLOWS, help: 'Connections of an unknown protocol.' },
  'flows.encrypted': { prometheus: FLOWS },
  'flows.asymmetric': { prometheus: FLOWS, help: 'Connections with only one direction captured.' },
  'streams.retransmitted_bytes': {
    unit: 'bytes',
    prometheus: 'wiretail_stream_retransmitted_bytes_total',
    help: 'Retransmitted payload bytes.',
  },
  'streams.out_of_order_segments': {},
  'streams.differing_bytes': { unit: 'bytes', help: 'Bytes retransmitted with different content.' },
  'streams.gaps': {
    prometheus: 'wiretail_stream_gaps_total',
    help: 'Gaps in streams.',
  },
  'streams.gap_bytes': {
    unit: 'bytes',
    prometheus: 'wiretail_stream_gap_bytes_total',
    help: 'Bytes missing from streams.',
  },
  'streams.cut_bytes': {
    unit: 'bytes',
    prometheus: 'wiretail_stream_cut_bytes_total',
    help: 'Payload bytes cut by the snapshot length.',
  },
  messages: { perDataset: true, omitZero: true, prometheus: RECORDS },
  'damage.malformed': { prometheus: DAMAGED },
  'damage.resynchronised': { prometheus: DAMAGED },
  'damage.truncated': { prometheus: DAMAGED },
  'calls.unanswered': {
    prometheus: 'wiretail_calls_unanswered_total',
    help: 'RPC calls without a reply in time.',
  },
  'calls.orphan_replies': {
    prometheus: 'wiretail_orphan_replies_total',
    help: 'RPC replies whose call was not seen.',
  },
  'jobs.evicted': {
    prometheus: 'wiretail_jobs_evicted_total',
    help: 'Gearman jobs evicted to make room for new ones.',
  },
  'anomalies.written': { prometheus: ANOMALIES },
  'anomalies.suppressed': { prometheus: ANOMALIES },
  'faults.decoder': {
    prometheus: FAULTS,
    help: 'Exceptions in decoders; each ends the decoding of its connection.',
  },
  'faults.decoder_restarts': { from: 'run', prometheus: FAULTS },
  'lines.written': { from: 'run', prometheus: LINES },
  'lines.dropped': { from: 'run', prometheus: LINES },
  'lines.lost': { from: 'run', help: 'Lines lost with decoder threads that died.' },
  'lines.left_out.unselected': { prometheus: LEFT_OUT },
  'lines.left_out.only': { prometheus: LEFT_OUT },
  'lines.left_out.sample': { prometheus: LEFT_OUT },
  'kernel.received': { live: true, prometheus: KERNEL },
  'kernel.dropped': { live: true, prometheus: KERNEL },
  'kernel.interface_dropped': { live: true, prometheus: KERNEL },
  'kernel.interface_errors': {
    live: true,
    prometheus: 'wiretail_interface_errors_total',
    help: 'Failures of the capture on an interface.',
  },
  'clock.steps': { from: 'run', live: true, prometheus: CLOCK, label: 'step' },
  'clock.pauses': { from: 'run', live: true, prometheus: CLOCK, label: 'pause' },
  'ring.segments': { from: 'run', live: true, kind: 'gauge', prometheus: SEGMENTS, label: 'all' },
  'ring.segment_bytes': {
    from: 'run',
    live: true,
    kind: 'gauge',
    unit: 'bytes',
    prometheus: 'wiretail_ring_segment_bytes',
    help: 'Size of a segment of the ring between capture and decoders.',
  },
  'ring.in_use': { from: 'run', live: true, kind: 'gauge', prometheus: SEGMENTS },
  'ring.bytes_in_use': {
    from: 'run',
    live: true,
    kind: 'gauge',
    unit: 'bytes',
    prometheus: 'wiretail_ring_used_bytes',
    help: 'Bytes in the ring not yet read by the slowest decoder.',
  },
  'ring.peak': {
    from: 'run',
    live: true,
    kind: 'gauge',
    prometheus: SEGMENTS,
    help: 'Maximum number of segments in use.',
  },
  'memory.rss': {
    from: 'run',
    live: true,
    kind: 'gauge',
    unit: 'bytes',
    prometheus: 'process_resident_memory_bytes',
    help: 'Resident memory size in bytes.',
  },
  'memory.heap': {
    from: 'run',
    live: true,
    kind: 'gauge',
    unit: 'bytes',
    prometheus: MEMORY,
    help: 'Bytes of JavaScript objects in all threads.',
  },
  'memory.array_buffers': {
    from: 'run',
    live: true,
    kind: 'gauge',
    unit: 'bytes',
    prometheus: MEMORY,
    help: 'Bytes of buffers in the main thread, including the memory shared by all threads.',
  },
  'cpu.user': { from: 'run', live: true, unit: 'nanoseconds', prometheus: CPU },
  'cpu.system': { from: 'run', live: true, unit: 'nanoseconds', prometheus: CPU },
} as const satisfies Readonly<Record<string, Row>>;

type Rows = typeof ROWS;
type Key = keyof Rows;

/** Of rows that the main thread computes: the numbers of every run, and those of a live capture. */
export type RunMetric = {
  [K in Key]: Rows[K] extends { from: 'run'; live: true }
    ? never
    : Rows[K] extends { from: 'run' }
      ? K
      : never;
}[Key];
export type LiveRunMetric = { [K in Key]: Rows[K] extends { from: 'run'; live: true } ? K : never }[Key];

/** Rows that threads count, one column each. */
export type CountedMetric = {
  [K in Key]: Rows[K] extends { from: 'run' } | { perDataset: true } ? never : K;
}[Key];

export const COUNTED = Object.entries(ROWS).flatMap(([key, row]: [string, Row]) =>
  row.from === 'run' || row.perDataset === true ? [] : [key as CountedMetric],
);

export interface Metric extends Row {
  readonly key: Key;
  /** The field of `wiretail.stats`. */
  readonly path: readonly string[];
  readonly dataset?: Dataset;
}

/** All metrics, in the order of a stats line. */
export function metricsOf(datasets: readonly Dataset[]): readonly Metric[] {
  return Object.entries(ROWS).flatMap(([name, row]: [string, Row]): Metric[] => {
    const key = name as Key;
    const path = name.split('.');
    if (row.perDataset !== true) return [{ ...row, key, path }];
    return datasets.map((dataset) => ({ ...row, key, path: [...path, dataset], dataset }));
  });
}

/** What the sections of `wiretail.stats` are, for the schema. */
export const SECTION_HELP: Readonly<Record<string, string>> = {
  packets: 'Packets: seen = decoded + ignored + dropped + waiting.',
  messages: 'Records by dataset.',
  damage: 'Malformed messages, resynchronisations after a loss of sync, truncated messages.',
  jobs: 'Gearman jobs.',
  left_out: 'Records not selected for output.',
  clock: 'Steps of the system clock, and pauses of the process of two seconds or more.',
  memory: 'Memory in bytes.',
  cpu: 'CPU time of all threads of the process in nanoseconds.',
};
