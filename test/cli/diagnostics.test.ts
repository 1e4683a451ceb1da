/** What is said on standard error where nobody reads it. */
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ended } from '../helpers/wiretail.js';

const TALKER = fileURLToPath(new URL('../helpers/writing-process.js', import.meta.url));

function talk(t: TestContext, messages: number, stderr: 'pipe' | number = 'pipe') {
  const child = spawn(process.execPath, [TALKER, String(messages)], {
    stdio: ['pipe', 'pipe', stderr],
  }) as ChildProcessWithoutNullStreams;
  t.after(() => child.kill('SIGKILL'));
  return { child, done: once(child.stdout, 'data'), exit: ended(child) };
}

test('a reader that pauses is not waited for, gets what it missed up to a limit, and each line whole', {
  timeout: 20000,
}, async (t) => {
  const { child, done, exit } = talk(t, 5000);
  await done;
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child.stderr, 'data');
  child.stdin.end();
  assert.deepEqual(await exit, { code: 0, signal: null });
  const lines = said.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).n),
    Array.from(lines, (_, n) => n),
  );
  assert.ok(lines.length > 500 && lines.length < 5000, `${lines.length}`);
});

test('where nothing can be written, the run goes on', { timeout: 20000 }, async (t) => {
  const full = openSync('/dev/full', 'w');
  for (const stderr of ['pipe', full] as const) {
    const { child, done, exit } = talk(t, 100, stderr);
    if (stderr === 'pipe') child.stderr.destroy();
    await done;
    child.stdin.end();
    assert.deepEqual(await exit, { code: 0, signal: null });
  }
  closeSync(full);
});
