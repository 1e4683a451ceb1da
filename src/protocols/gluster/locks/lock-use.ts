/** What a procedure does to locks: the rows of gluster/programs say it. */
import { LockKind } from './lock.js';

/** How calls end locks without being about one. */
export const LockEnding = {
  none: 0,
  /** All that the owner has: pl_flush() of features/locks. */
  flush: 1,
  /** All of the file descriptor: pl_release(). */
  release: 2,
  /** An administrator's command, as the name of an extended attribute: pl_getxattr_clrlk(). */
  clearCommand: 3,
  /** They become another connection's, by an extended attribute: pl_migrate_locks(). */
  migration: 4,
  /** Calls within a call, which are not looked into. */
  unreadable: 5,
} as const;
export type LockEnding = (typeof LockEnding)[keyof typeof LockEnding];

export interface LockUse {
  /** The kind of the lock that the call is about; undefined: it is about none. */
  readonly kind: LockKind | undefined;
  readonly ending: LockEnding;
}

const requests = (kind: LockKind): LockUse => ({ kind, ending: LockEnding.none });
const ends = (ending: LockEnding): LockUse => ({ kind: undefined, ending });

export const RECORD_LOCK = requests(LockKind.record);
export const INODE_LOCK = requests(LockKind.inode);
export const ENTRY_LOCK = requests(LockKind.entry);
export const FLUSH = ends(LockEnding.flush);
export const RELEASE = ends(LockEnding.release);
export const CLEAR_COMMAND = ends(LockEnding.clearCommand);
export const MIGRATION = ends(LockEnding.migration);
export const UNREADABLE = ends(LockEnding.unreadable);
