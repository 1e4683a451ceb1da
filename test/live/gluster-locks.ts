/** The locks of the workload: two programs contend for them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  F_GETLK,
  F_RDLCK,
  F_SETLK,
  F_SETLKW,
  F_UNLCK,
  F_WRLCK,
  flock,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  lock,
} from './gluster-libc.js';
import { allBricks, anyBrick, fails, step, steps } from './gluster-steps.js';
import type { ExpectedCall, Step } from './gluster-transcript.js';

// GF_LK_* of rpc/xdr/src/glusterfs-fops.x.
const GETLK = 0;
const SETLK = 1;
const SETLKW = 2;
const WHOLE = 0;

/** The start and length of a lock, with the lock's type. */
const range = (type: number, start: number, len: number): ExpectedCall['request'] => ({
  type,
  // The kernel sends no pid with an unlock.
  flock: { type, whence: 0, start, len, pid: type === F_UNLCK ? 0 : process.pid },
});

const unlock = (fd: number) =>
  step(
    'unlock',
    () => lock(fd, F_SETLK, F_UNLCK, 0, WHOLE),
    allBricks('LK', { cmd: SETLK, ...range(F_UNLCK, 0, WHOLE) }),
  );

/** The contender: runs into the other program's locks, and waits for the last. Prints its steps. */
export function contend(path: string): void {
  const fd = fs.openSync(path, 'r+');
  step("see the other's lock", () => lock(fd, F_GETLK, F_WRLCK, 0, WHOLE), anyBrick('LK', { cmd: GETLK }));
  fails(
    'EAGAIN',
    'lock what is locked',
    () => lock(fd, F_SETLK, F_WRLCK, 20, 30),
    anyBrick('LK', { cmd: SETLK, ...range(F_WRLCK, 20, 30) }, { error: 'EAGAIN' }),
  );
  fs.writeSync(1, 'waiting\n');
  step(
    'wait for a lock',
    () => lock(fd, F_SETLKW, F_WRLCK, 20, 30),
    allBricks('LK', { cmd: SETLKW, ...range(F_WRLCK, 20, 30) }),
  );
  unlock(fd);
  fs.closeSync(fd);
  fs.writeSync(1, `${JSON.stringify(steps)}\n`);
}

/** Waits until the program waits for the file system; 2 s where the kernel does not tell (wchan). */
async function waitUntilBlocked(other: ChildProcess): Promise<void> {
  for (let i = 0; i < 100 && other.exitCode === null; i++) {
    await sleep(20);
    if (/fuse|request_wait/.test(fs.readFileSync(`/proc/${other.pid}/wchan`, 'utf8'))) break;
  }
}

async function useRecordLocks(mount: string, program: string): Promise<void> {
  const path = `${mount}/locked`;
  const fd = fs.openSync(path, 'w+');
  step(
    'share a lock',
    () => lock(fd, F_SETLK, F_RDLCK, 500, 10),
    allBricks('LK', { cmd: SETLK, ...range(F_RDLCK, 500, 10) }),
  );
  step(
    'lock',
    () => lock(fd, F_SETLKW, F_WRLCK, 10, 100),
    allBricks('LK', { cmd: SETLKW, ...range(F_WRLCK, 10, 100) }),
  );
  const other = spawn(process.execPath, [program, mount, 'contend'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = once(other, 'close');
  let output = '';
  other.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  while (!output.includes('waiting\n')) {
    if (other.exitCode !== null) throw new Error(`the contender ended: ${output}`);
    await sleep(10);
  }
  await waitUntilBlocked(other);
  unlock(fd);
  await end;
  const [, report] = output.split('\n');
  if (report === undefined || report === '') throw new Error(`the contender printed ${output}`);
  steps.push(...(JSON.parse(report) as Step[]).map((step) => ({ ...step, contender: true })));
  fs.closeSync(fd);
}

function useFlocks(mount: string): void {
  const path = `${mount}/locked`;
  const [first, second] = [fs.openSync(path, 'r+'), fs.openSync(path, 'r+')];
  step('share a flock', () => flock(first, LOCK_SH), allBricks('LK', { type: F_RDLCK }));
  step('flock', () => flock(first, LOCK_EX), allBricks('LK', { cmd: SETLKW, type: F_WRLCK }));
  fails(
    'EAGAIN',
    'flock what is locked',
    () => flock(second, LOCK_EX | LOCK_NB),
    anyBrick('LK', { cmd: SETLK, type: F_WRLCK }, { error: 'EAGAIN' }),
  );
  step('flock no longer', () => flock(first, LOCK_UN), allBricks('LK', { type: F_UNLCK }));
  fs.closeSync(second);
  fs.closeSync(first);
}

export async function workWithLocks(mount: string, program: string): Promise<void> {
  await useRecordLocks(mount, program);
  useFlocks(mount);
}
