/** What the table of metrics promises of each row, and that the columns, stats and schema follow from it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnOf, counterRow, createCounters, METRICS } from '../../src/observe/counters.js';
import { liveStatsOf, statsOf } from '../../src/observe/stats.js';
import { DATASETS } from '../../src/protocols/registry.js';
import { Counter } from '../../src/records/counters.js';
import { statsSchema } from '../../src/records/schema-stats.js';
import { createRing } from '../../src/ring/ring.js';

interface ObjectSchema {
  readonly properties: Readonly<Record<string, ObjectSchema | undefined>>;
}

/** Every number of a stats line by its path; names of datasets have dots. */
function pathsOf(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value === 'number') return [path.join('/')];
  if (value === undefined || Array.isArray(value)) return [];
  return Object.entries(value as object).flatMap(([name, inner]) => pathsOf(inner, [...path, name]));
}

test('Prometheus names end in the unit, and those of counters in _total', () => {
  for (const { key, kind, unit, prometheus, help } of METRICS) {
    if (prometheus === undefined) continue;
    const name = typeof prometheus === 'string' ? prometheus : prometheus.name;
    const suffix = { bytes: '_bytes', nanoseconds: '_seconds', none: '' }[unit ?? 'none'];
    const end = kind === 'gauge' ? suffix : `${suffix}_total`;
    assert.ok(name.endsWith(end), `${key}: ${name} does not end in ${end}`);
    assert.match((typeof prometheus === 'string' ? help : prometheus.help) ?? '', /^[A-Z].*\.$/, key);
  }
});

test('a stats line has every metric of the table, in its order, with the sum of the threads', () => {
  const counters = createCounters(3);
  const counted = METRICS.filter(({ from }) => from !== 'run');
  for (const [i, metric] of counted.entries()) {
    counterRow(counters, 0)[columnOf(metric)] = 1;
    counterRow(counters, 2)[columnOf(metric)] = i;
  }
  counterRow(counters, 1)[Counter.captured] = 10_000;
  const clock = { steps: 0, pauses: 0 };
  const lines = { written: 0, dropped: 0, ofDecoders: 0 };
  const main = { lines, outputs: undefined, decoderRestarts: 0, outOfTime: false, clock };
  const stats = {
    ...statsOf(counters, main, false),
    ...liveStatsOf(counters, createRing(1 << 20, 8, 1), clock),
  };
  assert.deepEqual(
    pathsOf(stats),
    METRICS.map(({ path }) => path.join('/')),
  );
  for (const [i, { path }] of counted.entries()) {
    const value = path.reduce((at: unknown, name) => (at as Record<string, unknown>)[name], stats);
    assert.equal(value, 1 + i, path.join('.'));
  }
});

test('the schema has every metric of the table, and every counter under change', () => {
  const isIn = (schema: ObjectSchema | undefined, path: readonly string[]) =>
    path.reduce((at, name) => at?.properties[name], schema) !== undefined;
  const stats = statsSchema(DATASETS) as unknown as ObjectSchema;
  for (const { path, kind } of METRICS) {
    assert.ok(isIn(stats, path), path.join('.'));
    assert.equal(isIn(stats.properties.change, path), kind !== 'gauge', path.join('.'));
  }
});

test('a section without numbers is an empty object', () => {
  const lines = { written: 0, dropped: 0, ofDecoders: 0 };
  const clock = { steps: 0, pauses: 0 };
  const main = { lines, outputs: undefined, decoderRestarts: 0, outOfTime: false, clock };
  assert.deepEqual(statsOf(createCounters(1), main, true).messages, {});
});
