/** The end of the process where something hangs. */
import { constants } from 'node:fs';
import { createRequire } from 'node:module';
import type Koffi from 'koffi';

/** <fcntl.h>, the same on every architecture of Linux. */
const F_GETFL = 3;
const F_SETFL = 4;

/**
 * Ends the process without waiting for anything. process.exit() waits for the threads of libuv's pool
 * (uv_library_shutdown() of libuv), and one of them may be in a write to a disk or terminal that hangs, for ever.
 */
export function hardExit(code: number): never {
  try {
    // Loaded as late as this: few need it.
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    const libc = koffi.load(null);
    const fcntl = libc.func('int fcntl(int fd, int command, int flags)');
    // As at Node's own exit: a pipe that others write too, and that Node made one which does not block, is as it was.
    for (const fd of [1, 2]) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL, 0) & ~constants.O_NONBLOCK);
    libc.func('void _exit(int status)')(code);
  } catch {
    // It can't be everywhere.
  }
  return process.exit(code);
}
