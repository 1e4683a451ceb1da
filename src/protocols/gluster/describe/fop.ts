/** File operations: what each asks, and what comes of it. By name, which means the same in all versions. */
import { displayName, formatSize } from '../../../records/phrases.js';
import type { Fields } from '../../rpc/describer.js';
import { entryLock, lease, lock } from './lock-fields.js';
import {
  access,
  changed,
  copied,
  entryName,
  file,
  flags,
  linked,
  lookedUp,
  newName,
  newSize,
  offset,
  oldName,
  type Part,
  size,
  sought,
  symlinkTarget,
  told,
  xattrName,
  xattrNames,
} from './parts.js';
import { gfid, type Integer, integer, object, put, text } from './values.js';

/** What a reply that is no failure says, in words; undefined: only that it is none. */
export type Answer = (response: Fields, out: Fields, opRet: Integer | undefined) => string | undefined;

export interface Row {
  readonly asks: readonly Part[];
  readonly answers?: Answer;
}

const row = (...asks: readonly Part[]): Row => ({ asks });
const answered = (answers: Answer, ...asks: readonly Part[]): Row => ({ asks, answers });

/** posix_readv() and posix_fill_readdir() set ENOENT to say that there is no more: op_errno of a success. */
const EndOfFile = 2;

const endOf: Answer = (response, out) => {
  if (response.op_errno !== EndOfFile) return undefined;
  out.eof = true;
  return 'the end';
};

const bytesRead: Answer = (response, out, opRet) => {
  if (opRet === undefined) return undefined;
  const end = endOf(response, out, opRet);
  return end === undefined ? formatSize(opRet) : `${formatSize(opRet)}, ${end}`;
};

const bytesWritten: Answer = (_response, _out, opRet) =>
  opRet === undefined ? undefined : formatSize(opRet);

/** A listing's op_ret is the number of its entries. */
const entries: Answer = (response, out, opRet) => {
  if (opRet === undefined) return undefined;
  out.entries = opRet;
  const count = Number(opRet) === 1 ? '1 entry' : `${opRet} entries`;
  const end = endOf(response, out, opRet);
  return end === undefined ? count : `${count}, ${end}`;
};

/** The gfid of the file that the request told by name. */
const found =
  (stat: string): Answer =>
  (response, out) => {
    put(out, 'gfid', gfid(object(response[stat])?.ia_gfid));
    return undefined;
  };

/** LOOKUP's reply has the file's attributes first, under different names in different versions. */
const lookedUpGfid: Answer = (response, out) => {
  put(out, 'gfid', gfid(object(response.prestat ?? response.stat)?.ia_gfid));
  return undefined;
};

const linkTarget: Answer = (response, out) => {
  const target = text(response.path);
  put(out, 'target', target);
  return target === undefined ? undefined : displayName(target);
};

const soughtOffset: Answer = (response, out) => {
  const at = integer(response.offset);
  put(out, 'result_offset', at);
  return at === undefined ? undefined : `at ${at}`;
};

const locksHeld: Answer = (_response, _out, opRet) => {
  if (opRet === undefined) return undefined;
  return Number(opRet) === 1 ? '1 lock' : `${opRet} locks`;
};

const made = found('stat');

export const FOP: ReadonlyMap<string, Row> = new Map(
  Object.entries({
    STAT: row(file),
    FSTAT: row(file),
    READLINK: answered(linkTarget, file),
    MKNOD: answered(made, entryName),
    MKDIR: answered(made, entryName),
    UNLINK: row(entryName),
    RMDIR: row(entryName),
    SYMLINK: answered(made, entryName, symlinkTarget),
    RENAME: answered(made, oldName, newName),
    LINK: row(linked, newName),
    TRUNCATE: row(file, newSize),
    FTRUNCATE: row(file, newSize),
    OPEN: row(file, flags),
    READ: answered(bytesRead, file, size, offset),
    WRITE: answered(bytesWritten, file, size, offset),
    STATFS: row(file),
    FLUSH: row(file),
    FSYNC: row(file),
    SETXATTR: row(file, xattrNames),
    FSETXATTR: row(file, xattrNames),
    GETXATTR: row(file, xattrName),
    FGETXATTR: row(file, xattrName),
    REMOVEXATTR: row(file, xattrName),
    FREMOVEXATTR: row(file, xattrName),
    XATTROP: row(file, xattrNames),
    FXATTROP: row(file, xattrNames),
    OPENDIR: row(file),
    FSYNCDIR: row(file),
    READDIR: answered(entries, file),
    READDIRP: answered(entries, file),
    ACCESS: row(file, access),
    CREATE: answered(made, entryName, flags),
    LK: row(file, lock),
    INODELK: row(file, lock),
    FINODELK: row(file, lock),
    ENTRYLK: row(file, entryLock),
    FENTRYLK: row(file, entryLock),
    LOOKUP: answered(lookedUpGfid, lookedUp),
    RCHECKSUM: row(file, size, offset),
    SETATTR: row(file, changed),
    FSETATTR: row(file, changed),
    RELEASE: row(file),
    RELEASEDIR: row(file),
    FALLOCATE: row(file, size, offset),
    DISCARD: row(file, size, offset),
    ZEROFILL: row(file, size, offset),
    IPC: row(told('op', 'ipc_op')),
    SEEK: answered(soughtOffset, file, sought, offset),
    LEASE: row(file, lease),
    GETACTIVELK: answered(locksHeld, file),
    SETACTIVELK: row(file),
    ICREATE: row(file),
    NAMELINK: row(entryName),
    PUT: answered(made, entryName, size, offset),
    COPY_FILE_RANGE: answered(bytesWritten, copied, size),
  }),
);
