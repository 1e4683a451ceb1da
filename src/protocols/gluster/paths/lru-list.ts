/** Numbers from 1 in the order of their last use: a list in two columns, so that nothing is allocated. */
export interface LruList {
  /** Puts one that is not in the list at its newest end. */
  add(one: number): void;
  remove(one: number): void;
  /** Moves one of the list to its newest end. */
  use(one: number): void;
  /** 0: the list is empty. */
  oldest(): number;
}

/** @param most the largest number */
export function newLruList(most: number): LruList {
  const newer = new Uint32Array(most + 1);
  const older = new Uint32Array(most + 1);
  let first = 0;
  let last = 0;

  const add = (one: number) => {
    older[one] = last;
    newer[one] = 0;
    if (last === 0) first = one;
    else newer[last] = one;
    last = one;
  };
  const remove = (one: number) => {
    const before = older[one];
    const after = newer[one];
    if (before === 0) first = after;
    else newer[before] = after;
    if (after === 0) last = before;
    else older[after] = before;
  };
  return {
    add,
    remove,
    use(one) {
      if (one === last) return;
      remove(one);
      add(one);
    },
    oldest: () => first,
  };
}
