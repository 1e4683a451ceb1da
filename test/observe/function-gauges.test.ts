import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createFunctionGauges,
  FUNCTIONS,
  newFunctionGauges,
  newFunctionReader,
} from '../../src/observe/function-gauges.js';

const read = (memory: SharedArrayBuffer) => Object.fromEntries(newFunctionReader(memory)());

describe('jobs by function', () => {
  it('of all decoders together', () => {
    const memory = createFunctionGauges(2);
    const [one, other] = [0, 1].map((table) => newFunctionGauges(memory, table));
    one('resize', 2, 0);
    one('résumé', 0, 1);
    one('resize', -1, 1);
    other('resize', 5, 0);
    other(undefined, 0, 1);
    assert.deepEqual(read(memory), {
      resize: { waiting: 6, running: 1 },
      résumé: { waiting: 0, running: 1 },
      _unknown: { waiting: 0, running: 1 },
    });
  });

  it('a function without a job any more is still told, with none', () => {
    const memory = createFunctionGauges(1);
    const move = newFunctionGauges(memory, 0);
    move('f', 1, 0);
    move('f', -1, 0);
    assert.deepEqual(read(memory), { f: { waiting: 0, running: 0 } });
  });

  it('too many functions share a name, and so does one with a name that is too long', () => {
    const memory = createFunctionGauges(2);
    for (const table of [0, 1]) {
      const move = newFunctionGauges(memory, table);
      for (let n = 0; n < 3 * FUNCTIONS; n++) move(`f ${table} ${n}`, 1, 0);
      move('x'.repeat(129), 0, 1);
      move('', 0, 1);
    }
    const now = read(memory);
    assert.equal(Object.keys(now).length, FUNCTIONS + 1);
    assert.deepEqual(now['f 0 199'], { waiting: 1, running: 0 });
    assert.deepEqual(now._other, { waiting: 5 * FUNCTIONS, running: 4 });
  });

  it('a decoder that takes the place of one that died begins with none', () => {
    const memory = createFunctionGauges(1);
    newFunctionGauges(memory, 0)('f', 3, 4);
    newFunctionGauges(memory, 0)('g', 1, 0);
    assert.deepEqual(read(memory), { f: { waiting: 0, running: 0 }, g: { waiting: 1, running: 0 } });
  });
});
