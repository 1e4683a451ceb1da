/** Opens a file that lines are appended to: its owner, its lock, and whether it ends in a partial line. */
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import type { FileLock } from './file-lock.js';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface FileAccess {
  /** Becomes the owner of files that root creates, since that user reopens them; undefined: the creator keeps them. */
  readonly owner: Owner | undefined;
  readonly lock: FileLock;
}

export interface OpenedFile {
  readonly fd: number;
  readonly size: number;
  /** When the file was created, in milliseconds since the epoch. */
  readonly started: number;
  /** Its last byte is no newline: its writer was killed, or the disk was full. */
  readonly endsInPartialLine: boolean;
}

const NEWLINE = 10;
/** Writable by the owner and readable by the group only: file names in the lines are confidential. */
const MODE = 0o640;

const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;

/**
 * @param replaced the descriptor that the new one replaces, maybe of the same file
 * @throws Error if it can't be opened, is not a regular file, or is locked
 */
export function openOutputFile(path: string, { owner, lock }: FileAccess, replaced?: number): OpenedFile {
  // Opening a FIFO would block.
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile() && !found.isCharacterDevice())
    throw new Error('not a regular file');
  const created = found === undefined ? create(path, owner) : undefined;
  const fd = created ?? openSync(path, FLAGS, MODE);
  const { dev, ino } = fstatSync(fd);
  if (replaced !== undefined) {
    const old = fstatSync(replaced);
    if (old.dev === dev && old.ino === ino) lock.release(replaced);
  }
  // Devices are shared.
  if (found?.isFile() !== false && !lock.tryAcquire(fd)) {
    closeSync(fd);
    throw new Error('locked by another wiretail process');
  }
  return inspectFile(fd, path);
}

/**
 * Creates a file and gives it to its owner. O_EXCL follows no symbolic link (open(2)), so nobody who may write in the
 * directory can make wiretail give away another file.
 * @returns undefined: the file exists by now
 */
function create(path: string, owner: Owner | undefined): number | undefined {
  let fd: number;
  try {
    fd = openSync(path, FLAGS | constants.O_EXCL, MODE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
  if (owner !== undefined && process.geteuid?.() === 0) fchownSync(fd, owner.uid, owner.gid);
  return fd;
}

/** @param path of the same file, to read its last byte */
export function inspectFile(fd: number, path: string): OpenedFile {
  const stats = fstatSync(fd);
  const { size, birthtimeMs } = stats;
  if (!stats.isFile() || size === 0) return { fd, size: 0, started: Date.now(), endsInPartialLine: false };
  const started = birthtimeMs > 0 ? birthtimeMs : Date.now();
  return { fd, size, started, endsInPartialLine: endsInPartialLine(path, stats) };
}

function endsInPartialLine(path: string, { ino, size }: Stats): boolean {
  const last = Buffer.alloc(1);
  try {
    const fd = openSync(path, constants.O_RDONLY);
    try {
      if (fstatSync(fd).ino !== ino) return false;
      return readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE;
    } finally {
      closeSync(fd);
    }
  } catch {
    // A writable file may be unreadable.
    return false;
  }
}
