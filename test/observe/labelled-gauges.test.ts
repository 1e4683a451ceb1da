import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createLabelledGauges,
  LABEL_VALUES,
  newGaugeReader,
  newGaugeWriter,
} from '../../src/observe/labelled-gauges.js';
import type { LabelledGauges } from '../../src/protocols/module.js';

const JOBS: LabelledGauges = {
  label: 'function',
  metrics: [
    { name: 'waiting', help: '' },
    { name: 'running', help: '' },
  ],
};
const WAITING = 0;
const RUNNING = 1;

const read = (memory: SharedArrayBuffer) => Object.fromEntries(newGaugeReader(JOBS, memory)());

test('the values of all decoders are added', () => {
  const memory = createLabelledGauges(JOBS, 2);
  const [first, second] = [0, 1].map((table) => newGaugeWriter(JOBS, memory, table));
  first(WAITING, 'resize', 2);
  first(RUNNING, 'résumé', 1);
  first(WAITING, 'resize', -1);
  first(RUNNING, 'resize', 1);
  second(WAITING, 'resize', 5);
  second(RUNNING, undefined, 1);
  assert.deepEqual(read(memory), { resize: [6, 1], résumé: [0, 1], _unknown: [0, 1] });
});

test('a label value keeps its entry when its gauges are 0 again', () => {
  const memory = createLabelledGauges(JOBS, 1);
  const adjust = newGaugeWriter(JOBS, memory, 0);
  adjust(WAITING, 'f', 1);
  adjust(WAITING, 'f', -1);
  assert.deepEqual(read(memory), { f: [0, 0] });
});

test('too many label values share an entry, and so do empty and too long ones', () => {
  const memory = createLabelledGauges(JOBS, 2);
  for (const table of [0, 1]) {
    const adjust = newGaugeWriter(JOBS, memory, table);
    for (let n = 0; n < 3 * LABEL_VALUES; n++) adjust(WAITING, `f ${table} ${n}`, 1);
    adjust(RUNNING, 'x'.repeat(129), 1);
    adjust(RUNNING, '', 1);
  }
  const values = read(memory);
  assert.equal(Object.keys(values).length, LABEL_VALUES + 1);
  assert.deepEqual(values['f 0 199'], [1, 0]);
  assert.deepEqual(values._other, [5 * LABEL_VALUES, 4]);
});

test('a decoder that replaces a dead one starts with gauges of 0', () => {
  const memory = createLabelledGauges(JOBS, 1);
  const before = newGaugeWriter(JOBS, memory, 0);
  before(WAITING, 'f', 3);
  before(RUNNING, 'f', 4);
  newGaugeWriter(JOBS, memory, 0)(WAITING, 'g', 1);
  assert.deepEqual(read(memory), { f: [0, 0], g: [1, 0] });
});
