import { type HasLockState, isOver } from './lock-state.js';

/** Locks that are over may stay in the list up to this many in any case. */
const MIN_SWEEP = 32;

/**
 * Locks in the order of their requests. Those that are over are removed later, many at a time: a set that a lock enters
 * and leaves with each write would cost more than everything else.
 */
export class LockList<Lock extends HasLockState> {
  private locks: Lock[] = [];
  private overCount = 0;
  /** All locks before this index are over. */
  private firstIndex = 0;

  /** Locks that are not over. */
  size(): number {
    return this.locks.length - this.overCount;
  }

  add(lock: Lock): void {
    this.locks.push(lock);
  }

  /** Counts a lock of the list that is over now. */
  countOver(): void {
    this.overCount++;
    if (this.overCount > MIN_SWEEP && this.overCount * 2 > this.locks.length) this.sweep();
  }

  oldest(): Lock | undefined {
    const { locks } = this;
    while (this.firstIndex < locks.length && isOver(locks[this.firstIndex])) this.firstIndex++;
    return locks[this.firstIndex];
  }

  /** A copy: locks may end while it is walked. */
  snapshot(): Lock[] {
    return this.locks.filter((lock) => !isOver(lock));
  }

  private sweep(): void {
    this.locks = this.snapshot();
    this.overCount = 0;
    this.firstIndex = 0;
  }
}
