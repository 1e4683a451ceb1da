/** Outputs that are pino transports, in threads of their own: one that works, dies, hangs, or is none. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { UserError } from '../../src/config/user-error.js';
import { capturePath } from '../helpers/captures.js';
import { ended, MAIN, until } from '../helpers/wiretail.js';
import { linesIn, newHarness, numbersIn, numbersTo, temporaryDirectory } from './outputs-harness.js';

const directory = temporaryDirectory();
const target = fileURLToPath(new URL('./echo-transport.js', import.meta.url));

test('a transport gets every line, in order, and all of them before the end', async () => {
  const destination = join(directory, 'all');
  const outputs = await newHarness([{ kind: 'transport', target: 'pino/file', options: { destination } }], {
    buffer: 64 << 20,
  });
  for (let i = 0; i < 100; i++) outputs.give(200);
  await outputs.flushed();
  assert.equal(outputs.counts().written, outputs.given());
  await outputs.end();
  assert.deepEqual(numbersIn(destination), numbersTo(20000));
});

test('a transport that dies is started again; the batch that it had is lost and counted', async () => {
  const destination = join(directory, 'dies');
  const outputs = await newHarness([{ kind: 'transport', target, options: { destination, die: 25 } }]);
  for (let i = 0; i < 5; i++) outputs.give(10);
  await outputs.flushed();
  await until(
    () => outputs.events.length === 2,
    () => `it does not recover: ${JSON.stringify(outputs.events)}`,
  );
  outputs.give(10);
  await outputs.flushed();
  await outputs.end();
  const lost = numbersTo(60).filter((n) => n < 20 || n >= 30);
  assert.deepEqual(numbersIn(destination), lost);
  const { written, dropped, errors } = outputs.counts();
  assert.deepEqual({ written, dropped, errors }, { written: 50, dropped: 10, errors: 1 });
  assert.deepEqual(
    outputs.events.map(({ action, dropped }) => [action, dropped]),
    [
      ['output_failed', undefined],
      ['output_recovered', 10],
    ],
  );
});

test('one that hangs costs its buffer and no more; the other output has all', async () => {
  const destination = join(directory, 'other');
  const outputs = await newHarness([
    { kind: 'transport', target, options: { destination: join(directory, 'hangs'), hang: 0 } },
    { kind: 'file', path: destination, rotation: undefined },
  ]);
  for (let i = 0; i < 60; i++) {
    outputs.give(100);
    await until(
      () => outputs.counts(1).waiting === 0,
      () => 'the file waits',
    );
  }
  assert.equal(outputs.unsettled(), 0);
  const { written, dropped, waiting } = outputs.counts();
  assert.equal(written, 0);
  assert.equal(dropped + waiting, 6000);
  assert.ok(dropped > 3000, `${dropped}`);
  assert.deepEqual(
    outputs.events.map(({ action }) => action),
    ['output_dropping'],
  );
  assert.deepEqual(numbersIn(destination), numbersTo(6000));
  // It would never end: its thread goes with it.
  await outputs.end();
});

test('one whose end takes its time is waited for, but not long, and stops nothing else', async () => {
  for (const [slow, isWaitedFor] of [
    [500, true],
    [60000, false],
  ] as const) {
    const destination = join(directory, `slow-${slow}`);
    const outputs = await newHarness([{ kind: 'transport', target, options: { destination, slow } }]);
    outputs.give(10);
    await outputs.flushed();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 10);
    await outputs.end();
    clearInterval(timer);
    assert.ok(ticks > 10, `only ${ticks} ticks`);
    assert.equal(linesIn(destination).length, isWaitedFor ? 11 : 10);
  }
});

test('one that waits to be told of the lines is told, as by a logger of pino', async () => {
  const destination = join(directory, 'told');
  const outputs = await newHarness([{ kind: 'transport', target, options: { destination, config: true } }]);
  outputs.give(10);
  await outputs.flushed();
  await outputs.end();
  const [config, ...lines] = linesIn(destination) as unknown[];
  const { levels, messageKey } = config as { levels: { labels: unknown }; messageKey: string };
  assert.deepEqual([levels.labels, messageKey, lines.length], [pino.levels.labels, 'message', 10]);
});

test('what is no transport, or does not start, is a mistake', async () => {
  const given = [
    { target: 'no-such-transport', options: {} },
    { target: join(directory, 'no-such.js'), options: {} },
    { target: fileURLToPath(new URL('./outputs-harness.js', import.meta.url)), options: {} },
    { target: 'pino/file', options: { destination: join(directory, 'no-such-folder/x') } },
  ];
  for (const one of given) {
    await assert.rejects(newHarness([{ kind: 'transport', ...one }]), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^--transport .*: expected a transport that starts: /);
      return true;
    });
  }
});

test('a file is read no further once nobody reads what its transport prints', async () => {
  const args = [MAIN, 'read', '--transport', 'pino-pretty', capturePath('g-fops-all')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const { stdout, stderr } = child;
  let said = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  stdout.once('data', () => stdout.destroy());
  const kill = setTimeout(() => child.kill('SIGKILL'), 20000);
  const exit = await ended(child);
  clearTimeout(kill);
  assert.deepEqual([exit, said], [{ code: 1, signal: null }, '']);
});
