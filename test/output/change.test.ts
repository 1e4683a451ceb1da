/** Other outputs while lines come: what SIGHUP does. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/config/user-error.js';
import { linesIn, newHarness, numbersIn, temporary } from './outputs-harness.js';

const directory = temporary();
const file = (name: string, size?: number) => ({
  kind: 'file' as const,
  path: join(directory, name),
  rotation: size === undefined ? undefined : { size, age: undefined, keep: 3 },
});

test('who is left out writes what it has, who is new begins with a start line, who stays is not touched', async () => {
  const outputs = await newHarness([file('stays'), file('leaves')]);
  outputs.give(100);
  const changed = outputs.change([file('stays'), file('comes')]);
  outputs.give(100);
  assert.deepEqual(await changed, []);
  outputs.give(100);
  await outputs.flushed();
  await outputs.end();
  const all = Array.from({ length: 300 }, (_, n) => n);
  assert.deepEqual(numbersIn(join(directory, 'stays')), all);
  // Given before the new one was open, the second hundred is still the old one's.
  const [left, came] = [numbersIn(join(directory, 'leaves')), numbersIn(join(directory, 'comes'))];
  assert.deepEqual([...left, ...came], all);
  assert.ok(came.length >= 100, `${came.length}`);
  assert.equal(linesIn(join(directory, 'comes'))[0].start, 1);
});

test('one that can not be opened changes nothing', async () => {
  const outputs = await newHarness([file('before')]);
  await assert.rejects(outputs.change([file('beside'), file('no-such-folder/x')]), UserError);
  outputs.give(10);
  await outputs.flushed();
  await outputs.end();
  assert.equal(numbersIn(join(directory, 'before')).length, 10);
  assert.deepEqual(numbersIn(join(directory, 'beside')), []);
});

test('a file is rotated otherwise from then on', async () => {
  const outputs = await newHarness([file('rotated')]);
  outputs.give(20);
  await outputs.flushed();
  await outputs.change([file('rotated', 5000)]);
  for (let i = 0; i < 3; i++) {
    outputs.give(20);
    await outputs.flushed();
  }
  await outputs.end();
  const names = readdirSync(directory).filter((name) => name.startsWith('rotated'));
  assert.deepEqual(names.sort(), ['rotated', 'rotated.1', 'rotated.2', 'rotated.3']);
});
