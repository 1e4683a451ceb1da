/**
 * The metrics that stats lines have too: where each stands there. Names and units are by Prometheus's conventions
 * (https://prometheus.io/docs/practices/naming/): counters end in _total, sizes are in bytes, times in seconds.
 */

export interface MetricRow {
  readonly type: 'counter' | 'gauge';
  readonly name: string;
  readonly help: string;
  /** Where its value stands, names parted by dots. With a label: of each value of the label. */
  readonly from: string | Readonly<Record<string, string>>;
  readonly label?: string;
  /** The label has a value for each number of the object at `from`. */
  readonly each?: true;
  /** What the number is multiplied with. */
  readonly scale?: number;
}

const NANOSECOND = 1e-9;

/** Values of a label that are called as the numbers of one section. */
const within = (section: string, ...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `${section}.${name}`]));

export const METRICS: readonly MetricRow[] = [
  {
    type: 'counter',
    name: 'wiretail_packets_total',
    help: 'Packets that were seen, by what became of them.',
    from: within('packets', 'decoded', 'ignored', 'dropped'),
    label: 'outcome',
  },
  {
    type: 'gauge',
    name: 'wiretail_packets_waiting',
    help: 'Packets that are captured and not decoded yet.',
    from: 'packets.waiting',
  },
  {
    type: 'counter',
    name: 'wiretail_packets_ignored_total',
    help: 'Packets that are nothing to decode, by the reason.',
    from: 'packets.ignored_by',
    label: 'reason',
    each: true,
  },
  {
    type: 'counter',
    name: 'wiretail_packets_dropped_total',
    help: 'Packets that were lost, by the place.',
    from: 'packets.dropped_by',
    label: 'place',
    each: true,
  },
  {
    type: 'counter',
    name: 'wiretail_captured_bytes_total',
    help: 'Bytes of the packets that were captured.',
    from: 'bytes',
  },
  {
    type: 'counter',
    name: 'wiretail_kernel_packets_total',
    help: 'Packets as the kernel counts them: received, dropped for want of room, dropped by the interface.',
    from: within('kernel', 'received', 'dropped', 'interface_dropped'),
    label: 'outcome',
  },
  {
    type: 'counter',
    name: 'wiretail_interface_errors_total',
    help: 'Times that the capture on an interface stopped.',
    from: 'kernel.interface_errors',
  },
  {
    type: 'counter',
    name: 'wiretail_clock_events_total',
    help: 'Times that the time of day was set, and that the process did not run for seconds.',
    from: { step: 'clock.steps', pause: 'clock.pauses' },
    label: 'event',
  },
  {
    type: 'gauge',
    name: 'wiretail_flows_open',
    help: 'TCP connections that are followed.',
    from: 'flows.open',
  },
  {
    type: 'counter',
    name: 'wiretail_flows_total',
    help: 'TCP connections, by what happened to them.',
    from: within('flows', 'new', 'closed', 'evicted', 'midstream', 'unknown', 'encrypted', 'one_sided'),
    label: 'event',
  },
  {
    type: 'counter',
    name: 'wiretail_stream_gaps_total',
    help: 'Gaps in streams.',
    from: 'streams.gaps',
  },
  {
    type: 'counter',
    name: 'wiretail_stream_gap_bytes_total',
    help: 'Bytes of streams that were not seen.',
    from: 'streams.gap_bytes',
  },
  {
    type: 'counter',
    name: 'wiretail_stream_cut_bytes_total',
    help: 'Bytes of payloads that the snapshot length cut.',
    from: 'streams.cut_bytes',
  },
  {
    type: 'counter',
    name: 'wiretail_stream_retransmitted_bytes_total',
    help: 'Bytes of streams that came again.',
    from: 'streams.retransmitted_bytes',
  },
  {
    type: 'counter',
    name: 'wiretail_records_total',
    help: 'Records by dataset, whether or not they became lines.',
    from: 'messages',
    label: 'dataset',
    each: true,
  },
  {
    type: 'counter',
    name: 'wiretail_damaged_messages_total',
    help: 'Messages that break their protocol, streams whose place was lost, messages of which a part is missing.',
    from: within('damage', 'malformed', 'resynchronised', 'truncated'),
    label: 'damage',
  },
  {
    type: 'counter',
    name: 'wiretail_calls_unanswered_total',
    help: 'RPC calls that had no reply in time.',
    from: 'calls.unanswered',
  },
  {
    type: 'counter',
    name: 'wiretail_replies_without_call_total',
    help: 'RPC replies whose call was not seen.',
    from: 'calls.replies_without_call',
  },
  {
    type: 'counter',
    name: 'wiretail_jobs_forgotten_total',
    help: 'Gearman jobs that were given up for newer ones.',
    from: 'jobs.forgotten',
  },
  {
    type: 'counter',
    name: 'wiretail_anomalies_total',
    help: 'Anomalies that had a line, or none because there were too many.',
    from: within('anomalies', 'written', 'suppressed'),
    label: 'outcome',
  },
  {
    type: 'counter',
    name: 'wiretail_faults_total',
    help: "wiretail's own faults: connections whose decoding failed, decoders that died and were replaced.",
    from: within('faults', 'decoder', 'decoder_restarts'),
    label: 'fault',
  },
  {
    type: 'counter',
    name: 'wiretail_lines_total',
    help: 'Lines that were written, or dropped because the output was too slow.',
    from: within('lines', 'written', 'dropped'),
    label: 'outcome',
  },
  {
    type: 'counter',
    name: 'wiretail_lines_left_out_total',
    help: 'Records that were to have no line, by the reason.',
    from: 'lines.left_out',
    label: 'reason',
    each: true,
  },
  {
    type: 'gauge',
    name: 'wiretail_ring_segment_bytes',
    help: 'Size of a segment of the ring between capture and decoders.',
    from: 'ring.segment_bytes',
  },
  {
    type: 'gauge',
    name: 'wiretail_ring_segments',
    help: 'Segments of the ring: all, in use, and the most that were ever in use.',
    from: { all: 'ring.segments', in_use: 'ring.in_use', peak: 'ring.peak' },
    label: 'state',
  },
  {
    type: 'gauge',
    name: 'wiretail_ring_used_bytes',
    help: 'Bytes in the ring that the slowest decoder has yet to pass.',
    from: 'ring.bytes_in_use',
  },
  {
    type: 'gauge',
    name: 'process_resident_memory_bytes',
    help: 'Resident memory size in bytes.',
    from: 'memory.rss',
  },
  {
    type: 'gauge',
    name: 'wiretail_memory_bytes',
    help: "JavaScript's memory: the objects of all threads; the main thread's buffers, with what all threads share.",
    from: within('memory', 'heap', 'array_buffers'),
    label: 'kind',
  },
  {
    type: 'counter',
    name: 'wiretail_cpu_seconds_total',
    help: 'CPU time of all threads, by mode.',
    from: within('cpu', 'user', 'system'),
    label: 'mode',
    scale: NANOSECOND,
  },
];
