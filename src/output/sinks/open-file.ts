/**
 * Opens a file that lines are written to: for whom, for one process alone, and where it stands, which may be in half a
 * line.
 */
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
  /** Whose a file is that root creates, since it is that user who opens it anew; undefined: who creates it. */
  readonly owner: Owner | undefined;
  readonly lock: FileLock;
}

export interface OpenedFile {
  readonly fd: number;
  readonly size: number;
  /** When the file began, in milliseconds. */
  readonly since: number;
  /** Its last byte is no newline: who wrote it was killed, or the disk was full. */
  readonly half: boolean;
}

const NEWLINE = 10;
/** For its owner to write and a group to read: names of files are nobody else's business. */
const MODE = 0o640;

const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;

/**
 * @param before the descriptor that is to be closed for this one, maybe of the same file
 * @throws Error if it can't be opened, is no file, or is another process's
 */
export function openOutputFile(path: string, { owner, lock }: FileAccess, before?: number): OpenedFile {
  // One that is no file may block whoever opens it, as a FIFO does.
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile() && !found.isCharacterDevice()) throw new Error('it is no file');
  const created = found === undefined ? create(path, owner) : undefined;
  const fd = created ?? openSync(path, FLAGS, MODE);
  const { dev, ino } = fstatSync(fd);
  if (before !== undefined) {
    const old = fstatSync(before);
    if (old.dev === dev && old.ino === ino) lock.release(before);
  }
  // Devices are anybody's.
  if (found?.isFile() !== false && !lock.take(fd)) {
    closeSync(fd);
    throw new Error('another process of wiretail writes it');
  }
  return inspectFile(fd, path);
}

/**
 * Only a file that nobody had before is given away: with O_EXCL no link is followed (open(2)), which somebody who may
 * write in the directory could have put there to get another file.
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

/** @param path of the same file, to read what it ends with */
export function inspectFile(fd: number, path: string): OpenedFile {
  const stats = fstatSync(fd);
  const { size, birthtimeMs } = stats;
  if (!stats.isFile() || size === 0) return { fd, size: 0, since: Date.now(), half: false };
  return { fd, size, since: birthtimeMs > 0 ? birthtimeMs : Date.now(), half: endsInHalf(path, stats) };
}

function endsInHalf(path: string, { ino, size }: Stats): boolean {
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
    // Who may write it may not read it.
    return false;
  }
}
