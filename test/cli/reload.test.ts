/** Reload on SIGHUP: which settings are applied, need a restart, or are retried. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { loadDaemonSettings } from '../../src/commands/load-settings.js';
import { newReload } from '../../src/commands/reload.js';
import { OUTPUT_OPTIONS } from '../../src/config/output-options.js';
import { openOutputs } from '../../src/output/run-outputs.js';
import { temporaryDirectory } from '../output/outputs-harness.js';

interface Diagnostic {
  readonly level: number;
  readonly msg: string;
  readonly setting?: string;
  readonly applied?: boolean;
}

test('if an output can’t be opened, the outputs stay, other settings are applied, and the next SIGHUP retries', async () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'wiretail.yaml');
  const [log, other] = [join(directory, 'log'), join(directory, 'no-such-folder', 'log')];
  const load = () => loadDaemonSettings({ config: file });
  writeFileSync(file, `output: 'file:${log}'\nstats-interval: 1s\n`);
  const { settings, config } = await load();
  const outputs = await openOutputs(config, true);
  const intervals: number[] = [];
  let diagnostics: Diagnostic[] = [];
  const write = (line: string) => void diagnostics.push(JSON.parse(line) as Diagnostic);
  const reload = newReload({
    load,
    appliers: [
      {
        subject: 'outputs',
        settings: Object.keys(OUTPUT_OPTIONS),
        apply: async (next) => void (await outputs.reconfigure(next)),
      },
      {
        subject: 'stats interval',
        settings: ['stats-interval'],
        apply: ({ statsInterval }) => void intervals.push(statsInterval),
      },
    ],
    diagnostics: pino({}, { write }),
    initial: settings,
  });
  const reloaded = async () => {
    diagnostics = [];
    await reload();
    return diagnostics;
  };
  const of = (setting: string) => diagnostics.find((line) => line.setting === setting);
  const names = () => outputs.counts().map(({ output }) => output);
  const [WARN, ERROR] = [40, 50];

  writeFileSync(file, `output: ['file:${log}', 'file:${other}']\nstats-interval: 2s\nworkers: 3\n`);
  const [first, ...rest] = await reloaded();
  assert.equal(first.level, ERROR);
  const reason = `--output file:${other}: expected a writable file: ENOENT: `;
  assert.ok(first.msg.startsWith(`outputs not reloaded: ${reason}`), first.msg);
  assert.match(first.msg, /; the next SIGHUP retries$/);
  assert.deepEqual(names(), [`file:${log}`]);
  const [output, workers] = [of('output'), of('workers')];
  assert.deepEqual(
    [output?.level, output?.applied, output?.msg],
    [WARN, false, 'output changed but not applied: the next SIGHUP retries'],
  );
  assert.deepEqual(
    [workers?.level, workers?.applied, workers?.msg],
    [WARN, false, 'workers changed but not applied: restart wiretail to apply it'],
  );
  assert.equal(of('stats-interval')?.msg, 'stats-interval changed');
  assert.equal(rest.at(-1)?.msg, 'configuration reloaded');
  assert.deepEqual(intervals, [2000]);

  mkdirSync(join(directory, 'no-such-folder'));
  assert.deepEqual(
    (await reloaded()).map(({ msg }) => msg),
    [
      'workers changed but not applied: restart wiretail to apply it',
      'output changed',
      'configuration reloaded',
    ],
  );
  assert.deepEqual(names(), [`file:${log}`, `file:${other}`]);
  assert.deepEqual(intervals, [2000]);
  await outputs.close();
});

test('a second reload starts after the first has ended', async () => {
  const { settings } = await loadDaemonSettings({});
  const calls: string[] = [];
  const reload = newReload({
    load: async () => {
      calls.push('load');
      return loadDaemonSettings({});
    },
    appliers: [],
    diagnostics: pino({ level: 'silent' }),
    initial: settings,
    async around(reload) {
      calls.push('begin');
      await reload();
      calls.push('end');
    },
  });
  await Promise.all([reload(), reload()]);
  assert.deepEqual(calls, ['begin', 'load', 'end', 'begin', 'load', 'end']);
});
