/**
 * Two programs that contend for locks, each on a mount of its own of the same volume:
 *   gluster-lock-conflicts MOUNT OTHER          holds a lock that the other waits for, then both change the same names; prints
 *                                               their process ids
 *   gluster-lock-conflicts MOUNT wait|contend   is the other program
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { F_SETLK, F_SETLKW, F_UNLCK, F_WRLCK, lock } from './gluster-libc.js';

/**
 * How long the lock is held once the other program waits for it, and how long both change names. The test's call timeout
 * is half a second, and timeouts are checked some tenths of a second late.
 */
const HOLD_MS = 2500;
const CONTEND_MS = 2000;

export interface Contenders {
  readonly holder: number;
  readonly waiter: number;
  /** As the waiter measured it. */
  readonly waitedMs: number;
}

const [mount, role] = process.argv.slice(2);

/** Ignores failures: the other program may have been faster. */
function attempt(body: () => unknown): void {
  try {
    body();
  } catch {}
}

function contend(): void {
  const folder = `${mount}/both`;
  attempt(() => fs.mkdirSync(folder));
  for (const end = Date.now() + CONTEND_MS; Date.now() < end; ) {
    attempt(() => fs.closeSync(fs.openSync(`${folder}/x`, 'w')));
    attempt(() => fs.appendFileSync(`${folder}/x`, `${process.pid}\n`));
    attempt(() => fs.renameSync(`${folder}/x`, `${folder}/y`));
    attempt(() => fs.renameSync(`${folder}/y`, `${folder}/x`));
    attempt(() => fs.unlinkSync(`${folder}/x`));
  }
}

function wait(): void {
  const fd = fs.openSync(`${mount}/waited`, 'r+');
  fs.writeSync(1, 'waiting\n');
  const begin = performance.now();
  lock(fd, F_SETLKW, F_WRLCK, 20, 30);
  fs.writeSync(1, `${performance.now() - begin}\n`);
  lock(fd, F_SETLK, F_UNLCK, 0, 0);
  fs.closeSync(fd);
}

async function holdAndContend(other: string): Promise<Contenders> {
  const start = (what: string) =>
    spawn(process.execPath, [fileURLToPath(import.meta.url), other, what], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const fd = fs.openSync(`${mount}/waited`, 'w+');
  lock(fd, F_SETLKW, F_WRLCK, 10, 100);
  const waiter = start('wait');
  const end = once(waiter, 'close');
  let output = '';
  waiter.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  while (!output.includes('waiting\n')) {
    if (waiter.exitCode !== null) throw new Error(`the waiter ended: ${output}`);
    await sleep(10);
  }
  await sleep(HOLD_MS);
  lock(fd, F_SETLK, F_UNLCK, 0, 0);
  await end;
  fs.closeSync(fd);
  const contender = start('contend');
  const over = once(contender, 'close');
  contend();
  await over;
  return { holder: process.pid, waiter: waiter.pid ?? 0, waitedMs: Number(output.split('\n')[1]) };
}

if (role === 'wait') wait();
else if (role === 'contend') contend();
else fs.writeSync(1, JSON.stringify(await holdAndContend(role)));
