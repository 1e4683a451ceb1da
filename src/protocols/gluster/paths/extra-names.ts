/** Numbers for the older names of inodes. Few files have any (hard links), so all share a small column. */
export class ExtraNames {
  /** Names up to this one are the newest of their inodes (name-table.ts). */
  private readonly base: number;
  private readonly limit: number;
  private readonly inodes: Uint32Array;
  /** The next older name of the same inode, or the next free number. */
  private readonly older: Uint32Array;
  /** The newest extra name, by inode. */
  private readonly newest = new Map<number, number>();
  private used = 0;
  private firstFree = 0;

  /** @param base numbers begin after this one */
  constructor(base: number, limit: number) {
    this.base = base;
    this.limit = limit;
    this.inodes = new Uint32Array(limit + 1);
    this.older = new Uint32Array(limit + 1);
  }

  hasRoom(): boolean {
    return this.firstFree !== 0 || this.used < this.limit;
  }

  inodeOf(name: number): number {
    return this.inodes[name - this.base];
  }

  /** The newest extra name of an inode; 0: it has none. */
  newestOf(inode: number): number {
    return this.newest.size === 0 ? 0 : (this.newest.get(inode) ?? 0);
  }

  /** The next older name of the same inode; 0: there is none. */
  olderThan(name: number): number {
    return this.older[name - this.base];
  }

  /** Numbers a name, which becomes the newest extra name of the inode; there must be room. */
  allocate(inode: number): number {
    const { base, older } = this;
    let name = this.firstFree;
    if (name === 0) name = base + ++this.used;
    else this.firstFree = older[name - base];
    this.inodes[name - base] = inode;
    older[name - base] = this.newest.get(inode) ?? 0;
    this.newest.set(inode, name);
    return name;
  }

  /** Takes a name out of the list of its inode. */
  detach(name: number): void {
    const { base, older, newest } = this;
    const inode = this.inodeOf(name);
    const after = older[name - base];
    let at = newest.get(inode) ?? 0;
    if (at !== name) {
      while (older[at - base] !== name) at = older[at - base];
      older[at - base] = after;
    } else if (after === 0) newest.delete(inode);
    else newest.set(inode, after);
  }

  /** Frees the number of a detached name. */
  release(name: number): void {
    this.older[name - this.base] = this.firstFree;
    this.firstFree = name;
  }
}
