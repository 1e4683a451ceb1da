/** The offline bench runs and prints its measurements. The figures depend on the machine and are not asserted. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { capturePath } from '../helpers/captures.js';
import { isInstalled } from '../helpers/netns.js';
import { ROOT } from '../helpers/project.js';

/** One of the smallest captures, and its packets. */
const CAPTURE = 'g-lease';
const PACKETS = 243;
const PROGRAMS = [
  'tshark',
  'wiretail --view messages',
  'wiretail --view calls',
  'with two workers: messages',
  'with two workers: calls',
  'a walk over the packets',
];

test('the offline bench prints a row a program and a verdict a view', {
  skip: isInstalled('tshark') ? false : 'tshark is not installed',
}, () => {
  const args = ['--rounds', '1', '--times', '2', '--file', capturePath(CAPTURE)];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['build/scripts/bench/offline.js', ...args],
    {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, BENCH_RESULTS: undefined },
      timeout: 120_000,
    },
  );
  assert.equal(status, 0, stderr);
  const [, table, ...more] = stdout.trim().split('\n\n');
  assert.ok(table !== undefined && more.length === 0, stdout);
  const [title, , ...lines] = table.split('\n');
  assert.equal(title?.replace(/, \d+ MiB$/, ''), `${CAPTURE}.pcap.gz, 2 times: ${2 * PACKETS} packets`);
  for (const [row, program] of PROGRAMS.entries()) {
    const line = lines[row] ?? '';
    assert.ok(line.startsWith(`${program} `), `${program}: ${line}`);
    const figures = line.slice(program.length).trim().split(/\s+/).map(Number);
    assert.equal(figures.length, 5, line);
    for (const figure of figures) assert.ok(figure > 0, line);
  }
  const verdicts = lines.slice(PROGRAMS.length);
  assert.equal(verdicts.length, 2, stdout);
  for (const verdict of verdicts)
    assert.match(
      verdict,
      /^target 1: .*: at least 20 and 10: [\d.]+ and [\d.]+; wall with two workers [\d.]+: (met|missed)$/,
    );
});
