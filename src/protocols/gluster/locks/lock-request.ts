/** Reads a lock request from the struct of a call, which is the same in all versions. */
import type { Fields } from '../../rpc/describer.js';
import { METADATA_RANGE_START } from '../enums/fop.js';
import { type Integer, integer, NULL_GFID, object, ROOT_GFID, text } from '../values.js';
import { type FileLocks, type Lock, type LockClient, LockKind } from './lock.js';
import { LockState } from './lock-state.js';

// GF_LK_* and ENTRYLK_* of rpc/xdr/src/glusterfs3.h and glusterfs-fops.x.
const GF_LK_GETLK = 0;
const GF_LK_SETLK = 1;
const GF_LK_SETLKW = 2;
const GF_LK_F_WRLCK = 1;
const GF_LK_F_UNLCK = 2;
const ENTRYLK_LOCK = 0;
const ENTRYLK_UNLOCK = 1;
const ENTRYLK_LOCK_NB = 2;
const ENTRYLK_WRLCK = 1;

export const LockRequest = {
  /** A query, or a lock that is not tracked. */
  none: 0,
  /** Not decoded: any request is possible. */
  unreadable: 1,
  nonBlocking: 2,
  blocking: 3,
  unlock: 4,
} as const;
export type LockRequest = (typeof LockRequest)[keyof typeof LockRequest];

export function lockRequestOf(kind: LockKind, { cmd, type }: Fields): LockRequest {
  if (typeof cmd !== 'number' || typeof type !== 'number') return LockRequest.unreadable;
  if (kind === LockKind.entry) {
    if (cmd === ENTRYLK_LOCK) return LockRequest.blocking;
    if (cmd === ENTRYLK_LOCK_NB) return LockRequest.nonBlocking;
    return cmd === ENTRYLK_UNLOCK ? LockRequest.unlock : LockRequest.none;
  }
  // GETLK only queries. Reservations (RESLK) have a list of their own and lock no file: pl_reserve_setlk().
  if (cmd === GF_LK_GETLK || (cmd !== GF_LK_SETLK && cmd !== GF_LK_SETLKW)) return LockRequest.none;
  if (type === GF_LK_F_UNLCK) return LockRequest.unlock;
  return cmd === GF_LK_SETLKW ? LockRequest.blocking : LockRequest.nonBlocking;
}

/** The largest offset in a file: LLONG_MAX. */
const MAX_OFFSET = 9223372036854775807n;

/** The last byte of a range; undefined: the server rejects the range. */
function lastByteOf(start: Integer, length: Integer): Integer | undefined {
  if (start > MAX_OFFSET || length > MAX_OFFSET) return undefined;
  if (Number(length) === 0) return Number.POSITIVE_INFINITY;
  if (typeof start === 'number' && typeof length === 'number') {
    const end = start + length - 1;
    if (end <= Number.MAX_SAFE_INTEGER) return end;
  }
  return BigInt(start) + BigInt(length) - 1n;
}

/** AFR's metadata locks have a domain of their own: _pl_convert_volume_for_special_range() of inodelk.c. */
function domainOf(kind: LockKind, domain: string, start: Integer, length: Integer): string {
  const isMetadata = kind === LockKind.inode && start === METADATA_RANGE_START && Number(length) === 0;
  return isMetadata && !domain.endsWith(':metadata') ? `${domain}:metadata` : domain;
}

/** The gfid of the call's file in the whole volume; undefined: unknown. */
export function lockedGfid(request: Fields | undefined, rootGfid: string | undefined): string | undefined {
  const gfid = text(request?.gfid);
  if (gfid === ROOT_GFID) return rootGfid;
  return gfid === NULL_GFID ? undefined : gfid;
}

/** The name of the locked entry; a name that is not valid UTF-8 in hex, which keeps different names apart. */
function entryNameOf(request: Fields): string | undefined {
  return text(request.name_hex) ?? text(request.name);
}

/** Characters of a domain or name: a lock with a longer one is not tracked. */
const MAX_TEXT_LENGTH = 1024;

/** The lock that the call requests or unlocks; undefined: truncated, or not tracked. */
export function readLock(
  kind: LockKind,
  isBlocking: boolean,
  request: Fields,
  auth: Fields | undefined,
  client: LockClient,
  file: FileLocks,
): Lock | undefined {
  const owner = auth?.lk_owner;
  if (typeof owner !== 'string') return undefined;
  const isEntry = kind === LockKind.entry;
  const { volume, type } = request;
  if (isEntry ? typeof request.name !== 'string' : request.flock === undefined) return undefined;
  if (kind !== LockKind.record && typeof volume !== 'string') return undefined;
  if (typeof volume === 'string' && volume.length > MAX_TEXT_LENGTH) return undefined;
  const name = isEntry ? entryNameOf(request) : undefined;
  if (name !== undefined && name.length > MAX_TEXT_LENGTH) return undefined;
  const flock = isEntry ? undefined : object(request.flock);
  const start = isEntry ? 0 : integer(flock?.start);
  const length = isEntry ? 0 : integer(flock?.len);
  if (start === undefined || length === undefined) return undefined;
  const end = lastByteOf(start, length);
  if (end === undefined) return undefined;
  return {
    client,
    owner,
    pid: typeof auth?.pid === 'number' ? auth.pid : undefined,
    file,
    kind,
    domain: typeof volume === 'string' ? domainOf(kind, volume, start, length) : '',
    name,
    isWrite: type === (isEntry ? ENTRYLK_WRLCK : GF_LK_F_WRLCK),
    isBlocking,
    start,
    end,
    fd: text(request.fd),
    state: LockState.requested,
    seconds: 0,
    nanoseconds: 0,
    conflicts: undefined,
    moreConflicts: 0,
  };
}
