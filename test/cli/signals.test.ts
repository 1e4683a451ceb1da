/** Signals without a capture, and the exit while a thread hangs. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run, start } from '../helpers/netns.js';
import { ROOT } from '../helpers/project.js';
import { ended, MAIN } from '../helpers/wiretail.js';
import { temporaryDirectory } from '../output/outputs-harness.js';
import { readCapture } from './captures.js';

const EXITING_PROCESS = fileURLToPath(new URL('../helpers/exiting-process.js', import.meta.url));

test('SIGUSR1 does not open the debugger', { timeout: 30000 }, async () => {
  const child = start(process.execPath, [MAIN, 'read', '-']);
  const exit = ended(child);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  child.stdin?.write(readCapture(`${ROOT}test/captures/gm-basic.pcap.gz`));
  if (child.stdout !== null) await once(child.stdout, 'data');
  child.stdout?.resume();
  child.kill('SIGUSR1');
  await sleep(300);
  child.stdin?.end();
  assert.deepEqual(await exit, { code: 0, signal: null });
  assert.equal(stderr, '');
});

test('a hanging thread does not delay the exit', { timeout: 30000 }, async () => {
  const fifo = join(temporaryDirectory(), 'fifo');
  run('mkfifo', [fifo]);
  assert.deepEqual(await ended(start(process.execPath, [EXITING_PROCESS, fifo])), { code: 3, signal: null });
});
