/** What a run shows of itself, in Prometheus's text format. Everything is read when it is asked for. */
import { Counter, Gauge, Histogram, type Metric as PrometheusMetric, Registry } from 'prom-client';
import { GAUGES } from '../protocols/registry.js';
import type { Metric } from '../records/metrics.js';
import type { JsonObject } from '../records/record.js';
import { BUCKETS, OUTCOMES } from './call-counts.js';
import { METRICS } from './counters.js';
import { valueAt } from './metric-values.js';
import type { Observed } from './observed.js';
import type { OutputCounts } from './stats.js';

/** Bounds for the time from packet to line: a read timeout of 1 ms to 1 s, and far behind. */
const LAG_BUCKETS = [1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

/** A value with its labels. */
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Adds a metric whose samples are read when it is asked for. */
type Show = (
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  labelNames: readonly string[],
  samples: () => readonly Sample[],
) => void;

interface Family {
  readonly name: string;
  readonly help: string;
  readonly label: string | undefined;
  readonly type: 'counter' | 'gauge';
  readonly metrics: Metric[];
}

/** The Prometheus metrics of METRICS, each with the rows that are its samples. */
function families(): Iterable<Family> {
  const all = new Map<string, Family>();
  for (const metric of METRICS) {
    const { prometheus, help = '', kind = 'counter' } = metric;
    if (prometheus === undefined) continue;
    const { label = undefined, ...own } =
      typeof prometheus === 'string' ? { name: prometheus, help } : prometheus;
    const family = all.get(own.name) ?? { ...own, label, type: kind, metrics: [] };
    all.set(own.name, family);
    family.metrics.push(metric);
  }
  return all.values();
}

function samplesOf({ label, metrics }: Family, stats: JsonObject): Sample[] {
  return metrics.flatMap(({ path, unit, omitZero, label: labelValue }): Sample[] => {
    const value = valueAt(stats, path) * (unit === 'nanoseconds' ? 1e-9 : 1);
    if (value === 0 && omitZero === true) return [];
    return [[label === undefined ? {} : { [label]: labelValue ?? path[path.length - 1] }, value]];
  });
}

export function newMetrics(observed: Observed): Metrics {
  const registry = new Registry();
  const registers = [registry];
  let stats: JsonObject = {};

  const show: Show = (type, name, help, labelNames, samples) => {
    if (type === 'gauge') {
      new Gauge({
        name,
        help,
        labelNames,
        registers,
        collect() {
          this.reset();
          // Two outputs may have one name.
          for (const [labels, value] of samples()) this.inc(labels, value);
        },
      });
    } else {
      new Counter({
        name,
        help,
        labelNames,
        registers,
        collect() {
          this.reset();
          for (const [labels, value] of samples()) this.inc(labels, value);
        },
      });
    }
  };

  const version = { version: observed.version };
  show('gauge', 'wiretail_build_info', 'The version of wiretail; always 1.', ['version'], () => [
    [version, 1],
  ]);
  for (const family of families()) {
    const labels = family.label === undefined ? [] : [family.label];
    show(family.type, family.name, family.help, labels, () => samplesOf(family, stats));
  }
  const start = Date.now() / 1000 - process.uptime();
  show(
    'gauge',
    'process_start_time_seconds',
    'Start time of the process since unix epoch in seconds.',
    [],
    () => [[{}, start]],
  );
  showOutputs(show, () => (stats.outputs ?? []) as unknown as readonly OutputCounts[]);
  showCalls(registry, show, observed);
  showGauges(show, observed);
  const lag = new Histogram({
    name: 'wiretail_line_lag_seconds',
    help: 'Time from the oldest packet of a batch of lines to when the batch was written.',
    buckets: LAG_BUCKETS,
    registers,
  });
  observed.onLag((seconds) => lag.observe(seconds));

  return {
    contentType: registry.contentType,
    text() {
      stats = observed.stats();
      return registry.metrics();
    },
  };
}

function showOutputs(show: Show, outputs: () => readonly OutputCounts[]): void {
  const lines = 'Lines of each output, by what became of them.';
  show('counter', 'wiretail_output_lines_total', lines, ['output', 'outcome'], () =>
    outputs().flatMap(({ output, written, dropped }): Sample[] => [
      [{ output, outcome: 'written' }, written],
      [{ output, outcome: 'dropped' }, dropped],
    ]),
  );
  show('gauge', 'wiretail_output_lines_waiting', 'Lines that wait for each output.', ['output'], () =>
    outputs().map(({ output, waiting }) => [{ output }, waiting]),
  );
  show('counter', 'wiretail_output_errors_total', 'Faults of each output.', ['output'], () =>
    outputs().map(({ output, errors }) => [{ output }, errors]),
  );
}

function showCalls(registry: Registry, show: Show, observed: Observed): void {
  show(
    'counter',
    'wiretail_calls_total',
    'RPC calls, Gearman packets, commands and jobs, whether or not they became lines.',
    ['dataset', 'action', 'outcome'],
    () =>
      observed
        .calls()
        .flatMap(({ dataset, action, outcomes }) =>
          OUTCOMES.flatMap((outcome, i): Sample[] =>
            outcomes[i] === 0 ? [] : [[{ dataset, action, outcome }, outcomes[i]]],
          ),
        ),
  );
  const name = 'wiretail_call_duration_seconds';
  const help = 'Time from call to reply, of a job from its submission to its end.';
  // prom-client's own histogram takes one observation after the other; these are counted in other threads. Of a metric
  // the registry asks nothing but this.
  const histogram = {
    name,
    get: async () => ({
      name,
      help,
      type: 'histogram',
      values: callDurations(name, observed),
      aggregator: 'sum',
    }),
  };
  registry.registerMetric(histogram as unknown as PrometheusMetric);
}

function callDurations(name: string, observed: Observed) {
  return observed.calls().flatMap(({ dataset, action, buckets, sum }) => {
    const count = buckets.reduce((all, one) => all + one, 0);
    if (count === 0) return [];
    const labels = { dataset, action };
    let upTo = 0;
    return [
      ...buckets.map((bucket, i) => {
        upTo += bucket;
        const le = i < BUCKETS.length ? String(BUCKETS[i]) : '+Inf';
        return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: upTo };
      }),
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  });
}

function showGauges(show: Show, observed: Observed): void {
  for (const [protocol, { label, metrics }] of GAUGES) {
    const values = observed.gauges.get(protocol);
    if (values === undefined) continue;
    for (const [gauge, { name, help }] of metrics.entries()) {
      show('gauge', name, help, [label], () =>
        [...values()].map(([labelValue, all]) => [{ [label]: labelValue }, all[gauge]]),
      );
    }
  }
}
