/** The end of the process where something hangs. */
import { createRequire } from 'node:module';
import type Koffi from 'koffi';

/**
 * Ends the process without waiting for anything. process.exit() waits for the threads of libuv's pool
 * (uv_library_shutdown() of libuv), and one of them may be in a write to a disk or terminal that hangs, for ever.
 */
export function leaveAtOnce(code: number): never {
  try {
    // Loaded as late as this: few need it.
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    koffi.load(null).func('void _exit(int status)')(code);
  } catch {
    // It can't be everywhere.
  }
  return process.exit(code);
}
