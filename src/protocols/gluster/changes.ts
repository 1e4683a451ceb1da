/**
 * When names were changed last, by the hash of the name: of the latest changes exactly, of all before them that
 * they were not later than some moment. Bricks and decoders do not disturb each other, so that what is known of a file
 * does not depend on what else is seen.
 */

/** Changes of which each is remembered, at least; and twice as many at most. */
const Kept = 1 << 15;

export interface Changes {
  /** Whether it was changed after the moment `began`. */
  since(key: number, began: number): boolean;
  /** It is changed at the moment `now`, which never goes back. */
  set(key: number, now: number): void;
}

export function newChanges(): Changes {
  let latest = new Map<number, number>();
  let before = new Map<number, number>();
  /** None that is in neither was changed after this. */
  let forgotten = 0;
  let beforeEnds = 0;
  /** The latest of all. */
  let changed = 0;

  return {
    // Keys within the range of small integers are not allocated.
    since: (key, began) =>
      changed > began && (latest.get(key | 0) ?? before.get(key | 0) ?? forgotten) > began,
    set(key, now) {
      changed = now;
      if (latest.size >= Kept) {
        [latest, before] = [before, latest];
        latest.clear();
        forgotten = beforeEnds;
        beforeEnds = now;
      }
      latest.set(key | 0, now);
    },
  };
}
