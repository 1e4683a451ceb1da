/** File functions of the C library that Node lacks. 64-bit Linux. */
import { constants } from 'node:os';
import koffi from 'koffi';

const lib = koffi.load(null);
const names = new Map<number, string>();
// The first of two names for one number: EAGAIN, not EWOULDBLOCK.
for (const [name, number] of Object.entries(constants.errno)) {
  if (!names.has(number)) names.set(number, name);
}

/** Throws an errno as Node's own functions do. */
function check(result: number | bigint, call: string): number {
  if (result !== -1 && result !== -1n) return Number(result);
  const code = names.get(koffi.errno()) ?? `errno ${koffi.errno()}`;
  throw Object.assign(new Error(`${call}: ${code}`), { code });
}

/** Paths may hold any bytes. */
export type Path = string | Uint8Array;
const pathOf = (path: Path) => Buffer.concat([Buffer.from(path as string), Buffer.alloc(1)]);

const c = {
  mknod: lib.func('int mknod(const uint8_t *path, uint32_t mode, uint64_t device)'),
  setxattr: lib.func(
    'int setxattr(const uint8_t *path, const char *name, const uint8_t *value, size_t size, int flags)',
  ),
  fsetxattr: lib.func(
    'int fsetxattr(int fd, const char *name, const uint8_t *value, size_t size, int flags)',
  ),
  getxattr: lib.func('int64_t getxattr(const uint8_t *path, const char *name, uint8_t *value, size_t size)'),
  lgetxattr: lib.func(
    'int64_t lgetxattr(const uint8_t *path, const char *name, uint8_t *value, size_t size)',
  ),
  fgetxattr: lib.func('int64_t fgetxattr(int fd, const char *name, uint8_t *value, size_t size)'),
  listxattr: lib.func('int64_t listxattr(const uint8_t *path, uint8_t *list, size_t size)'),
  removexattr: lib.func('int removexattr(const uint8_t *path, const char *name)'),
  fremovexattr: lib.func('int fremovexattr(int fd, const char *name)'),
  fallocate: lib.func('int fallocate(int fd, int mode, int64_t offset, int64_t length)'),
  lseek: lib.func('int64_t lseek(int fd, int64_t offset, int whence)'),
  copy: lib.func(
    'int64_t copy_file_range(int in, int64_t *from, int out, int64_t *to, size_t length, uint32_t flags)',
  ),
  fcntl: lib.func('int fcntl(int fd, int command, ...)'),
  flock: lib.func('int flock(int fd, int operation)'),
};

export const XATTR_CREATE = 1;
export const XATTR_REPLACE = 2;
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;
export const FALLOC_KEEP_SIZE = 1;
export const FALLOC_PUNCH_HOLE = 2;
export const FALLOC_ZERO_RANGE = 16;
export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const LOCK_UN = 8;
export const F_GETLK = 5;
export const F_SETLK = 6;
export const F_SETLKW = 7;
export const F_RDLCK = 0;
export const F_WRLCK = 1;
export const F_UNLCK = 2;

export function mknod(path: Path, mode: number, device = 0): void {
  check(c.mknod(pathOf(path), mode, device), 'mknod');
}

export function setxattr(file: Path | number, name: string, value: Uint8Array, flags = 0): void {
  if (typeof file === 'number') check(c.fsetxattr(file, name, value, value.length, flags), 'fsetxattr');
  else check(c.setxattr(pathOf(file), name, value, value.length, flags), 'setxattr');
}

export function getxattr(file: Path | number, name: string): Buffer {
  const value = Buffer.alloc(4096);
  const length =
    typeof file === 'number'
      ? check(c.fgetxattr(file, name, value, value.length), 'fgetxattr')
      : check(c.getxattr(pathOf(file), name, value, value.length), 'getxattr');
  return value.subarray(0, length);
}

/** An extended attribute of a link itself, not of its target. */
export function lgetxattr(path: Path, name: string): Buffer {
  const value = Buffer.alloc(4096);
  return value.subarray(0, check(c.lgetxattr(pathOf(path), name, value, value.length), 'lgetxattr'));
}

export function listxattr(path: Path): string[] {
  const list = Buffer.alloc(4096);
  const length = check(c.listxattr(pathOf(path), list, list.length), 'listxattr');
  return list
    .toString('utf8', 0, length)
    .split('\0')
    .filter((name) => name !== '');
}

export function removexattr(file: Path | number, name: string): void {
  if (typeof file === 'number') check(c.fremovexattr(file, name), 'fremovexattr');
  else check(c.removexattr(pathOf(file), name), 'removexattr');
}

export function fallocate(fd: number, mode: number, offset: number, length: number): void {
  check(c.fallocate(fd, mode, offset, length), 'fallocate');
}

export function lseek(fd: number, offset: number, whence: number): number {
  return check(c.lseek(fd, offset, whence), 'lseek');
}

export function copyFileRange(from: number, at: number, to: number, toAt: number, length: number): number {
  const offset = (value: number) => new BigInt64Array([BigInt(value)]);
  return check(c.copy(from, offset(at), to, offset(toAt), length, 0), 'copy_file_range');
}

/** The process that holds a conflicting lock; for F_GETLK only. */
export interface Lock {
  readonly type: number;
  readonly start: number;
  readonly length: number;
  readonly pid: number;
}

/** A POSIX lock; `struct flock` is the same on all 64-bit Linux. */
export function lock(fd: number, command: number, type: number, start: number, length: number): Lock {
  const flock = Buffer.alloc(32);
  flock.writeInt16LE(type, 0);
  flock.writeBigInt64LE(BigInt(start), 8);
  flock.writeBigInt64LE(BigInt(length), 16);
  check(c.fcntl(fd, command, 'void *', flock), 'fcntl');
  return {
    type: flock.readInt16LE(0),
    start: Number(flock.readBigInt64LE(8)),
    length: Number(flock.readBigInt64LE(16)),
    pid: flock.readInt32LE(24),
  };
}

export function flock(fd: number, operation: number): void {
  check(c.flock(fd, operation), 'flock');
}
