/**
 * Locks that are held and asked for, of all bricks of a decoder together, as far as the wire said so.
 *
 * All that it claims is that somebody holds something. What a claim rests on may have gone by unseen, so whatever
 * makes one doubtful takes it away: a line says less then, but nothing wrong. So a lock is gone with the call that
 * unlocks it, not with the reply, and a grant that could not be beside another lock ends the belief in that.
 */
import type { Integer } from '../describe/values.js';
import {
  alike,
  conflict,
  type FileLocks,
  isOver,
  type Lock,
  type Locker,
  LockKind,
  LockState,
  newLockOrder,
  sameOwner,
} from './lock.js';

/** Held and asked for, in all; those that were asked for first are forgotten first. */
const LocksLimit = 65536;
/** The same of one file, since each call on it looks at all of them. */
const FileLimit = 1024;
/** Rivals that are remembered of a lock. */
const RivalsLimit = 8;
/** Files without locks that are kept at least: most will have one again soon. */
const IdleFiles = 1024;

export interface LockTable {
  /** Held and asked for. */
  size(): number;
  /** The locks of a file; undefined: it has none. */
  find(brick: number, gfid: string): FileLocks | undefined;
  /** The same, to add to. */
  file(brick: number, gfid: string): FileLocks;
  /** It is asked for. */
  ask(lock: Lock): void;
  /** It is held. */
  grant(lock: Lock, seconds: number, nanoseconds: number): void;
  /** It is over, be it held or asked for. */
  end(lock: Lock, state: LockState): void;
  /** The owner's lock that is just like this one is gone. */
  unlock(like: Lock): void;
  /** What the owner has of this range is gone. */
  unlockRange(like: Lock): void;
  /** All of a connection are over. */
  leave(locker: Locker, state: LockState): void;
  /** Everything is doubtful. */
  doubtAll(): void;
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

/** Tells those that wait for it that it is there. */
function tell(held: Lock): void {
  for (const other of held.file)
    if (other.state === LockState.asked && other !== held && conflict(other, held)) note(other, held);
}

/** The owner has it already, as part of a lock of the same type. */
function already(lock: Lock): Lock | undefined {
  return lock.file.find(
    (held) =>
      held.kind === LockKind.record &&
      held.state === LockState.held &&
      held.writes === lock.writes &&
      held.start <= lock.start &&
      held.end >= lock.end &&
      sameOwner(held, lock),
  );
}

export function newLockTable(locksLimit = LocksLimit, fileLimit = FileLimit): LockTable {
  const bricks = new Map<number, Map<string, FileLocks>>();
  const order = newLockOrder();
  let files = 0;
  /** Files without locks. */
  let idle = 0;

  /** Whoever has one at hand adds to it at once: nobody is left with a file that is not in the table. */
  const sweep = () => {
    for (const [brick, its] of bricks) {
      for (const [gfid, locks] of its) if (locks.length === 0) its.delete(gfid);
      if (its.size === 0) bricks.delete(brick);
    }
    files -= idle;
    idle = 0;
  };

  const find = (brick: number, gfid: string) => bricks.get(brick)?.get(gfid);

  const file = (brick: number, gfid: string): FileLocks => {
    const known = find(brick, gfid);
    if (known !== undefined) return known;
    if (idle > IdleFiles && idle * 2 > files) sweep();
    let its = bricks.get(brick);
    if (its === undefined) {
      its = new Map();
      bricks.set(brick, its);
    }
    const locks: FileLocks = [];
    its.set(gfid, locks);
    files++;
    idle++;
    return locks;
  };

  const add = (lock: Lock) => {
    if (lock.file.length === 0) idle--;
    lock.file.push(lock);
    lock.locker.locks.add(lock);
    order.add(lock);
    if (lock.file.length > fileLimit) end(lock.file[0], LockState.doubted);
    if (order.size() <= locksLimit) return;
    const oldest = order.oldest();
    if (oldest !== undefined) end(oldest, LockState.doubted);
  };

  const end = (lock: Lock, state: LockState) => {
    if (isOver(lock)) return;
    lock.state = state;
    lock.locker.locks.ended();
    order.ended();
    if (lock.file.length === 1) lock.file.pop();
    else lock.file.splice(lock.file.indexOf(lock), 1);
    if (lock.file.length === 0) idle++;
  };

  /**
   * Takes a range out of what its owner holds: __insert_and_merge() and subtract_locks() of features/locks/src/common.c.
   * Pieces that touch may stay apart here, where they are one there.
   */
  const carve = (like: Lock) => {
    for (const lock of [...like.file]) {
      if (lock.kind !== LockKind.record || lock.state !== LockState.held || lock === like) continue;
      if (lock.start > like.end || like.start > lock.end || !sameOwner(lock, like)) continue;
      const before = lock.start < like.start;
      const behind = lock.end > like.end;
      if (!before && !behind) {
        end(lock, LockState.released);
        continue;
      }
      const rest = { ...lock, start: behind ? next(like.end, 1) : lock.start };
      if (before) lock.end = next(like.start, -1);
      else lock.start = rest.start;
      if (!before || !behind) continue;
      add(rest);
      tell(rest);
    }
  };

  return {
    size: order.size,
    find,
    file,
    ask(lock) {
      // What an owner has himself of a range is given up before he waits for it: pl_setlk() of common.c.
      if (lock.kind === LockKind.record && lock.waits && lock.file.length > 0) carve(lock);
      for (const other of lock.file)
        if (other.state === LockState.held && conflict(lock, other)) note(lock, other);
      add(lock);
    },
    grant(lock, seconds, nanoseconds) {
      if (lock.state !== LockState.asked) return;
      const alone = lock.file.length === 1;
      if (!alone) {
        for (const other of [...lock.file]) {
          if (other.state !== LockState.held || !conflict(lock, other)) continue;
          const later =
            other.seconds > seconds || (other.seconds === seconds && other.nanoseconds > nanoseconds);
          // Replies of several connections may come to us in another order than they were sent.
          end(later ? lock : other, LockState.doubted);
          if (later) return;
        }
      }
      const before = !alone && lock.kind === LockKind.record ? already(lock) : undefined;
      lock.seconds = before?.seconds ?? seconds;
      lock.nanoseconds = before?.nanoseconds ?? nanoseconds;
      if (!alone && lock.kind === LockKind.record) carve(lock);
      if (isOver(lock)) return;
      lock.state = LockState.held;
      if (!alone) tell(lock);
    },
    end,
    unlock(like) {
      const { file: locks } = like;
      // The last that was locked is the first that is found: __lock_inodelk() adds it at the head of the list.
      const held = locks.findLast((one) => one.state === LockState.held && alike(one, like));
      // Its reply was late or lost: nobody unlocks what he does not have.
      const asked = held ?? locks.find((one) => alike(one, like));
      if (asked !== undefined) end(asked, asked === held ? LockState.released : LockState.doubted);
    },
    unlockRange(like) {
      carve(like);
      for (const lock of [...like.file]) {
        const own = lock.kind === LockKind.record && lock.state === LockState.asked && sameOwner(lock, like);
        if (own && lock.start <= like.end && like.start <= lock.end) end(lock, LockState.doubted);
      }
    },
    leave(locker, state) {
      for (const lock of locker.locks.all())
        end(lock, lock.state === LockState.held ? state : LockState.doubted);
    },
    doubtAll() {
      for (const lock of order.all()) end(lock, LockState.doubted);
    },
  };
}
