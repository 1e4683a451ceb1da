/**
 * Locks held and requested on all bricks of a decoder, as far as they are captured.
 *
 * The table claims only that a lock is held, never that it is free. An uncertain lock is removed: a missing holder in a
 * line is better than a wrong one. So a lock ends with the call that unlocks it, not with the reply, and a grant ends all
 * locks that conflict with it.
 */
import { isBefore, type Timestamp } from '../../../packet/timestamp.js';
import type { Integer } from '../values.js';
import {
  areConflicting,
  type FileLocks,
  haveSameOwner,
  type Lock,
  type LockClient,
  LockKind,
  newLockList,
  unlocks,
} from './lock.js';
import { isOver, LockState } from './lock-state.js';

/** Locks held and requested, in all; the oldest request is evicted first. */
const MAX_LOCKS = 65536;
/** Locks of one file: each lock call on it visits all of them. */
const MAX_FILE_LOCKS = 1024;
/** Conflicting locks kept for one lock. */
const MAX_CONFLICTS = 8;
/** Files without locks that are kept in any case: most are locked again soon. */
const MIN_UNLOCKED_FILES = 1024;

/** The integer before or after another. */
function adjacent(value: Integer, step: 1 | -1): Integer {
  return typeof value === 'bigint' || value >= Number.MAX_SAFE_INTEGER
    ? BigInt(value) + BigInt(step)
    : value + step;
}

function addConflict(lock: Lock, held: Lock): void {
  lock.conflicts ??= [];
  if (lock.conflicts.length < MAX_CONFLICTS) {
    lock.conflicts.push(held);
    return;
  }
  lock.moreConflicts++;
  // A current holder is more useful than a former one.
  const former = lock.conflicts.findIndex(({ state }) => state !== LockState.held);
  if (former >= 0) lock.conflicts[former] = held;
}

/** Adds a lock that is held now to the conflicts of the requests that wait for it. */
function addToWaiting(held: Lock): void {
  for (const lock of held.file) {
    if (lock.state === LockState.requested && lock !== held && areConflicting(lock, held)) {
      addConflict(lock, held);
    }
  }
}

/** A held lock of the same owner and type that contains this one. */
function findContaining(lock: Lock): Lock | undefined {
  return lock.file.find(
    (held) =>
      held.kind === LockKind.record &&
      held.state === LockState.held &&
      held.isWrite === lock.isWrite &&
      held.start <= lock.start &&
      held.end >= lock.end &&
      haveSameOwner(held, lock),
  );
}

export class LockTable {
  private readonly maxLocks: number;
  private readonly maxFileLocks: number;
  private readonly bricks = new Map<number, Map<string, FileLocks>>();
  private readonly locks = newLockList();
  private fileCount = 0;
  private unlockedFiles = 0;

  constructor(maxLocks = MAX_LOCKS, maxFileLocks = MAX_FILE_LOCKS) {
    this.maxLocks = maxLocks;
    this.maxFileLocks = maxFileLocks;
  }

  /** Locks held and requested. */
  size(): number {
    return this.locks.size();
  }

  /** The locks of a file; undefined: it has none. */
  find(brick: number, gfid: string): FileLocks | undefined {
    return this.bricks.get(brick)?.get(gfid);
  }

  /** The locks of a file. The caller adds a lock at once: an empty list may be dropped from the table. */
  findOrAdd(brick: number, gfid: string): FileLocks {
    const existing = this.find(brick, gfid);
    if (existing !== undefined) return existing;
    if (this.unlockedFiles > MIN_UNLOCKED_FILES && this.unlockedFiles * 2 > this.fileCount) {
      this.dropUnlockedFiles();
    }
    let files = this.bricks.get(brick);
    if (files === undefined) {
      files = new Map();
      this.bricks.set(brick, files);
    }
    const locks: FileLocks = [];
    files.set(gfid, locks);
    this.fileCount++;
    this.unlockedFiles++;
    return locks;
  }

  /** Adds a request. */
  request(lock: Lock): void {
    // A blocking request first releases the owner's own locks of the range: pl_setlk() of common.c.
    if (lock.kind === LockKind.record && lock.isBlocking && lock.file.length > 0) this.subtractRange(lock);
    for (const other of lock.file) {
      if (other.state === LockState.held && areConflicting(lock, other)) addConflict(lock, other);
    }
    this.add(lock);
  }

  /** Grants a request. `at`: the time of its reply. */
  grant(lock: Lock, at: Timestamp): void {
    if (lock.state !== LockState.requested) return;
    const isAlone = lock.file.length === 1;
    if (!isAlone && !this.endConflicting(lock, at)) return;
    const containing = !isAlone && lock.kind === LockKind.record ? findContaining(lock) : undefined;
    lock.seconds = (containing ?? at).seconds;
    lock.nanoseconds = (containing ?? at).nanoseconds;
    if (!isAlone && lock.kind === LockKind.record) this.subtractRange(lock);
    if (isOver(lock)) return;
    lock.state = LockState.held;
    if (!isAlone) addToWaiting(lock);
  }

  /** Ends a lock, held or requested. */
  end(lock: Lock, state: LockState): void {
    if (isOver(lock)) return;
    lock.state = state;
    lock.client.locks.countOver();
    this.locks.countOver();
    if (lock.file.length === 1) lock.file.pop();
    else lock.file.splice(lock.file.indexOf(lock), 1);
    if (lock.file.length === 0) this.unlockedFiles++;
  }

  /** Releases the owner's lock that equals the unlock. */
  unlock(unlock: Lock): void {
    const { file } = unlock;
    // The lock granted last is found first: __lock_inodelk() adds it at the head of the list.
    const held = file.findLast((lock) => lock.state === LockState.held && unlocks(unlock, lock));
    if (held !== undefined) {
      this.end(held, LockState.released);
      return;
    }
    // An owner unlocks only what it holds, so the request was granted: its reply is late or lost.
    const requested = file.find((lock) => unlocks(unlock, lock));
    if (requested !== undefined) this.end(requested, LockState.uncertain);
  }

  /** Releases the owner's record locks within the unlock's range. */
  unlockRange(unlock: Lock): void {
    this.subtractRange(unlock);
    for (const lock of [...unlock.file]) {
      if (lock.kind !== LockKind.record || lock.state !== LockState.requested) continue;
      if (!haveSameOwner(lock, unlock) || lock.start > unlock.end || unlock.start > lock.end) continue;
      this.end(lock, LockState.uncertain);
    }
  }

  /** Ends all locks of a client. `state`: the end of held locks; requests become uncertain. */
  releaseAllOfClient(client: LockClient, state: LockState): void {
    for (const lock of client.locks.snapshot()) {
      this.end(lock, lock.state === LockState.held ? state : LockState.uncertain);
    }
  }

  /** Ends all locks. */
  markAllUncertain(): void {
    for (const lock of this.locks.snapshot()) this.end(lock, LockState.uncertain);
  }

  private add(lock: Lock): void {
    if (lock.file.length === 0) this.unlockedFiles--;
    lock.file.push(lock);
    lock.client.locks.add(lock);
    this.locks.add(lock);
    if (lock.file.length > this.maxFileLocks) this.end(lock.file[0], LockState.uncertain);
    if (this.locks.size() <= this.maxLocks) return;
    const oldest = this.locks.oldest();
    if (oldest !== undefined) this.end(oldest, LockState.uncertain);
  }

  /**
   * Ends held locks that conflict with a granted one. Returns false if one of them was granted later: then the new lock is
   * over, since replies on different connections may be captured in another order than they were sent.
   */
  private endConflicting(lock: Lock, at: Timestamp): boolean {
    for (const other of [...lock.file]) {
      if (other.state !== LockState.held || !areConflicting(lock, other)) continue;
      const isLater = isBefore(at, other);
      this.end(isLater ? lock : other, LockState.uncertain);
      if (isLater) return false;
    }
    return true;
  }

  /**
   * Subtracts a range from its owner's record locks: __insert_and_merge() and subtract_locks() of
   * features/locks/src/common.c. GlusterFS merges adjacent pieces; here they stay separate.
   */
  private subtractRange(range: Lock): void {
    for (const lock of [...range.file]) {
      if (lock.kind !== LockKind.record || lock.state !== LockState.held || lock === range) continue;
      if (lock.start > range.end || range.start > lock.end || !haveSameOwner(lock, range)) continue;
      const hasHead = lock.start < range.start;
      const hasTail = lock.end > range.end;
      if (!hasHead && !hasTail) {
        this.end(lock, LockState.released);
        continue;
      }
      if (!hasHead) {
        lock.start = adjacent(range.end, 1);
        continue;
      }
      const tail = hasTail ? { ...lock, start: adjacent(range.end, 1) } : undefined;
      lock.end = adjacent(range.start, -1);
      if (tail === undefined) continue;
      this.add(tail);
      addToWaiting(tail);
    }
  }

  private dropUnlockedFiles(): void {
    for (const [brick, files] of this.bricks) {
      for (const [gfid, locks] of files) if (locks.length === 0) files.delete(gfid);
      if (files.size === 0) this.bricks.delete(brick);
    }
    this.fileCount -= this.unlockedFiles;
    this.unlockedFiles = 0;
  }
}
