/** What a call asks of locks: the lock that it wants or gives up. In all versions alike. */
import type { Fields } from '../../rpc/describer.js';
import { type Integer, integer, NullGfid, object, RootGfid, text } from '../describe/values.js';
import { type FileLocks, type Lock, type Locker, LockKind, LockState } from './lock.js';

// GF_LK_* and ENTRYLK_* of rpc/xdr/src/glusterfs3.h and glusterfs-fops.x.
const GetLock = 0;
const SetLock = 1;
const SetLockWait = 2;
const Write = 1;
const Unlock = 2;
const EntryLock = 0;
const EntryUnlock = 1;
const EntryTry = 2;

/** `none`: nothing that is followed; `unread`: it can't be told what it does. */
export const LockRequest = { none: 0, unread: 1, try: 2, wait: 3, unlock: 4 } as const;
export type LockRequest = (typeof LockRequest)[keyof typeof LockRequest];

export function lockRequestOf(kind: LockKind, { cmd, type }: Fields): LockRequest {
  if (typeof cmd !== 'number' || typeof type !== 'number') return LockRequest.unread;
  if (kind === LockKind.entry) {
    if (cmd === EntryLock) return LockRequest.wait;
    if (cmd === EntryTry) return LockRequest.try;
    return cmd === EntryUnlock ? LockRequest.unlock : LockRequest.none;
  }
  // GETLK only looks. Reservations (RESLK) are a list of their own and no lock of a file: pl_reserve_setlk().
  if (cmd === GetLock || (cmd !== SetLock && cmd !== SetLockWait)) return LockRequest.none;
  if (type === Unlock) return LockRequest.unlock;
  return cmd === SetLockWait ? LockRequest.wait : LockRequest.try;
}

/** A 64-bit signed integer's largest: to the end of the file. */
const LastByte = 9223372036854775807n;

/** Where the last byte of a range is; undefined: the server takes no such range. */
function endOf(start: Integer, length: Integer): Integer | undefined {
  if (start > LastByte || length > LastByte) return undefined;
  if (Number(length) === 0) return Number.POSITIVE_INFINITY;
  if (typeof start === 'number' && typeof length === 'number') {
    const end = start + length - 1;
    if (end <= Number.MAX_SAFE_INTEGER) return end;
  }
  return BigInt(start) + BigInt(length) - 1n;
}

/** AFR's locks of a file's attributes: _pl_convert_volume_for_special_range() of inodelk.c. */
function domainOf(kind: LockKind, domain: string, start: Integer, length: Integer): string {
  const special = kind === LockKind.inode && start === LastByte - 1n && Number(length) === 0;
  return special && !domain.endsWith(':metadata') ? `${domain}:metadata` : domain;
}

/** The gfid of the file in the whole volume, whatever directory the client has for its root. */
export function fileOf(request: Fields | undefined, root: string | undefined): string | undefined {
  const id = text(request?.gfid);
  if (id === RootGfid) return root;
  return id === NullGfid ? undefined : id;
}

/** Names whose bytes are no UTF-8 are told apart by these. */
function nameOf(request: Fields): string | undefined {
  return text(request.name_hex) ?? text(request.name);
}

/** Characters of a domain and of a name: a lock with more is not followed. */
const WordLimit = 1024;

/** The lock that the call is about; undefined: not all that makes it one was seen. */
export function readLock(
  kind: LockKind,
  waits: boolean,
  request: Fields,
  auth: Fields | undefined,
  locker: Locker,
  file: FileLocks,
): Lock | undefined {
  const owner = auth?.lk_owner;
  if (typeof owner !== 'string') return undefined;
  const isEntry = kind === LockKind.entry;
  const { volume, type } = request;
  if (isEntry ? typeof request.name !== 'string' : request.flock === undefined) return undefined;
  if (kind !== LockKind.record && typeof volume !== 'string') return undefined;
  const flock = isEntry ? undefined : object(request.flock);
  const start = isEntry ? 0 : integer(flock?.start);
  const length = isEntry ? 0 : integer(flock?.len);
  if (start === undefined || length === undefined) return undefined;
  if (typeof volume === 'string' && volume.length > WordLimit) return undefined;
  const name = isEntry ? nameOf(request) : undefined;
  if (name !== undefined && name.length > WordLimit) return undefined;
  const end = endOf(start, length);
  if (end === undefined) return undefined;
  return {
    locker,
    owner,
    pid: typeof auth?.pid === 'number' ? auth.pid : undefined,
    file,
    kind,
    domain: typeof volume === 'string' ? domainOf(kind, volume, start, length) : '',
    name,
    writes: type === Write,
    waits,
    start,
    end,
    fd: text(request.fd),
    state: LockState.asked,
    seconds: 0,
    nanoseconds: 0,
    rivals: undefined,
    moreRivals: 0,
  };
}
