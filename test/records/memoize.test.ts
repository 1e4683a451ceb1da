/** The bounded cache by name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoize } from '../../src/records/memoize.js';

test('values are cached by name, except for long names', () => {
  let made = 0;
  const get = memoize((name) => {
    made++;
    return name.length;
  });
  for (let i = 0; i < 3; i++) assert.equal(get('short'), 5);
  assert.equal(made, 1);
  for (let i = 0; i < 3; i++) assert.equal(get('x'.repeat(2000)), 2000);
  assert.equal(made, 4);
});
