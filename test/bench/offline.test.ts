/** The bench of capture files runs, and measures what it says: no more, since a figure depends on the machine. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { capturePath } from '../helpers/captures.js';
import { isInstalled } from '../helpers/netns.js';
import { ROOT } from '../helpers/project.js';

/** Captures as small as there are, one of each protocol, and their packets. */
const CAPTURES = { 'g-lease': 243, 'gm-basic': 357 };
const TWICE = 2;
const PROGRAMS = ['tshark', 'wiretail --view messages', 'wiretail --view calls', 'a walk over the packets'];

it('scripts/bench/offline.mjs', { skip: isInstalled('tshark') ? false : 'tshark is not installed' }, () => {
  const files = Object.keys(CAPTURES).flatMap((name) => ['--file', capturePath(name)]);
  const args = ['scripts/bench/offline.mjs', '--rounds', '1', '--times', String(TWICE), ...files];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, BENCH_RESULTS: undefined },
    timeout: 120_000,
  });
  assert.equal(status, 0, stderr);
  const tables = stdout.split('\n\n').slice(1);
  assert.equal(tables.length, Object.keys(CAPTURES).length, stdout);
  for (const [index, [name, packets]] of Object.entries(CAPTURES).entries()) {
    const [title, , ...lines] = tables[index]!.trim().split('\n');
    assert.equal(title?.replace(/, \d+ MiB$/, ''), `${name}.pcap.gz, 2 times: ${TWICE * packets} packets`);
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
      assert.match(verdict, /^target 1: .*: at least 20 and 10: [\d.]+ and [\d.]+: (met|missed)$/);
  }
});
