/** Faults of a daemon's outputs: a closed reader, a stalled terminal, a full disk, a locked file, and SIGKILL. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createNetns, isInstalled, type Netns, run, start, whyNoNetns } from '../helpers/netns.js';
import { type Capture, ended, type Line, MAIN, startCapture, until } from '../helpers/wiretail.js';
import { temporaryDirectory } from '../output/outputs-harness.js';
import { PEER, startEchoServer } from './echoes.js';

const PORT = '4730';
const MIB = 1 << 20;
const DISK = 64 * MIB;

const OPTIONS = { skip: whyNoNetns('mount'), timeout: 120000 };
let netns: Netns;
let alone: Capture;
let first: Capture;
// Runs before the directory around it is removed.
after(() => {
  if (OPTIONS.skip === false) run('umount', ['-l', disk]);
});
const disk = join(temporaryDirectory(), 'disk');
const log = join(disk, 'wiretail.ndjson');

// Small buffers before the output: after the flood has ended, what they hold fills no disk.
const options = (statsInterval = '100ms') => [
  ...['-i', 'lo', '-f', `tcp port ${PORT}`, '--workers', '1', '--stats-interval', statsInterval],
  ...['--buffer-size', '4MiB', '--ring-size', '8MiB', '--output', `file:${log}`],
];

before(async () => {
  if (OPTIONS.skip !== false) return;
  netns = createNetns();
  mkdirSync(disk);
  run('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk]);
  await startEchoServer(netns, PORT);
  [alone, first] = await Promise.all([
    startCapture(netns, ['-i', 'lo', '--stats-interval', '100ms'], 'nothing'),
    startCapture(netns, [...options(), '--output', 'stdout', '--output-buffer', '1MiB'], 'nothing'),
  ]);
});

const flood = async (body: () => Promise<unknown>) => {
  const args = [PEER, 'flood', '127.0.0.1', PORT, '30', '2048'];
  const child = netns.spawn(process.execPath, args, { stdio: 'ignore' });
  const floodEnded = ended(child);
  try {
    await body();
  } finally {
    child.kill('SIGKILL');
    await floodEnded;
  }
};
const logs = (capture: Capture, text: string) =>
  until(
    () => capture.stderr().includes(text),
    () => `not logged: ${text}; ${capture.stderr()}`,
  );

test('the run ends with an error when its only output is closed', OPTIONS, async () => {
  alone.child.stdout?.destroy();
  assert.deepEqual(await alone.exit, { code: 1, signal: null });
  assert.match(alone.stderr(), /standard output failed: write EPIPE; no output is left, so the run ends/);
});

const noTerminal = isInstalled('script') ? false : 'script is not installed';
test('a write that hangs delays neither the other outputs nor the end', {
  ...OPTIONS,
  skip: OPTIONS.skip || noTerminal,
}, async () => {
  // A terminal whose other end is stopped.
  const terminal = start('script', ['-qc', 'stty raw; tty; sleep 60', '/dev/null']);
  let name = '';
  terminal.stdout?.on('data', (chunk) => {
    name += chunk;
  });
  await until(
    () => name.includes('\n'),
    () => `no terminal: ${name}`,
  );
  terminal.kill('SIGSTOP');
  const other = join(disk, 'other.ndjson');
  const args = ['-i', 'lo', '--stats-interval', '10ms', '--output', `file:${name.trim()}`];
  const capture = await startCapture(netns, [...args, '--output', `file:${other}`]);
  const sizes = [0, 0];
  for (let i = 0; i < 2; i++) {
    await until(
      () => statSync(other).size > sizes[0] + 200_000,
      () => `the other output stopped at ${sizes}`,
    );
    sizes.unshift(statSync(other).size);
  }
  const { code, ms } = await capture.stop();
  terminal.kill('SIGKILL');
  assert.equal(code, 0, capture.stderr());
  assert.ok(ms < 5000, `it took ${ms} ms`);
  assert.match(capture.stderr(), /file:\/dev\/pts\/\d+ is stalled: \d+ lines lost/);
  assert.match(readFileSync(other, 'utf8').trimEnd().split('\n').at(-1) ?? '', /"action":"final"/);
  rmSync(other);
});

test('a closed output, a locked file, a full disk and SIGKILL, one after the other', OPTIONS, async (t) => {
  first.child.stdout?.destroy();
  await logs(first, '"standard output failed: write EPIPE"');

  const second = netns.spawn(process.execPath, [MAIN, 'capture', ...options()], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let diagnostics = '';
  second.stderr?.on('data', (chunk) => {
    diagnostics += chunk;
  });
  assert.equal((await ended(second)).code, 2);
  assert.equal(
    diagnostics,
    `wiretail: --output file:${log}: expected a writable file: locked by another wiretail process\n`,
  );

  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(DISK - MIB - statSync(log).size));
  await flood(async () => {
    await logs(first, `cannot write to file:${log}: ENOSPC`);
    // Long enough for the output's buffer to fill.
    await sleep(500);
  });
  rmSync(ballast);
  await logs(first, `"file:${log} recovered; `);

  // SIGKILL ends two daemons in the middle of their lines; the third continues.
  let partialLines = 0;
  let capture = first;
  for (let round = 0; round < 2; round++) {
    const size = statSync(log).size;
    await flood(async () => {
      await until(
        () => statSync(log).size > size + 300000,
        () => `no lines; ${capture.stderr()}`,
      );
      capture.child.kill('SIGKILL');
      await capture.exit;
    });
    const text = readFileSync(log);
    // If the kill interrupted no write, appends a partial line.
    if (text.at(-1) === 10) truncateSync(log, text.length - 20);
    else partialLines++;
    capture = await startCapture(netns, options(round === 0 ? '100ms' : '1ms'), 'nothing');
    await logs(capture, 'ended in a partial line');
  }
  assert.equal((await capture.stop()).code, 0, capture.stderr());

  const lines = readFileSync(log, 'utf8').split('\n');
  assert.equal(lines.pop(), '');
  const torn: number[] = [];
  const whole = lines.flatMap((line, i): Line[] => {
    try {
      return [JSON.parse(line)];
    } catch {
      torn.push(i);
      return [];
    }
  });
  assert.equal(whole.at(-1)?.event.action, 'final', 'the final line is the last');
  assert.equal(torn.length, 2, 'each kill leaves a partial line on a line of its own');
  for (const i of torn) {
    assert.ok(lines[i].startsWith('{"log":'));
    assert.equal((JSON.parse(lines[i + 1]) as Line).event.dataset, 'wiretail.start');
  }
  const events = whole.flatMap((line) => {
    if (line.event.dataset !== 'wiretail.anomaly') return [];
    const { output } = (line.wiretail as { anomaly: { output?: string } }).anomaly;
    // The flood may outrun the output, too.
    if (output === undefined || line.event.action === 'output_dropping') return [];
    return [`${line.event.action} ${output}`];
  });
  assert.deepEqual(events, [
    'output_failed stdout',
    `output_failed file:${log}`,
    `output_recovered file:${log}`,
    `output_completed file:${log}`,
    `output_completed file:${log}`,
  ]);
  interface Output {
    readonly output: string;
    readonly dropped: number;
    readonly errors: number;
  }
  const counts = whole.flatMap(({ wiretail }) => {
    const { stats } = (wiretail ?? {}) as { stats?: { outputs: Output[] } };
    return stats === undefined ? [] : [stats.outputs];
  });
  const file = (outputs: readonly Output[]) => outputs.find(({ output }) => output.startsWith('file:'));
  const failed = counts.filter((outputs) => outputs.length === 2).at(-1) ?? [];
  assert.ok((file(failed)?.errors ?? 0) > 0 && (file(failed)?.dropped ?? 0) > 0, JSON.stringify(failed));
  assert.ok(failed.some(({ output, errors, dropped }) => output === 'stdout' && errors === 1 && dropped > 0));
  t.diagnostic(`${whole.length} lines; of 2 kills ${partialLines} met a write`);
});
