/** The counters as a stats line shows them. */
import { DATASETS } from '../protocols/registry.js';
import type { JsonObject } from '../records/record.js';
import { bytesInUse, ControlWord, type RingMemory, slotsInUse, takeRecentPeak } from '../ring/ring.js';
import { changeOf } from './change.js';
import { Counter, total } from './counters.js';

/** Of an output; in lines. */
export interface OutputCounts {
  readonly output: string;
  /** That the system (a transport's thread) has taken. */
  readonly written: number;
  readonly dropped: number;
  readonly waiting: number;
  readonly errors: number;
  readonly reopened: number;
}

/** What happened to the time of day, and to ours. */
export interface ClockCounts {
  /** Times that the clock was set. */
  readonly steps: number;
  /** Times that the process did not run for seconds. */
  readonly pauses: number;
}

/** What only the main thread knows. */
export interface MainCounts {
  readonly lines: {
    /** That an output took. */
    readonly written: number;
    /** That none took. */
    readonly dropped: number;
    /** Of both, those that came from decoders. */
    readonly ofDecoders: number;
  };
  /** undefined: there is nothing to say of them, since standard output is the only one and is waited for. */
  readonly outputs: readonly OutputCounts[] | undefined;
  readonly decoderRestarts: number;
  /** The run ended before its threads did: what they still had in hand was abandoned. */
  readonly outOfTime: boolean;
  readonly clock: ClockCounts;
}

/** Packets that were not decoded, and why. */
const IGNORED = {
  filter: Counter.ignored_filter,
  not_ip: Counter.ignored_not_ip,
  not_tcp: Counter.ignored_not_tcp,
  fragment: Counter.ignored_fragment,
  bad_header: Counter.ignored_bad_header,
  cut: Counter.ignored_cut,
  unknown_link: Counter.ignored_unknown_link,
  unknown_protocol: Counter.ignored_unknown_protocol,
  encrypted: Counter.ignored_encrypted,
} as const;

/**
 * packets.seen = decoded + ignored + dropped + waiting at any time; waiting (in the ring, or in a
 * decoder's hand) is 0 at the end of a run.
 *
 * @param ended no thread counts any more: what no decoder accounts for was lost with a decoder that died
 */
export function statsOf(memory: SharedArrayBuffer, main: MainCounts, ended: boolean): JsonObject {
  const of = (column: number) => total(memory, column);
  const ignoredBy = Object.fromEntries(Object.entries(IGNORED).map(([name, column]) => [name, of(column)]));
  const ignored = sum(Object.values(ignoredBy));
  const decoded = of(Counter.decoded);
  const captured = of(Counter.captured) + of(Counter.ignored_filter);
  const counted = of(Counter.dropped_abandoned);
  const rest = captured - decoded - ignored - counted;
  const left = ended ? rest : 0;
  const droppedBy = {
    kernel: of(Counter.kernel_dropped),
    ring: of(Counter.ring_dropped),
    decoder: main.outOfTime ? 0 : left,
    abandoned: counted + (main.outOfTime ? left : 0),
  };
  const lines = of(Counter.lines);
  return {
    packets: {
      seen: captured + droppedBy.kernel + droppedBy.ring,
      decoded,
      ignored,
      dropped: sum(Object.values(droppedBy)),
      waiting: ended ? 0 : rest,
      ignored_by: ignoredBy,
      dropped_by: droppedBy,
    },
    bytes: of(Counter.captured_bytes),
    flows: {
      open: of(Counter.flows_open),
      new: of(Counter.flows_new),
      closed: of(Counter.flows_closed),
      evicted: of(Counter.flows_evicted),
      midstream: of(Counter.flows_midstream),
      unknown: of(Counter.flows_unknown),
      encrypted: of(Counter.flows_encrypted),
      one_sided: of(Counter.flows_one_sided),
    },
    streams: {
      retransmitted_bytes: of(Counter.retransmitted_bytes),
      early_segments: of(Counter.early_segments),
      differing_bytes: of(Counter.differing_bytes),
      gaps: of(Counter.gaps),
      gap_bytes: of(Counter.gap_bytes),
      cut_bytes: of(Counter.cut_bytes),
    },
    messages: Object.fromEntries(
      DATASETS.map((dataset) => [dataset, of(Counter[`messages_${dataset}`])] as const).filter(
        ([, count]) => count > 0,
      ),
    ),
    damage: {
      malformed: of(Counter.malformed),
      resynchronised: of(Counter.resynchronised),
      truncated: of(Counter.truncated),
    },
    calls: {
      unanswered: of(Counter.calls_unanswered),
      replies_without_call: of(Counter.replies_without_call),
    },
    jobs: { forgotten: of(Counter.jobs_forgotten) },
    anomalies: { written: of(Counter.anomalies), suppressed: of(Counter.anomalies_suppressed) },
    faults: { decoder: of(Counter.decoder_faults), decoder_restarts: main.decoderRestarts },
    lines: {
      written: main.lines.written,
      dropped: of(Counter.lines_dropped) + main.lines.dropped,
      lost: ended ? lines - of(Counter.lines_dropped) - main.lines.ofDecoders : 0,
      left_out: {
        unselected: of(Counter.left_out_unselected),
        only: of(Counter.left_out_only),
        sample: of(Counter.left_out_sample),
      },
    },
    outputs: main.outputs?.map((counts) => ({ ...counts })),
  };
}

/** What only a live capture has. */
export function liveStatsOf(memory: SharedArrayBuffer, ring: RingMemory, clock: ClockCounts): JsonObject {
  const control = new Int32Array(ring.control);
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return {
    kernel: {
      received: total(memory, Counter.kernel_received),
      dropped: total(memory, Counter.kernel_dropped),
      interface_dropped: total(memory, Counter.interface_dropped),
      interface_errors: total(memory, Counter.interface_errors),
    },
    clock: { ...clock },
    ring: {
      segments: ring.slots,
      segment_bytes: ring.slotBytes,
      in_use: slotsInUse(ring, control),
      bytes_in_use: bytesInUse(ring, control),
      peak: Math.max(1, Atomics.load(control, ControlWord.peak)),
    },
    memory: {
      rss,
      heap: heapUsed + total(memory, Counter.heap_bytes),
      array_buffers: arrayBuffers,
    },
    cpu: cpu(),
  };
}

/** Nanoseconds of all threads. */
function cpu(): JsonObject {
  const { user, system } = process.cpuUsage();
  return { user: user * 1000, system: system * 1000 };
}

/** What a stats line has besides: what has changed since the last one, and what was most since then. */
export interface Intervals {
  /** @param now the numbers of this line */
  end(now: JsonObject): JsonObject;
}

export function newIntervals(ring: RingMemory, takeLag: () => JsonObject | undefined): Intervals {
  const control = new Int32Array(ring.control);
  let before: JsonObject = {};
  let since = process.hrtime();
  return {
    end(now) {
      const [seconds, nanoseconds] = process.hrtime(since);
      since = process.hrtime();
      const change = changeOf(before, now);
      before = now;
      return {
        ...now,
        ring: { ...(now.ring as JsonObject), recent_peak: takeRecentPeak(ring, control) },
        lag: takeLag(),
        change: { interval: seconds * 1e9 + nanoseconds, ...change },
      };
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
