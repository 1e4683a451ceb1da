import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const MODULE = new URL('../../src/pipeline/threads/timeouts.js', import.meta.url);

/** What a process prints that has nothing but these waits. */
function printed(script: string): string {
  const source = `import { Timeouts } from ${JSON.stringify(MODULE.href)};\nconst timeouts = new Timeouts();\n${script}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

test('a wait keeps the process alive until it is over', () => {
  assert.equal(printed("await timeouts.wait(100);\nconsole.log('over');"), 'over\n');
});

test('a cleared wait does not', () => {
  assert.equal(printed("timeouts.wait(600_000).then(() => console.log('over'));\ntimeouts.clear();"), '');
});
