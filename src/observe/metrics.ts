/** The metrics of a run in Prometheus's text format. Values are read at each scrape. */
import { Counter, Gauge, Histogram, type Metric as PrometheusMetric, Registry } from 'prom-client';
import { GAUGES } from '../protocols/registry.js';
import type { Metric } from '../records/metrics.js';
import type { JsonObject } from '../records/record.js';
import { BUCKETS, OUTCOMES } from './call-counts.js';
import { METRICS } from './counters.js';
import { valueAt } from './metric-values.js';
import type { Observed } from './observed.js';
import type { OutputCounts } from './stats.js';

/** Upper bounds of line lag in seconds: from a read timeout of 1 ms to far behind. */
const LAG_BUCKETS = [1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A value with its labels. */
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

interface Family {
  readonly type: 'counter' | 'gauge';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Called at each scrape. */
  samples(stats: JsonObject): readonly Sample[];
}

export class Metrics {
  readonly contentType: string;
  private readonly registry = new Registry();
  private readonly observed: Observed;
  /** The numbers of the current scrape. */
  private stats: JsonObject = {};

  constructor(observed: Observed) {
    this.observed = observed;
    this.contentType = this.registry.contentType;
    for (const family of [
      ...processFamilies(observed.version),
      ...statsFamilies(),
      ...outputFamilies(),
      callsFamily(observed),
      ...gaugeFamilies(observed),
    ]) {
      this.register(family);
    }
    this.registerCallDurations();
    const lag = new Histogram({
      name: 'wiretail_line_lag_seconds',
      help: 'Time from the oldest packet of a batch of lines to the write of the batch.',
      buckets: LAG_BUCKETS,
      registers: [this.registry],
    });
    observed.onLag((seconds) => lag.observe(seconds));
  }

  text(): Promise<string> {
    this.stats = this.observed.stats();
    return this.registry.metrics();
  }

  private register({ type, name, help, labels, samples }: Family): void {
    const collect = (metric: Gauge | Counter) => {
      metric.reset();
      // Added up: two outputs may have the same name.
      for (const [values, value] of samples(this.stats)) metric.inc(values, value);
    };
    const options = { name, help, labelNames: labels, registers: [this.registry] };
    if (type === 'gauge') {
      new Gauge({
        ...options,
        collect() {
          collect(this);
        },
      });
    } else {
      new Counter({
        ...options,
        collect() {
          collect(this);
        },
      });
    }
  }

  /** prom-client's own histogram takes single observations; these are counted in other threads. */
  private registerCallDurations(): void {
    const name = 'wiretail_call_duration_seconds';
    const help = 'Time from call to reply; of a job, from its submission to its end.';
    // All that the registry uses of a metric.
    const histogram = {
      name,
      get: async () => ({
        name,
        help,
        type: 'histogram',
        values: callDurations(name, this.observed),
        aggregator: 'sum',
      }),
    };
    this.registry.registerMetric(histogram as unknown as PrometheusMetric);
  }
}

function processFamilies(version: string): Family[] {
  const start = Date.now() / 1000 - process.uptime();
  return [
    {
      type: 'gauge',
      name: 'wiretail_build_info',
      help: 'The version of wiretail; always 1.',
      labels: ['version'],
      samples: () => [[{ version }, 1]],
    },
    {
      type: 'gauge',
      name: 'process_start_time_seconds',
      help: 'Start time of the process since unix epoch in seconds.',
      labels: [],
      samples: () => [[{}, start]],
    },
  ];
}

/** The rows of METRICS, by their Prometheus names. */
function statsFamilies(): Family[] {
  const rows = new Map<string, Metric[]>();
  for (const metric of METRICS) {
    const { prometheus } = metric;
    if (prometheus === undefined) continue;
    const name = typeof prometheus === 'string' ? prometheus : prometheus.name;
    rows.set(name, [...(rows.get(name) ?? []), metric]);
  }
  return [...rows.values()].map(familyOf);
}

function familyOf(rows: readonly Metric[]): Family {
  const [{ prometheus, help = '', kind = 'counter' }] = rows;
  const isLabelled = typeof prometheus === 'object';
  return {
    type: kind,
    name: isLabelled ? prometheus.name : String(prometheus),
    help: isLabelled ? prometheus.help : help,
    labels: isLabelled ? [prometheus.label] : [],
    samples: (stats) => rows.flatMap((row) => samplesOf(row, stats)),
  };
}

function samplesOf({ path, unit, omitZero, prometheus, label }: Metric, stats: JsonObject): Sample[] {
  const value = valueAt(stats, path) * (unit === 'nanoseconds' ? 1e-9 : 1);
  if (value === 0 && omitZero === true) return [];
  if (typeof prometheus !== 'object') return [[{}, value]];
  return [[{ [prometheus.label]: label ?? path[path.length - 1] }, value]];
}

function outputFamilies(): Family[] {
  const countsOf = (stats: JsonObject) => (stats.outputs ?? []) as unknown as readonly OutputCounts[];
  return [
    {
      type: 'counter',
      name: 'wiretail_output_lines_total',
      help: 'Lines of each output, by outcome.',
      labels: ['output', 'outcome'],
      samples: (stats) =>
        countsOf(stats).flatMap(({ output, written, dropped }): Sample[] => [
          [{ output, outcome: 'written' }, written],
          [{ output, outcome: 'dropped' }, dropped],
        ]),
    },
    {
      type: 'gauge',
      name: 'wiretail_output_lines_waiting',
      help: 'Lines waiting for each output.',
      labels: ['output'],
      samples: (stats) => countsOf(stats).map(({ output, waiting }) => [{ output }, waiting]),
    },
    {
      type: 'counter',
      name: 'wiretail_output_errors_total',
      help: 'Errors of each output.',
      labels: ['output'],
      samples: (stats) => countsOf(stats).map(({ output, errors }) => [{ output }, errors]),
    },
  ];
}

function callsFamily(observed: Observed): Family {
  return {
    type: 'counter',
    name: 'wiretail_calls_total',
    help: 'RPC calls, Gearman packets, commands and jobs, whether or not they become lines.',
    labels: ['dataset', 'action', 'outcome'],
    samples: () =>
      observed
        .calls()
        .flatMap(({ dataset, action, outcomes }) =>
          OUTCOMES.flatMap((outcome, i): Sample[] =>
            outcomes[i] === 0 ? [] : [[{ dataset, action, outcome }, outcomes[i]]],
          ),
        ),
  };
}

function gaugeFamilies(observed: Observed): Family[] {
  return [...GAUGES].flatMap(([protocol, { label, metrics }]): Family[] => {
    const read = observed.gauges.get(protocol);
    if (read === undefined) return [];
    return metrics.map(({ name, help }, gauge) => ({
      type: 'gauge',
      name,
      help,
      labels: [label],
      samples: () => [...read()].map(([labelValue, values]) => [{ [label]: labelValue }, values[gauge]]),
    }));
  });
}

function callDurations(name: string, observed: Observed) {
  return observed.calls().flatMap(({ dataset, action, buckets, sum }) => {
    const count = buckets.reduce((total, bucket) => total + bucket, 0);
    if (count === 0) return [];
    const labels = { dataset, action };
    let cumulative = 0;
    return [
      ...buckets.map((bucket, i) => {
        cumulative += bucket;
        const le = i < BUCKETS.length ? String(BUCKETS[i]) : '+Inf';
        return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: cumulative };
      }),
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  });
}
