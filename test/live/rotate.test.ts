/** The real logrotate renames a daemon's output file repeatedly under load. */
import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createNetns, run, whyNoNetns } from '../helpers/netns.js';
import { ended, finalStats, linesOf, type Stats, startCapture, until } from '../helpers/wiretail.js';
import { temporaryDirectory } from '../output/outputs-harness.js';
import { PEER, startEchoServer } from './echoes.js';

const PORT = '4730';
const ROTATIONS = 8;

interface OutputCounts {
  readonly output: string;
  readonly written: number;
  readonly dropped: number;
  readonly waiting: number;
  readonly errors: number;
  readonly reopened: number;
}

const OPTIONS = { skip: whyNoNetns('logrotate'), timeout: 120000 };
test('logrotate loses and splits no line, and each file begins with the start line', OPTIONS, async (t) => {
  const netns = createNetns();
  const directory = temporaryDirectory();
  const log = join(directory, 'wiretail.ndjson');
  await startEchoServer(netns, PORT);
  // A partial line, as SIGKILL leaves it.
  writeFileSync(log, '{"partial":');
  const capture = await startCapture(
    netns,
    ['-i', 'lo', '--output', `file:${log}`, '--output', 'stdout'],
    () => {},
  );
  const config = join(directory, 'logrotate.conf');
  // Alternating signals: both reopen files.
  const signal = (name: string) => {
    writeFileSync(
      config,
      `${log} { rotate 1000\n create\n missingok\n postrotate\n kill -${name} ${capture.child.pid}\n endscript\n }\n`,
    );
    chmodSync(config, 0o600);
  };
  const flood = netns.spawn(process.execPath, [PEER, 'flood', '127.0.0.1', PORT, '60', '256'], {
    stdio: 'ignore',
  });
  const floodEnded = ended(flood);
  for (let i = 0; i < ROTATIONS; i++) {
    const size = statSync(log).size;
    await until(
      () => statSync(log).size > size + 50000,
      () => `no lines: ${capture.stderr()}`,
    );
    signal(i % 2 === 0 ? 'USR2' : 'HUP');
    run('logrotate', ['-f', '-s', join(directory, 'state'), config]);
    await until(
      () => statSync(log).size > 0,
      () => 'the new file is empty',
    );
  }
  await sleep(100);
  flood.kill('SIGKILL');
  await floodEnded;
  const { code } = await capture.stop();
  assert.equal(code, 0, capture.stderr());

  const names = readdirSync(directory).filter((name) => /^wiretail\.ndjson(\.\d+)?$/.test(name));
  const number = (name: string) => Number(name.split('.')[2] ?? 0);
  names.sort((a, b) => number(b) - number(a));
  assert.equal(names.length, ROTATIONS + 1);
  const files = names.map((name) => {
    const text = readFileSync(join(directory, name), 'utf8');
    assert.ok(text.endsWith('\n'), `${name} ends in a partial line`);
    assert.ok(name === names[0] || text.startsWith('{"log":'), name);
    return linesOf(name === names[0] ? text.replace('{"partial":\n', '') : text);
  });
  for (const [i, lines] of files.entries()) {
    const [{ event }] = lines;
    assert.deepEqual([event.dataset, event.action], ['wiretail.start', i === 0 ? 'start' : 'continue']);
  }
  const all = files.flat();
  const starts = all.filter(({ event }) => event.action === 'continue').length;
  assert.equal(starts, ROTATIONS);
  assert.ok(all.some(({ event }) => event.action === 'output_completed'));
  const stats = finalStats(all) as Stats & { outputs: OutputCounts[] };
  const counts = stats.outputs[0];
  assert.deepEqual([counts.reopened, counts.errors], [ROTATIONS, 0]);
  // Lines that waited when the final line was made, and that line itself, are not in its counts.
  assert.equal(all.length - starts, counts.written + counts.waiting + 1);
  const { dropped } = counts;
  const packets = all.filter(({ event }) => event.dataset === 'gearman.packet').length;
  // On a slow machine lines are dropped, before the outputs or by this one.
  if (dropped + stats.lines.dropped === 0) assert.equal(packets, stats.messages['gearman.packet']);
  else assert.ok(packets < stats.messages['gearman.packet']);
  t.diagnostic(
    `${all.length} lines in ${files.length} files, ${starts} of them start lines; ${dropped} dropped`,
  );
  const heads = new Set(files.map(([first]) => JSON.stringify(first).slice(0, 1024)));
  assert.equal(heads.size, files.length);
});
