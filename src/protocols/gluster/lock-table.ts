/**
 * Locks that are held and asked for, of all bricks of a decoder together, as far as the wire said so.
 *
 * All that it claims is that somebody holds something. What a claim rests on may have gone by unseen, so whatever
 * makes one doubtful takes it away: a line says less then, but nothing wrong. So a lock is gone with the call that
 * unlocks it, not with the reply, and a grant that could not be beside another lock ends the belief in that.
 */
import type { Fields } from '../rpc/describe.js';
import type { Integer } from './describe-values.js';

/** Three kinds that know nothing of each other: ext_list, inodelk_list and entrylk_list of features/locks. */
export const LockKind = { record: 0, inode: 1, entry: 2 } as const;
export type LockKind = (typeof LockKind)[keyof typeof LockKind];

export const LockState = { asked: 0, held: 1, released: 2, doubted: 3 } as const;
export type LockState = (typeof LockState)[keyof typeof LockState];

/** Whose locks they are: a connection. */
export interface Locker {
  /** The server makes one client of the connections that say the same (gf_client_get() of libglusterfs/src/client_t.c). */
  readonly id: string | undefined;
  readonly locks: Set<Lock>;
  /** What a line says of it. */
  who(): Fields;
}

export interface Lock {
  readonly locker: Locker;
  /** Of the frame, never of the flock: new_posix_lock(), new_inode_lock() and new_entrylk_lock() of features/locks. */
  readonly owner: string;
  /** Of the process that asked for it. */
  readonly pid: number | undefined;
  readonly file: string;
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
  /** Those that are or were in its way since it was asked for. */
  rivals: Lock[] | undefined;
  /** How many of them are not in the list. */
  moreRivals: number;
}

/** Held and asked for, in all; those that were asked for first are forgotten first. */
const LocksLimit = 65536;
/** The same of one file, since each call on it looks at all of them. */
const FileLimit = 1024;
/** Rivals that are remembered of a lock. */
const RivalsLimit = 8;

export interface LockTable {
  /** Held and asked for. */
  size(): number;
  /** It is asked for. */
  ask(lock: Lock): void;
  /** It is held. */
  grant(lock: Lock, seconds: number, nanoseconds: number): void;
  /** What was asked for is over. `state`: whether that is sure. */
  end(lock: Lock, state: LockState): void;
  /** The owner's lock that is just like this one is gone. */
  unlock(like: Lock): void;
  /** What the owner has of this range is gone. */
  unlockRange(like: Lock): void;
  /** Locks of a file that these are: gone. */
  drop(file: string, which: (lock: Lock) => boolean, state: LockState): void;
  /** All of a connection. */
  leave(locker: Locker, state: LockState): void;
  /** Everything is doubtful. */
  doubtAll(): void;
}

function sameOwner(a: Lock, b: Lock): boolean {
  if (a.owner !== b.owner) return false;
  return a.locker === b.locker || (a.locker.id !== undefined && a.locker.id === b.locker.id);
}

/** The names_conflict() of entrylk.c asks for no type; the others do (inodelk_conflict(), __is_lock_grantable()). */
function meets(a: Lock, b: Lock): boolean {
  if (a.kind !== b.kind || a.domain !== b.domain) return false;
  if (a.kind === LockKind.entry) return a.name === undefined || b.name === undefined || a.name === b.name;
  return (a.writes || b.writes) && a.start <= b.end && b.start <= a.end;
}

/** They can't be held both. */
export function conflict(a: Lock, b: Lock): boolean {
  return meets(a, b) && !sameOwner(a, b);
}

/** unlocks take just what was locked: find_matching_inodelk(), __find_matching_lock() of entrylk.c. */
function alike(a: Lock, b: Lock): boolean {
  if (a.kind !== b.kind || a.domain !== b.domain || !sameOwner(a, b)) return false;
  if (a.kind === LockKind.entry) return a.name === b.name && a.writes === b.writes;
  return a.start === b.start && a.end === b.end;
}

/** The number before or behind another. */
function next(value: Integer, step: 1 | -1): Integer {
  return typeof value === 'bigint' || value >= Number.MAX_SAFE_INTEGER
    ? BigInt(value) + BigInt(step)
    : value + step;
}

function note(lock: Lock, rival: Lock): void {
  lock.rivals ??= [];
  if (lock.rivals.length < RivalsLimit) {
    lock.rivals.push(rival);
    return;
  }
  lock.moreRivals++;
  // Whoever holds it now tells more than one that is gone.
  const gone = lock.rivals.findIndex(({ state }) => state !== LockState.held);
  if (gone >= 0) lock.rivals[gone] = rival;
}

/** What is left of a lock behind a range that was taken out of it. */
function piece(lock: Lock, start: Integer): Lock {
  return { ...lock, start, rivals: undefined, moreRivals: 0 };
}

export function newLockTable(locksLimit = LocksLimit, fileLimit = FileLimit): LockTable {
  const files = new Map<string, Lock[]>();
  const all = new Set<Lock>();

  const add = (lock: Lock, list: Lock[]) => {
    list.push(lock);
    lock.locker.locks.add(lock);
    all.add(lock);
    if (list.length > fileLimit) end(list[0], LockState.doubted);
    if (all.size > locksLimit) {
      const [oldest] = all;
      end(oldest, LockState.doubted);
    }
  };

  const end = (lock: Lock, state: LockState) => {
    if (!all.delete(lock)) return;
    lock.state = state;
    lock.locker.locks.delete(lock);
    const list = files.get(lock.file);
    if (list === undefined) return;
    if (list.length === 1) files.delete(lock.file);
    else list.splice(list.indexOf(lock), 1);
  };

  /** Tells those that wait for it that it is there. */
  const tell = (held: Lock, list: readonly Lock[]) => {
    for (const other of list) {
      if (other.state === LockState.asked && other !== held && conflict(other, held)) note(other, held);
    }
  };

  /**
   * Takes a range out of what its owner holds: __insert_and_merge() and subtract_locks() of features/locks/src/common.c.
   * Pieces that touch may stay apart here, where they are one there.
   */
  const carve = (like: Lock, list: readonly Lock[]) => {
    for (const lock of [...list]) {
      if (lock.kind !== LockKind.record || lock.state !== LockState.held || lock === like) continue;
      if (lock.start > like.end || like.start > lock.end || !sameOwner(lock, like)) continue;
      const before = lock.start < like.start;
      const behind = lock.end > like.end;
      if (!before && !behind) {
        end(lock, LockState.released);
        continue;
      }
      const rest = before && behind ? piece(lock, next(like.end, 1)) : undefined;
      if (before) lock.end = next(like.start, -1);
      else lock.start = next(like.end, 1);
      if (rest === undefined) continue;
      const now = files.get(lock.file);
      if (now === undefined) return;
      add(rest, now);
      tell(rest, now);
    }
  };

  /** The owner has it already, as part of a lock of the same type. */
  const already = (lock: Lock, list: readonly Lock[]) =>
    list.find(
      (held) =>
        held.kind === LockKind.record &&
        held.state === LockState.held &&
        held.writes === lock.writes &&
        held.start <= lock.start &&
        held.end >= lock.end &&
        sameOwner(held, lock),
    );

  return {
    size: () => all.size,
    ask(lock) {
      let list = files.get(lock.file);
      // What an owner has itself of a range is given up before it waits for it: pl_setlk() of common.c.
      if (list !== undefined && lock.kind === LockKind.record && lock.waits) {
        carve(lock, list);
        list = files.get(lock.file);
      }
      if (list === undefined) {
        list = [];
        files.set(lock.file, list);
      }
      for (const other of list) {
        if (other.state === LockState.held && conflict(lock, other)) note(lock, other);
      }
      add(lock, list);
    },
    grant(lock, seconds, nanoseconds) {
      const list = files.get(lock.file);
      if (list === undefined || lock.state !== LockState.asked) return;
      if (list.length > 1) {
        for (const other of list.filter((one) => one.state === LockState.held && conflict(lock, one))) {
          const later =
            other.seconds > seconds || (other.seconds === seconds && other.nanoseconds > nanoseconds);
          // Replies of several connections may come to us in another order than they were sent.
          if (later) {
            end(lock, LockState.doubted);
            return;
          }
          end(other, LockState.doubted);
        }
      }
      lock.seconds = seconds;
      lock.nanoseconds = nanoseconds;
      if (lock.kind === LockKind.record && list.length > 1) {
        const before = already(lock, list);
        if (before !== undefined) {
          lock.seconds = before.seconds;
          lock.nanoseconds = before.nanoseconds;
        }
        carve(lock, list);
      }
      lock.state = LockState.held;
      if (list.length > 1) tell(lock, list);
    },
    end,
    unlock(like) {
      const list = files.get(like.file);
      if (list === undefined) return;
      const held = list.findLast((one) => one.state === LockState.held && alike(one, like));
      if (held !== undefined) {
        end(held, LockState.released);
        return;
      }
      // Its reply was late or lost: nobody unlocks what he does not have.
      const asked = list.find((one) => alike(one, like));
      if (asked !== undefined) end(asked, LockState.doubted);
    },
    unlockRange(like) {
      const list = files.get(like.file);
      if (list === undefined) return;
      carve(like, list);
      for (const lock of [...list]) {
        const own = lock.kind === LockKind.record && lock.state === LockState.asked && sameOwner(lock, like);
        if (own && lock.start <= like.end && like.start <= lock.end) end(lock, LockState.doubted);
      }
    },
    drop(file, which, state) {
      for (const lock of files.get(file)?.filter(which) ?? [])
        end(lock, lock.state === LockState.held ? state : LockState.doubted);
    },
    leave(locker, state) {
      for (const lock of locker.locks) end(lock, lock.state === LockState.held ? state : LockState.doubted);
    },
    doubtAll() {
      for (const lock of all) end(lock, LockState.doubted);
    },
  };
}
