/** The file content of the workload. */
import * as fs from 'node:fs';
import * as libc from './gluster-libc.js';
import { allBricks, anyBrick, fails, step } from './gluster-steps.js';
import { nameFields } from './gluster-transcript.js';

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } = fs.constants;
const MEBIBYTE = 1 << 20;

/** Bytes of file data in all steps. */
export const moved = { written: 0, read: 0 };

/** The gfid of each open file. */
const gfids = new Map<number, string>();

function noteGfid(fd: number, path: string): number {
  gfids.set(fd, libc.getxattr(path, 'glusterfs.gfid.string').toString('latin1').replace(/\0$/, ''));
  return fd;
}

function gfidOf(fd: number): string {
  const gfid = gfids.get(fd);
  if (gfid === undefined) throw new Error(`no gfid of file ${fd}`);
  return gfid;
}

function write(fd: number, bytes: Uint8Array, offset: number): void {
  step(
    `write ${bytes.length} bytes at ${offset}`,
    () => fs.writeSync(fd, bytes, 0, bytes.length, offset),
    allBricks(
      'WRITE',
      { gfid: gfidOf(fd), offset, size: bytes.length },
      { bytes: bytes.length, response: { op_ret: bytes.length } },
    ),
  );
  moved.written += bytes.length;
}

/** Reads, and expects this result, which may be shorter than requested. */
function read(fd: number, size: number, offset: number, expected: Uint8Array): void {
  const buffer = Buffer.alloc(size);
  const bytes = expected.length;
  const got = step(
    `read ${size} bytes at ${offset}`,
    () => fs.readSync(fd, buffer, 0, size, offset),
    anyBrick('READ', { gfid: gfidOf(fd), offset }, { bytes, response: { op_ret: bytes, size: bytes } }),
  );
  if (!buffer.subarray(0, got).equals(expected)) throw new Error(`at ${offset} is not what was written`);
  moved.read += bytes;
}

/** More than fits into a message: the kernel splits it. */
function moveMebibyte(fd: number): void {
  const bytes = Buffer.alloc(MEBIBYTE, 'a mebibyte ');
  const back = Buffer.alloc(MEBIBYTE);
  const offset = MEBIBYTE;
  step('write 1 MiB', () => fs.writeSync(fd, bytes, 0, MEBIBYTE, offset), allBricks('WRITE', { offset }));
  step('read 1 MiB', () => fs.readSync(fd, back, 0, MEBIBYTE, offset), anyBrick('READ', { offset }));
  if (!back.equals(bytes)) throw new Error('the mebibyte is not what was written');
  moved.written += MEBIBYTE;
  moved.read += MEBIBYTE;
}

function allocate(fd: number): void {
  const { FALLOC_KEEP_SIZE, FALLOC_PUNCH_HOLE, FALLOC_ZERO_RANGE, SEEK_DATA, SEEK_HOLE } = libc;
  const size = 65536;
  for (const [flags, offset] of [
    [0, 4 * MEBIBYTE],
    [FALLOC_KEEP_SIZE, 5 * MEBIBYTE],
  ] as const) {
    step(
      `fallocate with flags ${flags}`,
      () => libc.fallocate(fd, flags, offset, size),
      allBricks('FALLOCATE', { flags, offset, size }),
    );
  }
  step(
    'punch a hole',
    () => libc.fallocate(fd, FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE, 8192, 16384),
    allBricks('DISCARD', { offset: 8192, size: 16384 }),
  );
  // GlusterFS has a procedure ZEROFILL, but its mount does not call it.
  step(
    'zero a range',
    () => libc.fallocate(fd, FALLOC_ZERO_RANGE, 65536, 8192),
    allBricks('FALLOCATE', { offset: 65536, size: 8192 }),
  );
  step('seek data', () => libc.lseek(fd, 0, SEEK_DATA), anyBrick('SEEK', { offset: 0, what: 0 }));
  step('seek a hole', () => libc.lseek(fd, 4096, SEEK_HOLE), anyBrick('SEEK', { offset: 4096, what: 1 }));
  fails(
    'ENXIO',
    'seek data where there is none',
    () => libc.lseek(fd, 2 ** 40, SEEK_DATA),
    anyBrick('SEEK', { offset: 2 ** 40, what: 0 }, { error: 'ENXIO' }),
  );
}

/** An open file stays usable without a name. */
function unlinkOpen(path: string, text: Uint8Array): void {
  const fd = noteGfid(fs.openSync(path, O_CREAT | O_RDWR), path);
  step('unlink an open file', () => fs.unlinkSync(path), allBricks('UNLINK', { bname: 'unlinked' }));
  write(fd, text, 0);
  read(fd, 5, 5, text.subarray(5, 10));
  step('close the unlinked', () => fs.closeSync(fd), allBricks('RELEASE', {}));
}

export function workOnContent(mount: string): void {
  const path = `${mount}/data`;
  const text = Buffer.from('some text\n');
  const block = Buffer.alloc(65536, 'block ');
  step('statfs', () => fs.statfsSync(mount), allBricks('STATFS', {}));
  const fd = step(
    'create',
    () => fs.openSync(path, O_CREAT | O_EXCL | O_RDWR, 0o640),
    anyBrick('LOOKUP', nameFields('bname', 'data'), { error: 'ENOENT' }),
    allBricks('CREATE', nameFields('bname', 'data')),
  );
  noteGfid(fd, path);
  write(fd, text, 0);
  read(fd, text.length, 0, text);
  write(fd, block, 4096);
  read(fd, block.length, 4096, block);
  read(fd, 20, 0, Buffer.concat([text, Buffer.alloc(10)]));
  moveMebibyte(fd);
  read(fd, 100, 2 ** 40, Buffer.alloc(0));
  step('fsync', () => fs.fsyncSync(fd), allBricks('FSYNC', { data: 0 }));
  write(fd, text, 3 * MEBIBYTE);
  step('fdatasync', () => fs.fdatasyncSync(fd), allBricks('FSYNC', { data: 1 }));
  allocate(fd);
  step('ftruncate', () => fs.ftruncateSync(fd, 5000), allBricks('FTRUNCATE', { offset: 5000 }));
  step('fstat', () => fs.fstatSync(fd), anyBrick('FSTAT', {}));
  step('close', () => fs.closeSync(fd), allBricks('FLUSH', {}), allBricks('RELEASE', {}));

  // Node's truncate() opens the file.
  step(
    'truncate',
    () => fs.truncateSync(path, 10),
    allBricks('OPEN', {}),
    allBricks('FTRUNCATE', { offset: 10 }),
  );
  const appending = step(
    'open to append',
    () => fs.openSync(path, O_WRONLY | O_APPEND),
    allBricks('OPEN', {}),
  );
  noteGfid(appending, path);
  write(appending, Buffer.from('appended'), 10);
  fs.closeSync(appending);
  const reading = step('open to read', () => fs.openSync(path, O_RDONLY), allBricks('OPEN', {}));
  noteGfid(reading, path);
  read(reading, 8, 10, Buffer.from('appended'));
  fs.closeSync(reading);
  const emptied = step(
    'open and empty',
    () => fs.openSync(path, O_RDWR | O_TRUNC | O_SYNC),
    allBricks('TRUNCATE', { offset: 0 }),
    allBricks('OPEN', {}),
  );
  noteGfid(emptied, path);
  write(emptied, text, 0);
  fs.closeSync(emptied);
  const copy = fs.openSync(`${mount}/copy`, O_CREAT | O_RDWR);
  const from = fs.openSync(path, O_RDONLY);
  // Replicated volumes have no COPY_FILE_RANGE; the kernel copies otherwise.
  const copied = step(
    'copy a range',
    () => libc.copyFileRange(from, 0, copy, 0, text.length),
    anyBrick('READ', { offset: 0 }, { bytes: text.length }),
    allBricks('WRITE', { offset: 0, size: text.length }, { bytes: text.length }),
  );
  if (copied !== text.length) throw new Error(`${copied} bytes were copied`);
  moved.read += copied;
  moved.written += copied;
  fs.closeSync(from);
  fs.closeSync(copy);
  unlinkOpen(`${mount}/unlinked`, text);
}
