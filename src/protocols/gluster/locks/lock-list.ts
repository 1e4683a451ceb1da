import { type HasLockState, isOver } from './lock-state.js';

/** Up to this many locks that are over stay in the list. */
const MIN_SWEEP = 32;

/**
 * Locks in the order of their requests. Locks that are over are removed in batches: with each write a lock comes and goes,
 * and a Set would cost more than all other work on locks.
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

  /** Counts a lock of the list that has just ended. */
  countOver(): void {
    this.overCount++;
    if (this.overCount > MIN_SWEEP && this.overCount * 2 > this.locks.length) this.sweep();
  }

  oldest(): Lock | undefined {
    const { locks } = this;
    while (this.firstIndex < locks.length && isOver(locks[this.firstIndex])) this.firstIndex++;
    return locks[this.firstIndex];
  }

  /** A copy without locks that are over: locks may end during the iteration. */
  snapshot(): Lock[] {
    return this.locks.filter((lock) => !isOver(lock));
  }

  private sweep(): void {
    this.locks = this.snapshot();
    this.overCount = 0;
    this.firstIndex = 0;
  }
}
