/** Diagnostics on a standard error without a reader. */
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ended } from '../helpers/wiretail.js';

const WRITING_PROCESS = fileURLToPath(new URL('../helpers/writing-process.js', import.meta.url));

function startWriting(t: TestContext, messages: number, stderr: 'pipe' | number = 'pipe') {
  const child = spawn(process.execPath, [WRITING_PROCESS, String(messages)], {
    stdio: ['pipe', 'pipe', stderr],
  }) as ChildProcessWithoutNullStreams;
  t.after(() => child.kill('SIGKILL'));
  return { child, done: once(child.stdout, 'data'), exit: ended(child) };
}

test('a paused reader does not block the run, and later gets whole lines up to a limit', {
  timeout: 20000,
}, async (t) => {
  const { child, done, exit } = startWriting(t, 5000);
  await done;
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(child.stderr, 'data');
  child.stdin.end();
  assert.deepEqual(await exit, { code: 0, signal: null });
  const lines = text.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).n),
    Array.from(lines, (_, n) => n),
  );
  assert.ok(lines.length > 500 && lines.length < 5000, `${lines.length}`);
});

test('a standard error that can’t be written does not end the run', { timeout: 20000 }, async (t) => {
  const full = openSync('/dev/full', 'w');
  for (const stderr of ['pipe', full] as const) {
    const { child, done, exit } = startWriting(t, 100, stderr);
    if (stderr === 'pipe') child.stderr.destroy();
    await done;
    child.stdin.end();
    assert.deepEqual(await exit, { code: 0, signal: null });
  }
  closeSync(full);
});
