/** What happens to a daemon's outputs: who reads goes away, the disk is full, a second one wants the file, kill -9. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createNetns, isInstalled, type Netns, run, start, whyNoNetns } from '../helpers/netns.js';
import { type Capture, ended, type Line, MAIN, startCapture, until } from '../helpers/wiretail.js';
import { temporaryDirectory } from '../output/outputs-harness.js';
import { PEER, startEchoServer } from './echoes.js';

const PORT = '4730';
const MIB = 1 << 20;
const DISK = 64 * MIB;

suite("the life of a capture's outputs", { skip: whyNoNetns('mount'), timeout: 120000 }, () => {
  let netns: Netns;
  let alone: Capture;
  let first: Capture;
  // Before the folder that it is in is removed.
  after(() => run('umount', ['-l', disk]));
  const disk = join(temporaryDirectory(), 'disk');
  const log = join(disk, 'wiretail.ndjson');

  // Little may wait before the output, so that a flood that has ended fills no disk.
  const options = (statsInterval = '100ms') => [
    ...['-i', 'lo', '-f', `tcp port ${PORT}`, '--workers', '1', '--stats-interval', statsInterval],
    ...['--buffer-size', '4MiB', '--ring-size', '8MiB', '--output', `file:${log}`],
  ];

  before(async () => {
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
    const over = ended(child);
    try {
      await body();
    } finally {
      child.kill('SIGKILL');
      await over;
    }
  };
  const says = (capture: Capture, what: string) =>
    until(
      () => capture.stderr().includes(what),
      () => `it does not say: ${what}; ${capture.stderr()}`,
    );

  test('the only output is closed: it ends, and says why', async () => {
    alone.child.stdout?.destroy();
    assert.deepEqual(await alone.exit, { code: 1, signal: null });
    assert.match(alone.stderr(), /standard output failed: write EPIPE; no output is left, so the run ends/);
  });

  const hanging = isInstalled('script') ? false : 'script is not installed';
  test('a write that hangs: the others go on, and it ends in time', { skip: hanging }, async () => {
    // A terminal, of which the other side is stopped.
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
        () => `the other output stops at ${sizes}`,
      );
      sizes.unshift(statSync(other).size);
    }
    const { code, ms } = await capture.stop();
    terminal.kill('SIGKILL');
    assert.equal(code, 0, capture.stderr());
    assert.ok(ms < 5000, `it took ${ms} ms`);
    assert.match(capture.stderr(), /file:\/dev\/pts\/\d+ is stalled: \d+ lines are not written/);
    assert.match(readFileSync(other, 'utf8').trimEnd().split('\n').at(-1) ?? '', /"action":"final"/);
    rmSync(other);
  });

  test('one of two is closed, the disk is full and has space again, a second daemon is refused, and kill -9', async (t) => {
    first.child.stdout?.destroy();
    await says(first, '"standard output failed: write EPIPE"');

    const second = netns.spawn(process.execPath, [MAIN, 'capture', ...options()], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    second.stderr?.on('data', (chunk) => {
      complaint += chunk;
    });
    assert.equal((await ended(second)).code, 2);
    assert.equal(
      complaint,
      `wiretail: --output file:${log}: expected a file that can be written: another process of wiretail writes it\n`,
    );

    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(DISK - MIB - statSync(log).size));
    await flood(async () => {
      await says(first, "can't be written: ENOSPC");
      // So long that more is to be written than may wait.
      await sleep(500);
    });
    rmSync(ballast);
    await says(first, `"file:${log} is written again: `);

    // Two are killed, each in the middle of its lines; the third goes on.
    let halves = 0;
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
      // Where the kill met no write, what it leaves then.
      if (text.at(-1) === 10) truncateSync(log, text.length - 20);
      else halves++;
      capture = await startCapture(netns, options(round === 0 ? '100ms' : '1ms'), 'nothing');
      await says(capture, 'ended in half a line');
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
    assert.equal(whole.at(-1)?.event.action, 'final', 'statistics go on behind the last ones');
    assert.equal(torn.length, 2, 'each kill leaves half a line, which stands alone');
    for (const i of torn) {
      assert.ok(lines[i].startsWith('{"log":'));
      assert.equal((JSON.parse(lines[i + 1]) as Line).event.dataset, 'wiretail.start');
    }
    const told = whole.flatMap((line) => {
      if (line.event.dataset !== 'wiretail.anomaly') return [];
      const { output } = (line.wiretail as { anomaly: { output?: string } }).anomaly;
      // The flood may be too much for it, too.
      if (output === undefined || line.event.action === 'output_dropping') return [];
      return [`${line.event.action} ${output}`];
    });
    assert.deepEqual(told, [
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
    assert.ok(
      failed.some(({ output, errors, dropped }) => output === 'stdout' && errors === 1 && dropped > 0),
    );
    t.diagnostic(`${whole.length} lines; of 2 kills ${halves} met a write`);
  });
});
