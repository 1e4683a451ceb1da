/**
 * Locks an output file with flock(2). Two processes would rotate it under each other and continue each other's partial
 * lines. The lock belongs to the file, whatever its name becomes, and ends with the process, however that ends.
 */

export interface FileLock {
  /** @returns false: another process holds the lock */
  tryAcquire(fd: number): boolean;
  /** Before the same process acquires the lock through another descriptor. */
  release(fd: number): void;
}

const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;
/** The same number on all platforms that koffi supports. */
const EWOULDBLOCK = 11;

export const NO_LOCK: FileLock = { tryAcquire: () => true, release() {} };

/** Without koffi, files are not locked; nor are they on file systems without locks. */
export async function loadFileLock(): Promise<FileLock> {
  try {
    const koffi = (await import('koffi')).default;
    const flock = koffi.load(null).func('int flock(int fd, int operation)');
    return {
      tryAcquire: (fd) => flock(fd, LOCK_EX | LOCK_NB) === 0 || koffi.errno() !== EWOULDBLOCK,
      release: (fd) => flock(fd, LOCK_UN),
    };
  } catch {
    return NO_LOCK;
  }
}
