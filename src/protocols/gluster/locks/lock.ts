/** A lock of a file, requested or held, and which locks conflict. */
import type { Fields } from '../../rpc/describer.js';
import type { Integer } from '../values.js';
import { LockList } from './lock-list.js';
import type { LockState } from './lock-state.js';

/** Three independent kinds: ext_list, inodelk_list and entrylk_list of features/locks. */
export const LockKind = { record: 0, inode: 1, entry: 2 } as const;
export type LockKind = (typeof LockKind)[keyof typeof LockKind];

/** The client of a connection, as the holder of its locks. */
export interface LockClient {
  /** Connections with the same id are one client to the server: gf_client_get() of libglusterfs/src/client_t.c. */
  readonly id: string | undefined;
  readonly locks: LockList<Lock>;
  /** The client as a line shows a lock holder. */
  holderFields(): Fields;
}

export function newLockList(): LockList<Lock> {
  return new LockList<Lock>();
}

/** The locks of a file in the order of their requests. */
export type FileLocks = Lock[];

export interface Lock {
  readonly client: LockClient;
  /** lk_owner of the RPC credential, not of the flock: new_posix_lock(), new_inode_lock(), new_entrylk_lock(). */
  readonly owner: string;
  /** Process ID of the requester. */
  readonly pid: number | undefined;
  readonly file: FileLocks;
  readonly kind: LockKind;
  readonly domain: string;
  /** The name of an entry lock; undefined: all names in the directory. */
  readonly name: string | undefined;
  readonly isWrite: boolean;
  /** The server replies only when the lock is granted. */
  readonly isBlocking: boolean;
  start: Integer;
  /** The last byte; Infinity: to the end of the file, however it grows. */
  end: Integer;
  readonly fd: string | undefined;
  state: LockState;
  /** When it was granted. */
  seconds: number;
  nanoseconds: number;
  /** Conflicting locks held since the request; undefined again once the reply is described. */
  conflicts: Lock[] | undefined;
  /** Number of conflicting locks beyond those in the list. */
  moreConflicts: number;
}

export function haveSameOwner(a: Lock, b: Lock): boolean {
  if (a.owner !== b.owner) return false;
  return a.client === b.client || (a.client.id !== undefined && a.client.id === b.client.id);
}

/** names_conflict() of entrylk.c ignores the type; the others do not (inodelk_conflict(), __is_lock_grantable()). */
function overlap(a: Lock, b: Lock): boolean {
  if (a.kind !== b.kind || a.domain !== b.domain) return false;
  if (a.kind === LockKind.entry) return a.name === undefined || b.name === undefined || a.name === b.name;
  return (a.isWrite || b.isWrite) && a.start <= b.end && b.start <= a.end;
}

/** Whether the two cannot be held at the same time. */
export function areConflicting(a: Lock, b: Lock): boolean {
  return overlap(a, b) && !haveSameOwner(a, b);
}

/** An unlock releases exactly what was locked: find_matching_inodelk(), __find_matching_lock() of entrylk.c. */
export function unlocks(unlock: Lock, lock: Lock): boolean {
  if (unlock.kind !== lock.kind || unlock.domain !== lock.domain || !haveSameOwner(unlock, lock))
    return false;
  if (unlock.kind === LockKind.entry) return unlock.name === lock.name && unlock.isWrite === lock.isWrite;
  return unlock.start === lock.start && unlock.end === lock.end;
}
