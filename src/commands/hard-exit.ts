/** Ends the process even if a write hangs. */
import { constants } from 'node:fs';
import { createRequire } from 'node:module';
import type Koffi from 'koffi';

/** <fcntl.h>, the same on every architecture of Linux. */
const F_GETFL = 3;
const F_SETFL = 4;

/**
 * Ends the process with _exit(2). process.exit() waits for the threads of libuv's pool (uv_library_shutdown() of libuv),
 * one of which may hang forever in a write to a disk or terminal.
 */
export function hardExit(code: number): never {
  try {
    // Loaded only here: few runs need it.
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    const libc = koffi.load(null);
    const fcntl = libc.func('int fcntl(int fd, int command, int flags)');
    // As Node does at its own exit: removes O_NONBLOCK, which Node set, from a pipe that other processes write to as well.
    for (const fd of [1, 2]) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL, 0) & ~constants.O_NONBLOCK);
    libc.func('void _exit(int status)')(code);
  } catch {
    // koffi can't be loaded on every system.
  }
  return process.exit(code);
}
