/** The workload's part on locks: two programs want the same. */
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
import { all, fails, one, step, steps } from './gluster-steps.js';
import type { ExpectedCall, Step } from './gluster-transcript.js';

// GF_LK_* of rpc/xdr/src/glusterfs-fops.x.
const GETLK = 0;
const SETLK = 1;
const SETLKW = 2;
const WHOLE = 0;

/** The start and length of a lock, with the lock's type. */
const range = (type: number, start: number, len: number): ExpectedCall['request'] => ({
  type,
  // The kernel names no one who unlocks.
  flock: { type, whence: 0, start, len, pid: type === F_UNLCK ? 0 : process.pid },
});

const unlock = (fd: number) =>
  step(
    'unlock',
    () => lock(fd, F_SETLK, F_UNLCK, 0, WHOLE),
    all('LK', { cmd: SETLK, ...range(F_UNLCK, 0, WHOLE) }),
  );

/** The rival: finds the other's locks in its way, and waits for the last. Prints its steps. */
export function rival(path: string): void {
  const fd = fs.openSync(path, 'r+');
  step("see the other's lock", () => lock(fd, F_GETLK, F_WRLCK, 0, WHOLE), one('LK', { cmd: GETLK }));
  fails(
    'EAGAIN',
    'lock what is locked',
    () => lock(fd, F_SETLK, F_WRLCK, 20, 30),
    one('LK', { cmd: SETLK, ...range(F_WRLCK, 20, 30) }, { error: 'EAGAIN' }),
  );
  fs.writeSync(1, 'waiting\n');
  step(
    'wait for a lock',
    () => lock(fd, F_SETLKW, F_WRLCK, 20, 30),
    all('LK', { cmd: SETLKW, ...range(F_WRLCK, 20, 30) }),
  );
  unlock(fd);
  fs.closeSync(fd);
  fs.writeSync(1, `${JSON.stringify(steps)}\n`);
}

/** Until the program waits for the file system; where the kernel does not say, for some time. */
async function waiting(other: ChildProcess): Promise<void> {
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
    all('LK', { cmd: SETLK, ...range(F_RDLCK, 500, 10) }),
  );
  step(
    'lock',
    () => lock(fd, F_SETLKW, F_WRLCK, 10, 100),
    all('LK', { cmd: SETLKW, ...range(F_WRLCK, 10, 100) }),
  );
  const other = spawn(process.execPath, [program, mount, 'rival'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = once(other, 'close');
  let said = '';
  other.stdout.setEncoding('utf8').on('data', (chunk) => {
    said += chunk;
  });
  for (let i = 0; i < 500 && !said.includes('waiting\n') && other.exitCode === null; i++) await sleep(10);
  await waiting(other);
  unlock(fd);
  await end;
  const [, told] = said.split('\n');
  if (told === undefined || told === '') throw new Error(`the rival said ${said}`);
  steps.push(...(JSON.parse(told) as Step[]).map((one) => ({ ...one, rival: true })));
  fs.closeSync(fd);
}

function useFlocks(mount: string): void {
  const path = `${mount}/locked`;
  const [first, second] = [fs.openSync(path, 'r+'), fs.openSync(path, 'r+')];
  step('share a flock', () => flock(first, LOCK_SH), all('LK', { type: F_RDLCK }));
  step('flock', () => flock(first, LOCK_EX), all('LK', { cmd: SETLKW, type: F_WRLCK }));
  fails(
    'EAGAIN',
    'flock what is locked',
    () => flock(second, LOCK_EX | LOCK_NB),
    one('LK', { cmd: SETLK, type: F_WRLCK }, { error: 'EAGAIN' }),
  );
  step('flock no longer', () => flock(first, LOCK_UN), all('LK', { type: F_UNLCK }));
  fs.closeSync(second);
  fs.closeSync(first);
}

export async function workWithLocks(mount: string, program: string): Promise<void> {
  await useRecordLocks(mount, program);
  useFlocks(mount);
}
