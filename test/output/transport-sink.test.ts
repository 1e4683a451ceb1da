/** pino transports in their own threads: working, dying, hanging, and invalid targets. */
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

test('a transport gets every line in order before it closes', async () => {
  const destination = join(directory, 'all');
  const outputs = await newHarness([{ kind: 'transport', target: 'pino/file', options: { destination } }], {
    buffer: 64 << 20,
  });
  for (let i = 0; i < 100; i++) outputs.give(200);
  await outputs.flush();
  assert.equal(outputs.counts().written, outputs.given());
  await outputs.close();
  assert.deepEqual(numbersIn(destination), numbersTo(20000));
});

test('a transport that dies is restarted, and its batch is lost and counted', async () => {
  const destination = join(directory, 'dies');
  const outputs = await newHarness([{ kind: 'transport', target, options: { destination, die: 25 } }]);
  for (let i = 0; i < 5; i++) outputs.give(10);
  await outputs.flush();
  await until(
    () => outputs.events.length === 2,
    () => `no recovery: ${JSON.stringify(outputs.events)}`,
  );
  outputs.give(10);
  await outputs.flush();
  await outputs.close();
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

test('a transport that hangs costs its buffer, and the other output gets everything', async () => {
  const destination = join(directory, 'other');
  const outputs = await newHarness([
    { kind: 'transport', target, options: { destination: join(directory, 'hangs'), hang: 0 } },
    { kind: 'file', path: destination, rotation: undefined },
  ]);
  for (let i = 0; i < 60; i++) {
    outputs.give(100);
    await until(
      () => outputs.counts(1).waiting === 0,
      () => 'lines wait for the file',
    );
  }
  assert.equal(outputs.unacknowledged(), 0);
  const { written, dropped, waiting } = outputs.counts();
  assert.equal(written, 0);
  assert.equal(dropped + waiting, 6000);
  assert.ok(dropped > 3000, `${dropped}`);
  assert.deepEqual(outputs.actions(), ['output_dropping']);
  assert.deepEqual(numbersIn(destination), numbersTo(6000));
  // A transport that hangs never closes: its thread is terminated.
  await outputs.close();
});

test('closing waits for a slow transport, up to a limit, without blocking the thread', async () => {
  for (const [slow, isAwaited] of [
    [500, true],
    [60000, false],
  ] as const) {
    const destination = join(directory, `slow-${slow}`);
    const outputs = await newHarness([{ kind: 'transport', target, options: { destination, slow } }]);
    outputs.give(10);
    await outputs.flush();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 10);
    await outputs.close();
    clearInterval(timer);
    assert.ok(ticks > 10, `only ${ticks} ticks`);
    assert.equal(linesIn(destination).length, isAwaited ? 11 : 10);
  }
});

test('a transport gets the configuration that a pino logger sends', async () => {
  const destination = join(directory, 'configured');
  const outputs = await newHarness([{ kind: 'transport', target, options: { destination, config: true } }]);
  outputs.give(10);
  await outputs.flush();
  await outputs.close();
  const [config, ...lines] = linesIn(destination) as unknown[];
  const { levels, messageKey } = config as { levels: { labels: unknown }; messageKey: string };
  assert.deepEqual([levels.labels, messageKey, lines.length], [pino.levels.labels, 'message', 10]);
});

test('a target that is no transport or does not start is a usage error', async () => {
  const given = [
    { target: 'no-such-transport', options: {} },
    { target: join(directory, 'no-such.js'), options: {} },
    { target: fileURLToPath(new URL('./outputs-harness.js', import.meta.url)), options: {} },
    { target: 'pino/file', options: { destination: join(directory, 'no-such-folder/x') } },
  ];
  for (const options of given) {
    await assert.rejects(newHarness([{ kind: 'transport', ...options }]), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^--transport .*: can't be started: /);
      return true;
    });
  }
});

test('reading a file ends once the reader of its transport is gone', async () => {
  const args = [MAIN, 'read', '--transport', 'pino-pretty', capturePath('g-fops-all')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const { stdout, stderr } = child;
  let diagnostics = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    diagnostics += text;
  });
  stdout.once('data', () => stdout.destroy());
  const kill = setTimeout(() => child.kill('SIGKILL'), 20000);
  const exit = await ended(child);
  clearTimeout(kill);
  assert.deepEqual([exit, diagnostics], [{ code: 1, signal: null }, '']);
});
