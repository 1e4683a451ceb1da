/**
 * When names last changed, by hash of the name. Recent changes have exact times; for older changes only an upper bound is
 * kept.
 *
 * A time is an observation epoch (brick-paths.ts).
 */

/** The least number of recent changes that are kept; the most is twice that. */
const CHANGES_KEPT = 1 << 15;
/** Slots of a table: at most half are used. */
const SLOT_BITS = 16;
const SLOTS = 1 << SLOT_BITS;
const SLOT_MASK = SLOTS - 1;

/** Open addressing over two columns: a Map took 2 % more of a decoder's time (native-notes/performance.md). */
class ChangeTable {
  private readonly keys = new Int32Array(SLOTS);
  /** 0: the slot is free. */
  private readonly epochs = new Float64Array(SLOTS);
  private readonly factor: number;
  size = 0;

  constructor(factor: number) {
    this.factor = factor;
  }

  /** @returns 0: the key is not in the table */
  epochOf(key: number): number {
    return this.epochs[this.slotOf(key)];
  }

  set(key: number, epoch: number): void {
    const slot = this.slotOf(key);
    if (this.epochs[slot] === 0) this.size++;
    this.keys[slot] = key;
    this.epochs[slot] = epoch;
  }

  clear(): void {
    this.epochs.fill(0);
    this.size = 0;
  }

  /**
   * The slot of a key, or the free slot where it would be. Senders of packets choose the keys: with a secret odd factor
   * few of them collide (Dietzfelbinger et al., A Reliable Randomized Algorithm for the Closest-Pair Problem, 1997).
   */
  private slotOf(key: number): number {
    const { keys, epochs } = this;
    let slot = Math.imul(key, this.factor) >>> (32 - SLOT_BITS);
    while (epochs[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & SLOT_MASK;
    return slot;
  }
}

export class RenameJournal {
  private recent: ChangeTable;
  private older: ChangeTable;
  /** The latest change in `older`. */
  private olderUntil = 0;
  /** An upper bound for the changes of names that are in neither table. */
  private discardedUntil = 0;
  private latestChange = 0;

  /** @param seed a number that no sender of packets knows */
  constructor(seed: number) {
    this.recent = new ChangeTable(seed | 1);
    this.older = new ChangeTable(seed | 1);
  }

  /** Whether the name may have changed after `epoch`. */
  changedSince(key: number, epoch: number): boolean {
    // The usual case: no name changed.
    if (this.latestChange <= epoch) return false;
    const changed = this.recent.epochOf(key | 0) || this.older.epochOf(key | 0) || this.discardedUntil;
    return changed > epoch;
  }

  /** Records a change of the name. `epoch` is above 0 and never decreases. */
  record(key: number, epoch: number): void {
    this.latestChange = epoch;
    if (this.recent.size >= CHANGES_KEPT) this.discardOlder(epoch);
    this.recent.set(key | 0, epoch);
  }

  private discardOlder(epoch: number): void {
    const discarded = this.older;
    this.older = this.recent;
    this.recent = discarded;
    discarded.clear();
    this.discardedUntil = this.olderUntil;
    this.olderUntil = epoch;
  }
}
