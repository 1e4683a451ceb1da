/** Numbers from 1, ordered by last use. A doubly linked list in two columns: using a number allocates nothing. */
export class LruList {
  private readonly newer: Uint32Array;
  private readonly older: Uint32Array;
  /** 0: the list is empty. */
  private leastRecent = 0;
  private mostRecent = 0;

  /** @param highest the highest number */
  constructor(highest: number) {
    this.newer = new Uint32Array(highest + 1);
    this.older = new Uint32Array(highest + 1);
  }

  /** Adds a number that is not in the list as the most recently used. */
  add(number: number): void {
    const { newer, older, mostRecent } = this;
    older[number] = mostRecent;
    newer[number] = 0;
    if (mostRecent === 0) this.leastRecent = number;
    else newer[mostRecent] = number;
    this.mostRecent = number;
  }

  remove(number: number): void {
    const { newer, older } = this;
    const before = older[number];
    const after = newer[number];
    if (before === 0) this.leastRecent = after;
    else newer[before] = after;
    if (after === 0) this.mostRecent = before;
    else older[after] = before;
  }

  /** Makes a number of the list the most recently used. */
  touch(number: number): void {
    if (number === this.mostRecent) return;
    this.remove(number);
    this.add(number);
  }

  /** The least recently used number; 0: the list is empty. */
  oldest(): number {
    return this.leastRecent;
  }
}
