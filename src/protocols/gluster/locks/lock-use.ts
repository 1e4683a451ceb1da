/** What a procedure does to locks: a fact of its row in gluster/programs. */
import { LockKind } from './lock.js';

/** How a call that requests no lock ends locks. */
export const LockEnding = {
  none: 0,
  /** All locks of the owner: pl_flush() of features/locks. */
  flush: 1,
  /** All locks of the file descriptor: pl_release(). */
  release: 2,
  /** An administrator's command in the name of an extended attribute: pl_getxattr_clrlk(). */
  clearCommand: 3,
  /** An extended attribute moves them to another connection: pl_migrate_locks(). */
  migration: 4,
  /** The call contains calls that are not decoded. */
  unreadable: 5,
} as const;
export type LockEnding = (typeof LockEnding)[keyof typeof LockEnding];

export interface LockUse {
  /** The kind of lock that the call requests or unlocks; undefined: none. */
  readonly kind: LockKind | undefined;
  readonly ending: LockEnding;
}

const requestsLock = (kind: LockKind): LockUse => ({ kind, ending: LockEnding.none });
const endsLocks = (ending: LockEnding): LockUse => ({ kind: undefined, ending });

export const RECORD_LOCK = requestsLock(LockKind.record);
export const INODE_LOCK = requestsLock(LockKind.inode);
export const ENTRY_LOCK = requestsLock(LockKind.entry);
export const FLUSH = endsLocks(LockEnding.flush);
export const RELEASE = endsLocks(LockEnding.release);
export const CLEAR_COMMAND = endsLocks(LockEnding.clearCommand);
export const MIGRATION = endsLocks(LockEnding.migration);
export const UNREADABLE = endsLocks(LockEnding.unreadable);
