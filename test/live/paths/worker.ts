/**
 * Makes operations on a mount, one at a time: reads a command as a line of JSON, and writes a line with its outcome, and when
 * it started and ended.
 */
import * as fs from 'node:fs';
import { createInterface } from 'node:readline';
import * as libc from '../gluster-libc.js';
import { now } from './clock.js';

/** Bytes in hex: file names may have any. */
export type Hex = string;

export interface Command {
  readonly what:
    | 'create'
    | 'open'
    | 'close'
    | 'write'
    | 'read'
    | 'fsync'
    | 'chmod'
    | 'truncate'
    | 'mkdir'
    | 'rmdir'
    | 'unlink'
    | 'rename'
    | 'link'
    | 'symlink'
    | 'mknod'
    | 'readdir'
    | 'stat';
  readonly path?: Hex;
  readonly to?: Hex;
  /** The open file, by the number that the sender gave it. */
  readonly file?: number;
  readonly size?: number;
  readonly offset?: number;
}

export interface Outcome {
  /** The name of the error; undefined: success. */
  readonly error?: string | undefined;
  readonly start: number;
  readonly end: number;
  /** Of the file created or read: the last eight bytes of its gfid (gfid_to_ino() of libglusterfs). */
  readonly inode?: string | undefined;
}

const { O_CREAT, O_EXCL, O_RDWR } = fs.constants;
const open = new Map<number, number>();

function inodeOf(stat: fs.BigIntStats): string {
  return BigInt.asUintN(64, stat.ino).toString(16).padStart(16, '0');
}

function work(command: Command): (() => string) | undefined {
  const path = Buffer.from(command.path ?? '', 'hex');
  const to = Buffer.from(command.to ?? '', 'hex');
  const { file = -1, size = 0, offset = 0 } = command;
  const fd = open.get(file) ?? -1;
  const look = () => inodeOf(fs.lstatSync(path, { bigint: true }));
  switch (command.what) {
    case 'create':
    case 'open': {
      const flags = command.what === 'create' ? O_CREAT | O_EXCL | O_RDWR : O_RDWR;
      const made = fs.openSync(path, flags, 0o644);
      open.set(file, made);
      return () => inodeOf(fs.fstatSync(made, { bigint: true }));
    }
    case 'close':
      open.delete(file);
      fs.closeSync(fd);
      return undefined;
    case 'write':
      fs.writeSync(fd, Buffer.alloc(size, 'x'), 0, size, offset);
      return undefined;
    case 'read':
      fs.readSync(fd, Buffer.alloc(size), 0, size, offset);
      return undefined;
    case 'fsync':
      fs.fsyncSync(fd);
      return undefined;
    case 'chmod':
      fs.fchmodSync(fd, 0o600 + (size % 0o100));
      return undefined;
    case 'truncate':
      fs.ftruncateSync(fd, size);
      return undefined;
    case 'mkdir':
      fs.mkdirSync(path);
      return look;
    case 'rmdir':
      fs.rmdirSync(path);
      return undefined;
    case 'unlink':
      fs.unlinkSync(path);
      return undefined;
    case 'rename':
      fs.renameSync(path, to);
      return undefined;
    case 'link':
      fs.linkSync(path, to);
      return undefined;
    case 'symlink':
      fs.symlinkSync('some/where', path);
      return look;
    case 'mknod':
      libc.mknod(path, fs.constants.S_IFIFO | 0o600);
      return look;
    case 'readdir':
      fs.readdirSync(path, { encoding: 'buffer', withFileTypes: true });
      return undefined;
    case 'stat':
      return look;
  }
}

const ESTALE = -116;

/** Node has no name for ESTALE. */
function errorOf(thrown: unknown): string {
  const { errno, code } = thrown as NodeJS.ErrnoException;
  return errno === ESTALE ? 'ESTALE' : (code ?? String(thrown));
}

function act(command: Command): Outcome {
  const start = now();
  let error: string | undefined;
  let look: (() => string) | undefined;
  try {
    look = work(command);
  } catch (thrown) {
    error = errorOf(thrown);
  }
  const end = now();
  let inode: string | undefined;
  try {
    inode = look?.();
  } catch {
    // Another program moved it meanwhile.
  }
  return { error, start, end, inode };
}

for await (const line of createInterface({ input: process.stdin })) {
  fs.writeSync(1, `${JSON.stringify(act(JSON.parse(line)))}\n`);
}
