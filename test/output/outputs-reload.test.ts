/** Reconfigured outputs while lines arrive, as on SIGHUP. */
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

test('a removed output is flushed, a new one begins with a start line, others go on undisturbed', async () => {
  const outputs = await newHarness([file('kept'), file('removed')]);
  outputs.give(100);
  const reconfigured = outputs.reconfigure([file('kept'), file('added')]);
  outputs.give(100);
  assert.deepEqual(await reconfigured, []);
  outputs.give(100);
  await outputs.flush();
  await outputs.close();
  const all = Array.from({ length: 300 }, (_, n) => n);
  assert.deepEqual(numbersIn(join(directory, 'kept')), all);
  // The second hundred, given before the new output was open, belongs to the removed one.
  const [removed, added] = [numbersIn(join(directory, 'removed')), numbersIn(join(directory, 'added'))];
  assert.deepEqual([...removed, ...added], all);
  assert.ok(added.length >= 100, `${added.length}`);
  assert.equal(linesIn(join(directory, 'added'))[0].start, 1);
});

test('an output that cannot be opened changes nothing', async () => {
  const outputs = await newHarness([file('before')]);
  await assert.rejects(outputs.reconfigure([file('beside'), file('no-such-folder/x')]), UserError);
  outputs.give(10);
  await outputs.flush();
  await outputs.close();
  assert.equal(numbersIn(join(directory, 'before')).length, 10);
  assert.deepEqual(numbersIn(join(directory, 'beside')), []);
});

test('the rotation of an open file can change', async () => {
  const outputs = await newHarness([file('rotated')]);
  outputs.give(20);
  await outputs.flush();
  await outputs.reconfigure([file('rotated', 5000)]);
  for (let i = 0; i < 3; i++) {
    outputs.give(20);
    await outputs.flush();
  }
  await outputs.close();
  const names = readdirSync(directory).filter((name) => name.startsWith('rotated'));
  assert.deepEqual(names.sort(), ['rotated', 'rotated.1', 'rotated.2', 'rotated.3']);
});

test('a configuration with failed outputs only is refused', async () => {
  const full = { kind: 'file', path: '/dev/full', rotation: undefined } as const;
  const outputs = await newHarness([full, file('healthy')], { live: false });
  outputs.give(10);
  await outputs.flush();
  assert.deepEqual(outputs.dead, ['file:/dev/full']);
  await assert.rejects(outputs.reconfigure([full]), UserError);
  outputs.give(10);
  await outputs.flush();
  await outputs.close();
  assert.equal(numbersIn(join(directory, 'healthy')).length, 20);
});

test('an output that opens while the run ends gets nothing', async () => {
  const outputs = await newHarness([file('first')]);
  const reconfigured = outputs.reconfigure([file('first'), file('too-late')]);
  await outputs.close();
  assert.deepEqual(await reconfigured, []);
  assert.deepEqual(linesIn(join(directory, 'too-late')), []);
});

test('with backpressure, an output that is down takes lines and delays nobody', async () => {
  const down = {
    kind: 'syslog',
    name: 'syslog:tcp://127.0.0.1:1',
    to: { protocol: 'tcp', host: '127.0.0.1', port: 1 },
    facility: 3,
  } as const;
  for (const [specs, expected] of [
    [[down], 0],
    [[down, file('waits')], 1],
    [[file('waits-too'), down], 1],
  ] as const) {
    const outputs = await newHarness(specs, { live: false });
    assert.equal(outputs.give(10), true);
    assert.equal(outputs.unacknowledged(), expected);
    await outputs.close();
  }
});

test('a removed output that hangs on close delays the end of the run only', async (t) => {
  const outputs = await newHarness([file('hangs'), file('goes-on')]);
  outputs.give(10);
  await outputs.flush();
  // As on a disk that hangs: SonicBoom calls fsync before it closes.
  const hanging: (() => void)[] = [];
  t.mock.method(fs, 'fsync', (_fd: number, done: () => void) => hanging.push(done));
  assert.deepEqual(await outputs.reconfigure([file('goes-on')]), []);
  t.mock.restoreAll();
  let isClosed = false;
  const closed = outputs.close().then(() => {
    isClosed = true;
  });
  await sleep(100);
  assert.equal(isClosed, false, 'the end of the run waits for it');
  for (const done of hanging) done();
  await closed;
});
