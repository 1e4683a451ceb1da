/** What SIGHUP says and does: what is applied, what waits for a restart, and what is tried again. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { daemonSettings } from '../../src/commands/load-settings.js';
import { newReload } from '../../src/commands/reload.js';
import { OUTPUT_OPTIONS } from '../../src/config/output-options.js';
import { openOutputs } from '../../src/output/run-outputs.js';
import { temporaryDirectory } from '../output/outputs-harness.js';

interface Said {
  readonly level: number;
  readonly msg: string;
  readonly setting?: string;
  readonly applied?: boolean;
}

test("an output can't be opened: the outputs stay, the rest is applied, and the next SIGHUP tries again", async () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'wiretail.yaml');
  const [log, other] = [join(directory, 'log'), join(directory, 'no-such-folder', 'log')];
  const load = () => daemonSettings({ config: file });
  writeFileSync(file, `output: 'file:${log}'\nstats-interval: 1s\n`);
  const { settled, config } = await load();
  const outputs = await openOutputs(config, true);
  const intervals: number[] = [];
  let said: Said[] = [];
  const write = (line: string) => void said.push(JSON.parse(line) as Said);
  const reload = newReload({
    load,
    appliers: [
      {
        what: 'the outputs',
        settings: Object.keys(OUTPUT_OPTIONS),
        apply: async (next) => void (await outputs.reconfigure(next)),
      },
      {
        what: 'the statistics',
        settings: ['stats-interval'],
        apply: ({ statsInterval }) => void intervals.push(statsInterval),
      },
    ],
    diagnostics: pino({}, { write }),
    first: settled,
  });
  const reloaded = async () => {
    said = [];
    await reload();
    return said;
  };
  const of = (setting: string) => said.find((one) => one.setting === setting);
  const names = () => outputs.counts().map(({ output }) => output);
  const [WARN, ERROR] = [40, 50];

  writeFileSync(file, `output: ['file:${log}', 'file:${other}']\nstats-interval: 2s\nworkers: 3\n`);
  const [first, ...rest] = await reloaded();
  assert.equal(first.level, ERROR);
  const because = `--output file:${other}: expected a writable file: ENOENT: `;
  assert.ok(first.msg.startsWith(`nothing of the outputs is changed: ${because}`), first.msg);
  assert.match(first.msg, /; the next SIGHUP tries again$/);
  assert.deepEqual(names(), [`file:${log}`]);
  const [output, workers] = [of('output'), of('workers')];
  assert.deepEqual(
    [output?.level, output?.applied, output?.msg],
    [WARN, false, 'output has changed in the configuration: the next SIGHUP tries again'],
  );
  assert.deepEqual(
    [workers?.level, workers?.applied, workers?.msg],
    [WARN, false, 'workers has changed in the configuration: it needs a restart'],
  );
  assert.equal(of('stats-interval')?.msg, 'stats-interval is changed');
  assert.equal(rest.at(-1)?.msg, 'the configuration is reloaded');
  assert.deepEqual(intervals, [2000]);

  mkdirSync(join(directory, 'no-such-folder'));
  assert.deepEqual(
    (await reloaded()).map(({ msg }) => msg),
    [
      'workers has changed in the configuration: it needs a restart',
      'output is changed',
      'the configuration is reloaded',
    ],
  );
  assert.deepEqual(names(), [`file:${log}`, `file:${other}`]);
  assert.deepEqual(intervals, [2000]);
  await outputs.close();
});

test('two at once: one after the other, in what others are told as well', async () => {
  const { settled } = await daemonSettings({});
  const told: string[] = [];
  const reload = newReload({
    load: async () => {
      told.push('load');
      return daemonSettings({});
    },
    appliers: [],
    diagnostics: pino({ level: 'silent' }),
    first: settled,
    async around(work) {
      told.push('begin');
      await work();
      told.push('end');
    },
  });
  await Promise.all([reload(), reload()]);
  assert.deepEqual(told, ['begin', 'load', 'end', 'begin', 'load', 'end']);
});
