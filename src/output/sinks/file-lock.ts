/**
 * One process writes a file: two would rotate it under each other's feet, and continue each other's half lines. The lock
 * is flock(2)'s: it goes with the process, however that ends, and is of the file itself, whatever its name becomes.
 */

export interface FileLock {
  /** false: another process has it. */
  take(fd: number): boolean;
  /** For who takes it again through another descriptor. */
  release(fd: number): void;
}

const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;
/** The same number wherever koffi is. */
const EWOULDBLOCK = 11;

export const NO_LOCK: FileLock = { take: () => true, release() {} };

/** Where koffi can't be loaded, files are not locked; nor on file systems that have no locks. */
export async function loadFileLock(): Promise<FileLock> {
  try {
    const koffi = (await import('koffi')).default;
    const flock = koffi.load(null).func('int flock(int fd, int operation)');
    return {
      take: (fd) => flock(fd, LOCK_EX | LOCK_NB) === 0 || koffi.errno() !== EWOULDBLOCK,
      release: (fd) => flock(fd, LOCK_UN),
    };
  } catch {
    return NO_LOCK;
  }
}
