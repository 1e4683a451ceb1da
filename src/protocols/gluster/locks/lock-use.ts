/** What a procedure does to locks, as its row in gluster/programs declares. */
import {
  dict,
  id,
  string,
  struct,
  unsigned_hyper,
  unsigned_int,
  uuid,
  type XdrFields,
} from '../../rpc/xdr/types.js';
import { LockKind } from './lock.js';

/** How a call ends locks without being a lock call. */
export const LockEnding = {
  none: 0,
  /** All locks of the owner: pl_flush() of features/locks. */
  flush: 1,
  /** All locks of the file descriptor: pl_release(). */
  release: 2,
  /** An administrator's command in the name of an extended attribute: pl_getxattr_clrlk(). */
  clearCommand: 3,
  /** An extended attribute moves locks to another connection: pl_migrate_locks(). */
  migration: 4,
  /** The call contains calls that are not decoded. */
  unreadable: 5,
} as const;
export type LockEnding = (typeof LockEnding)[keyof typeof LockEnding];

export interface LockUse {
  /** The kind of lock that the call requests or unlocks; undefined: none. */
  readonly kind: LockKind | undefined;
  readonly ending: LockEnding;
  /** Fields of the call that the lock tracker reads. */
  readonly reads: XdrFields;
}

const LOCK_FIELDS = { gfid: uuid, cmd: unsigned_int, type: unsigned_int };
const FLOCK = struct('flock', { start: unsigned_hyper, len: unsigned_hyper });

const requestsLock = (kind: LockKind, reads: XdrFields): LockUse => ({
  kind,
  ending: LockEnding.none,
  reads: { ...LOCK_FIELDS, ...reads },
});

const endsLocks = (ending: LockEnding, reads: XdrFields): LockUse => ({ kind: undefined, ending, reads });

export const RECORD_LOCK = requestsLock(LockKind.record, { fd: id, flock: FLOCK });
export const INODE_LOCK = requestsLock(LockKind.inode, { flock: FLOCK, volume: string });
export const ENTRY_LOCK = requestsLock(LockKind.entry, { name: string, volume: string });
export const FLUSH = endsLocks(LockEnding.flush, { gfid: uuid });
export const RELEASE = endsLocks(LockEnding.release, { gfid: uuid, fd: id });
export const CLEAR_COMMAND = endsLocks(LockEnding.clearCommand, { gfid: uuid, name: string });
export const MIGRATION = endsLocks(LockEnding.migration, { gfid: uuid, dict });
export const UNREADABLE = endsLocks(LockEnding.unreadable, {});
