/**
 * When names were changed last, by the hash of the name: of the latest changes exactly, of all before them that
 * they were not later than some moment. Bricks and decoders do not disturb each other, so that what is known of a file
 * does not depend on what else is seen.
 */

/** Changes of which each is remembered, at least; and twice as many at most. */
const Kept = 1 << 15;
/** Of which half are used at most. */
const PlaceBits = 16;
const Places = 1 << PlaceBits;
const Mask = Places - 1;

export interface RenameJournal {
  /** Whether it was changed after the moment `began`. */
  since(key: number, began: number): boolean;
  /** It is changed at the moment `now`, which is later than 0 and never goes back. */
  set(key: number, now: number): void;
}

/** Keys and moments side by side: Maps took 2 % more of a decoder's time (native-notes/performance.md). */
interface Table {
  readonly keys: Int32Array;
  /** 0: the place is free. */
  readonly moments: Float64Array;
  size: number;
}

const newTable = (): Table => ({
  keys: new Int32Array(Places),
  moments: new Float64Array(Places),
  size: 0,
});

/**
 * Where a key is, or would be. Who sends packets chooses the keys too: with an odd factor that nobody outside knows, few
 * of them begin at one place (Dietzfelbinger et al., A Reliable Randomized Algorithm for the Closest-Pair Problem, 1997).
 */
function placeOf({ keys, moments }: Table, key: number, factor: number): number {
  let place = Math.imul(key, factor) >>> (32 - PlaceBits);
  while (moments[place] !== 0 && keys[place] !== key) place = (place + 1) & Mask;
  return place;
}

/** @param seed a number that nobody outside knows */
export function newRenameJournal(seed: number): RenameJournal {
  const factor = seed | 1;
  let latest = newTable();
  let before = newTable();
  /** None that is in neither was changed after this. */
  let forgotten = 0;
  let beforeEnds = 0;
  /** The latest of all. */
  let changed = 0;

  return {
    since(key, began) {
      // Mostly nothing at all was changed.
      if (changed <= began) return false;
      const moment =
        latest.moments[placeOf(latest, key | 0, factor)] ||
        before.moments[placeOf(before, key | 0, factor)] ||
        forgotten;
      return moment > began;
    },
    set(key, now) {
      changed = now;
      if (latest.size >= Kept) {
        [latest, before] = [before, latest];
        latest.moments.fill(0);
        latest.size = 0;
        forgotten = beforeEnds;
        beforeEnds = now;
      }
      const place = placeOf(latest, key | 0, factor);
      if (latest.moments[place] === 0) latest.size++;
      latest.keys[place] = key | 0;
      latest.moments[place] = now;
    },
  };
}
