/** The schema of `wiretail.stats`: the metrics (metrics.ts), and the additional fields of a live capture. */
import type { Dataset } from './datasets.js';
import { array, count, describe, object, type Schema, string } from './json-schema.js';
import { type Metric, metricsOf, SECTION_HELP } from './metrics.js';

const OUTPUTS: Schema = describe(
  'Lines of each output.',
  array(
    object(
      {
        output: string,
        written: count,
        dropped: count,
        waiting: count,
        errors: count,
        reopened: describe('Number of times that a file was reopened.', count),
      },
      ['output', 'written', 'dropped', 'waiting', 'errors', 'reopened'],
    ),
  ),
);

const RECENT_PEAK: Schema = describe(
  'Maximum number of segments in use since the previous interval line.',
  count,
);

const LAG: Schema = describe(
  'Nanoseconds from the oldest packet of a batch of lines to the write of the batch, since the previous interval line.',
  object({ batches: count, mean: count, p99: count, max: count }, ['batches', 'mean', 'p99', 'max']),
);

/** The fields below a section, such as `packets` or `packets.ignored_by`. */
interface Section {
  readonly properties: Record<string, Schema>;
  readonly sections: Map<string, Section>;
  readonly required: string[];
}

const newSection = (): Section => ({ properties: {}, sections: new Map(), required: [] });

function sectionAt(root: Section, names: readonly string[]): Section {
  let section = root;
  for (const name of names) {
    const inner = section.sections.get(name) ?? newSection();
    section.sections.set(name, inner);
    section = inner;
  }
  return section;
}

function sectionsOf(metrics: readonly Metric[]): Section {
  const root = newSection();
  for (const metric of metrics) {
    const names = metric.path.slice(0, -1);
    const name = metric.path[metric.path.length - 1];
    const section = sectionAt(root, names);
    section.properties[name] = metric.help === undefined ? count : describe(metric.help, count);
    if (metric.omitZero !== true && names.length > 0) section.required.push(name);
  }
  return root;
}

/** @param isPartial any field may be absent */
function schemasOf(section: Section, isPartial: boolean): Record<string, Schema> {
  const schemas: Record<string, Schema> = { ...section.properties };
  for (const [name, inner] of section.sections) {
    const schema = object(schemasOf(inner, isPartial), isPartial ? [] : inner.required);
    schemas[name] = SECTION_HELP[name] === undefined ? schema : describe(SECTION_HELP[name], schema);
  }
  return schemas;
}

export function statsSchema(datasets: readonly Dataset[]): Schema {
  const metrics = metricsOf(datasets);
  const all = sectionsOf(metrics);
  sectionAt(all, ['ring']).properties.recent_peak = RECENT_PEAK;
  const counters = sectionsOf(metrics.filter(({ kind }) => kind !== 'gauge'));
  return object({
    ...schemasOf(all, false),
    outputs: OUTPUTS,
    lag: LAG,
    change: describe(
      'Growth of the counters since the previous interval line; a counter without growth is absent.',
      object(
        {
          interval: describe('Nanoseconds since the previous interval line.', count),
          ...schemasOf(counters, true),
        },
        ['interval'],
      ),
    ),
  });
}
