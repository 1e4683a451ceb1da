/** Level prefixes of lines, only where journald reads them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { capturePath } from '../helpers/captures.js';
import { MAIN } from '../helpers/wiretail.js';
import { temporaryDirectory } from './outputs-harness.js';

const directory = temporaryDirectory();
const SEVERITIES: Readonly<Record<string, string>> = { error: '<3>', warn: '<4>', info: '<6>' };

/** Runs with stdout and stderr in one file. @param journal the value of JOURNAL_STREAM for that file */
function run(args: readonly string[], journal: (stream: string) => string | undefined): string[] {
  const path = join(directory, 'stream');
  const fd = openSync(path, 'w');
  const { dev, ino } = fstatSync(fd);
  const env = { ...process.env, JOURNAL_STREAM: journal(`${dev}:${ino}`) };
  spawnSync(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', fd, fd], timeout: 30000 });
  closeSync(fd);
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

const READ = ['read', capturePath('gm-all'), '--slow', '1ms'];
const levelOf = (line: string) => (JSON.parse(line) as { log: { level: string } }).log.level;

test('each line has its level as a prefix if stdout is the journal', () => {
  const lines = run(READ, (stream) => stream);
  for (const line of lines) assert.equal(line.slice(0, 3), SEVERITIES[levelOf(line.slice(3))]);
  const levels = new Set(lines.map((line) => line.slice(0, 3)));
  assert.deepEqual([...levels].sort(), ['<4>', '<6>']);
  // The journal reads another stream.
  assert.deepEqual(
    run(READ, () => '1:1'),
    lines.map((line) => line.slice(3)),
  );
});

test('--stdout-priority overrides the detection', () => {
  const short = (priority: string) => ['read', capturePath('gm-basic'), '--stdout-priority', priority];
  for (const line of run(short('never'), (stream) => stream)) assert.match(line, /^\{/);
  for (const line of run(short('always'), () => undefined)) assert.match(line, /^<6>\{/);
});

test('a usage error has a prefix too', () => {
  const args = ['read', join(directory, 'nothing')];
  assert.match(run(args, (stream) => stream)[0], /^<3>wiretail: can't read .*nothing: no such file$/);
});
