/**
 * Things in the order in which they came. Those that are over are swept out later, many at a time: a set that a lock
 * comes into and goes out of with each write would cost more than all else.
 */

/** So few of those that are over may stay in any case. */
const SweepLeast = 32;

export interface Order<T> {
  /** Those that are not over. */
  size(): number;
  add(one: T): void;
  /** One of them is over now. */
  ended(): void;
  oldest(): T | undefined;
  /** A copy: they may end meanwhile. */
  all(): T[];
}

export function newOrder<T>(isOver: (one: T) => boolean): Order<T> {
  let items: T[] = [];
  let over = 0;
  /** All before this one are over. */
  let first = 0;
  const sweep = () => {
    items = items.filter((one) => !isOver(one));
    over = 0;
    first = 0;
  };
  return {
    size: () => items.length - over,
    add(one) {
      items.push(one);
    },
    ended() {
      over++;
      if (over > SweepLeast && over * 2 > items.length) sweep();
    },
    oldest() {
      while (first < items.length && isOver(items[first])) first++;
      return items[first];
    },
    all: () => items.filter((one) => !isOver(one)),
  };
}
