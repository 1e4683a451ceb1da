/**
 * Every file operation that a mount can do, on the GlusterFS volume that is mounted at the folder given:
 *   workload MOUNT       prints the transcript as JSON
 *   workload MOUNT rival is the workload's rival for locks, and prints its steps
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as libc from './gluster-libc.js';
import { all, as, fails, one, step, steps } from './gluster-steps.js';
import { nameFields, type Step, type Transcript } from './gluster-transcript.js';

const { O_APPEND, O_CREAT, O_DIRECT, O_DIRECTORY, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } =
  fs.constants;
const [mount, role] = process.argv.slice(2);
const at = (name: string) => `${mount}/${name}`;
process.umask(0o022);

let written = 0;
let read = 0;

function write(fd: number, bytes: Uint8Array, offset: number): void {
  step(
    `write ${bytes.length} at ${offset}`,
    () => fs.writeSync(fd, bytes, 0, bytes.length, offset),
    all('WRITE', { offset, size: bytes.length }, { bytes: bytes.length, response: { op_ret: bytes.length } }),
  );
  written += bytes.length;
}

/** With what is found there, which may be less than asked for. */
function readBack(fd: number, size: number, offset: number, expected: Uint8Array): void {
  const buffer = Buffer.alloc(size);
  const bytes = expected.length;
  const got = step(
    `read ${size} at ${offset}`,
    () => fs.readSync(fd, buffer, 0, size, offset),
    one('READ', { offset }, { bytes, response: { op_ret: bytes, size: bytes } }),
  );
  if (!buffer.subarray(0, got).equals(expected)) throw new Error(`read ${size} at ${offset}: not what was written`);
  read += bytes;
}

function content(): number {
  step('statfs', () => fs.statfsSync(mount), all('STATFS', {}));
  const fd = step(
    'create',
    () => fs.openSync(at('data'), O_CREAT | O_EXCL | O_RDWR, 0o640),
    one('LOOKUP', nameFields('bname', 'data'), { error: 'ENOENT' }),
    all('CREATE', nameFields('bname', 'data')),
  );
  const text = Buffer.from('some text\n');
  write(fd, text, 0);
  readBack(fd, text.length, 0, text);
  const block = Buffer.alloc(131072, 'block');
  write(fd, block, 4096);
  readBack(fd, block.length, 4096, block);
  readBack(fd, 20, 0, Buffer.concat([text, Buffer.alloc(10)]));
  const megabyte = Buffer.alloc(1 << 20, 'megabyte');
  step('write 1 MiB', () => fs.writeSync(fd, megabyte, 0, megabyte.length, 1 << 20), all('WRITE', { offset: 1 << 20 }));
  written += megabyte.length;
  const back = Buffer.alloc(megabyte.length);
  step('read 1 MiB', () => fs.readSync(fd, back, 0, back.length, 1 << 20), one('READ', { offset: 1 << 20 }));
  if (!back.equals(megabyte)) throw new Error('the megabyte is not what was written');
  read += megabyte.length;
  readBack(fd, 100, 1 << 30, Buffer.alloc(0));
  step('fsync', () => fs.fsyncSync(fd), all('FSYNC', { data: 0 }));
  write(fd, text, 3 << 20);
  step('fdatasync', () => fs.fdatasyncSync(fd), all('FSYNC', { data: 1 }));
  const { FALLOC_KEEP_SIZE, FALLOC_PUNCH_HOLE, FALLOC_ZERO_RANGE } = libc;
  step(
    'fallocate',
    () => libc.fallocate(fd, 0, 0, 4 << 20),
    all('FALLOCATE', { flags: 0, offset: 0, size: 4 << 20 }),
  );
  step(
    'fallocate beyond the end',
    () => libc.fallocate(fd, FALLOC_KEEP_SIZE, 5 << 20, 65536),
    all('FALLOCATE', { flags: 1, offset: 5 << 20, size: 65536 }),
  );
  step(
    'punch a hole',
    () => libc.fallocate(fd, FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE, 8192, 16384),
    all('DISCARD', { offset: 8192, size: 16384 }),
  );
  step('zero a range', () => libc.fallocate(fd, FALLOC_ZERO_RANGE, 65536, 8192), all('ZEROFILL', { offset: 65536, size: 8192 }));
  step('seek data', () => libc.lseek(fd, 0, libc.SEEK_DATA), one('SEEK', { offset: 0, what: 0 }));
  step('seek hole', () => libc.lseek(fd, 0, libc.SEEK_HOLE), one('SEEK', { offset: 0, what: 1 }, { response: { offset: 8192 } }));
  fails('ENXIO', 'seek far', () => libc.lseek(fd, 1 << 30, libc.SEEK_DATA), one('SEEK', { offset: 1 << 30 }, { error: 'ENXIO' }));
  step('ftruncate', () => fs.ftruncateSync(fd, 5000), all('FTRUNCATE', { offset: 5000 }));
  step('fstat', () => fs.fstatSync(fd), one('FSTAT', {}));
  step('close', () => fs.closeSync(fd), all('FLUSH', {}), all('RELEASE', {}));
  return fd;
}
void content;
