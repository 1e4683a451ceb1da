/**
 * Locks in the order in which they came. Those that are over are swept out later, many at a time: a set that a lock
 * comes into and goes out of with each write would cost more than all else.
 */
import { isOver, type Lock } from './lock.js';

/** So few may stay in any case. */
const SweepLeast = 32;

export interface LockOrder {
  /** Those that are not over. */
  size(): number;
  add(lock: Lock): void;
  /** One of them is over now. */
  ended(): void;
  oldest(): Lock | undefined;
  /** A copy: they may end meanwhile. */
  all(): Lock[];
}

export function newLockOrder(): LockOrder {
  let locks: Lock[] = [];
  let over = 0;
  /** All before this one are over. */
  let first = 0;
  const sweep = () => {
    locks = locks.filter((lock) => !isOver(lock));
    over = 0;
    first = 0;
  };
  return {
    size: () => locks.length - over,
    add(lock) {
      locks.push(lock);
    },
    ended() {
      over++;
      if (over > SweepLeast && over * 2 > locks.length) sweep();
    },
    oldest() {
      while (first < locks.length && isOver(locks[first])) first++;
      return locks[first];
    },
    all: () => locks.filter((lock) => !isOver(lock)),
  };
}
