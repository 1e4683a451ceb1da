/** Other outputs while lines come: what SIGHUP does. */
import assert from 'node:assert/strict';
import fs, { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../src/config/user-error.js';
import { linesIn, newHarness, numbersIn, temporaryDirectory } from './outputs-harness.js';

const directory = temporaryDirectory();
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

test('none but those that can not be written any more: nothing changes', async () => {
  const full = { kind: 'file', path: '/dev/full', rotation: undefined } as const;
  const outputs = await newHarness([full, file('healthy')], { live: false });
  outputs.give(10);
  await outputs.flushed();
  assert.deepEqual(outputs.dead, ['file:/dev/full']);
  await assert.rejects(outputs.change([full]), UserError);
  outputs.give(10);
  await outputs.flushed();
  await outputs.end();
  assert.equal(numbersIn(join(directory, 'healthy')).length, 20);
});

test('one that is opened while the run ends gets nothing', async () => {
  const outputs = await newHarness([file('first')]);
  const changed = outputs.change([file('first'), file('too-late')]);
  await outputs.end();
  assert.deepEqual(await changed, []);
  assert.deepEqual(linesIn(join(directory, 'too-late')), []);
});

test('of a file that is read: one that is down is not waited for, the others are, and its lines count as taken', async () => {
  const down = {
    kind: 'syslog',
    name: 'syslog:tcp://127.0.0.1:1',
    to: { protocol: 'tcp', host: '127.0.0.1', port: 1 },
    facility: 3,
  } as const;
  for (const [others, waited] of [
    [[down], 0],
    [[down, file('waits')], 1],
    [[file('waits-too'), down], 1],
  ] as const) {
    const outputs = await newHarness(others, { live: false });
    assert.equal(outputs.give(10), true);
    assert.equal(outputs.unsettled(), waited);
    await outputs.end();
  }
});

test('one whose end hangs is left, and keeps nobody from the next change', async (t) => {
  const outputs = await newHarness([file('hangs'), file('goes-on')]);
  outputs.give(10);
  await outputs.flushed();
  // As where the disk hangs: SonicBoom asks for it before it closes.
  const hanging: (() => void)[] = [];
  t.mock.method(fs, 'fsync', (_fd: number, done: () => void) => hanging.push(done));
  assert.deepEqual(await outputs.change([file('goes-on')]), []);
  t.mock.restoreAll();
  let isOver = false;
  const end = outputs.end().then(() => {
    isOver = true;
  });
  await sleep(100);
  assert.equal(isOver, false, 'the end of the run waits for it');
  for (const done of hanging) done();
  await end;
});
