/** A lock of a file, held or asked for, and which of them can't be held both. */
import type { Fields } from '../../rpc/describer.js';
import type { Integer } from '../describe/values.js';
import { newOrder, type Order } from './lock-list.js';

/** Three kinds that know nothing of each other: ext_list, inodelk_list and entrylk_list of features/locks. */
export const LockKind = { record: 0, inode: 1, entry: 2 } as const;
export type LockKind = (typeof LockKind)[keyof typeof LockKind];

/** `released`: it is known to be over; `doubted`: it is not known any more. */
export const LockState = { asked: 0, held: 1, released: 2, doubted: 3 } as const;
export type LockState = (typeof LockState)[keyof typeof LockState];

/** Whose locks they are: a connection. */
export interface Locker {
  /** The server makes one client of the connections that say the same (gf_client_get() of libglusterfs/src/client_t.c). */
  readonly id: string | undefined;
  readonly locks: Order<Lock>;
  /** What a line says of it. */
  who(): Fields;
}

/** All locks of a file, in the order in which they were asked for. */
export type FileLocks = Lock[];

export interface Lock {
  readonly locker: Locker;
  /** Of the frame, never of the flock: new_posix_lock(), new_inode_lock() and new_entrylk_lock() of features/locks. */
  readonly owner: string;
  /** Of the process that asked for it. */
  readonly pid: number | undefined;
  readonly file: FileLocks;
  readonly kind: LockKind;
  readonly domain: string;
  /** Of an entry; undefined: all names in the directory. */
  readonly name: string | undefined;
  readonly writes: boolean;
  /** The call has no reply until it is granted. */
  readonly waits: boolean;
  start: Integer;
  end: Integer;
  readonly fd: string | undefined;
  state: LockState;
  /** When it was granted. */
  seconds: number;
  nanoseconds: number;
  /** Those that are or were in its way since it was asked for; once its reply was told, they are forgotten. */
  rivals: Lock[] | undefined;
  /** How many of them are not in the list. */
  moreRivals: number;
}

export function isOver({ state }: Lock): boolean {
  return state === LockState.released || state === LockState.doubted;
}

export function newLockOrder(): Order<Lock> {
  return newOrder(isOver);
}

export function sameOwner(a: Lock, b: Lock): boolean {
  if (a.owner !== b.owner) return false;
  return a.locker === b.locker || (a.locker.id !== undefined && a.locker.id === b.locker.id);
}

/** names_conflict() of entrylk.c does not ask for the type; the others do (inodelk_conflict(), __is_lock_grantable()). */
function meets(a: Lock, b: Lock): boolean {
  if (a.kind !== b.kind || a.domain !== b.domain) return false;
  if (a.kind === LockKind.entry) return a.name === undefined || b.name === undefined || a.name === b.name;
  return (a.writes || b.writes) && a.start <= b.end && b.start <= a.end;
}

/** They can't be held both. */
export function conflict(a: Lock, b: Lock): boolean {
  return meets(a, b) && !sameOwner(a, b);
}

/** An unlock takes just what was locked: find_matching_inodelk(), __find_matching_lock() of entrylk.c. */
export function alike(a: Lock, b: Lock): boolean {
  if (a.kind !== b.kind || a.domain !== b.domain || !sameOwner(a, b)) return false;
  if (a.kind === LockKind.entry) return a.name === b.name && a.writes === b.writes;
  return a.start === b.start && a.end === b.end;
}
