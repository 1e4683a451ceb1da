/**
 * A brick's locks, as simply as can be: of records each byte for itself, of the others a list. It knows nothing of
 * what the wire shows, and forgets nothing.
 */

/** Bytes of the file; the last one stands for all behind it. */
export const BYTES = 12;

export interface Want {
  readonly kind: 'LK' | 'INODELK' | 'ENTRYLK';
  readonly domain: string;
  readonly owner: string;
  readonly writes: boolean;
  readonly waits: boolean;
  readonly first: number;
  readonly last: number;
  readonly name: string;
}

export interface Server {
  /** Whether it is granted. If not, it is left to the caller to ask again. */
  lock(want: Want): boolean;
  unlock(want: Want): void;
  /** Everything of owners that begin so. */
  leave(owner: string): void;
  /** Of one owner, all records. */
  flush(owner: string): void;
  /** Owners that hold what is in the way of it. */
  inTheWay(want: Want): Set<string>;
}

export function newServer(): Server {
  const bytes = Array.from({ length: BYTES }, () => new Map<string, boolean>());
  let others: Want[] = [];

  const range = ({ first, last }: Want) => bytes.slice(first, last + 1);
  const inTheWay = (want: Want): Set<string> => {
    const found = new Set<string>();
    if (want.kind === 'LK') {
      for (const byte of range(want))
        for (const [owner, writes] of byte)
          if (owner !== want.owner && (writes || want.writes)) found.add(owner);
      return found;
    }
    for (const held of others) {
      if (held.kind !== want.kind || held.domain !== want.domain || held.owner === want.owner) continue;
      const meets =
        want.kind === 'ENTRYLK'
          ? held.name === '' || want.name === '' || held.name === want.name
          : (held.writes || want.writes) && held.first <= want.last && want.first <= held.last;
      if (meets) found.add(held.owner);
    }
    return found;
  };

  return {
    inTheWay,
    lock(want) {
      const granted = inTheWay(want).size === 0;
      if (want.kind === 'LK') {
        for (const byte of range(want)) {
          if (granted) byte.set(want.owner, want.writes);
          else if (want.waits) byte.delete(want.owner);
        }
      } else if (granted) others.push(want);
      return granted;
    },
    unlock(want) {
      if (want.kind === 'LK') {
        for (const byte of range(want)) byte.delete(want.owner);
        return;
      }
      const at = others.findIndex(
        (held) =>
          held.kind === want.kind &&
          held.domain === want.domain &&
          held.owner === want.owner &&
          (want.kind === 'ENTRYLK'
            ? held.name === want.name && held.writes === want.writes
            : held.first === want.first && held.last === want.last),
      );
      if (at >= 0) others.splice(at, 1);
    },
    flush(owner) {
      for (const byte of bytes) byte.delete(owner);
    },
    leave(prefix) {
      for (const byte of bytes)
        for (const owner of byte.keys()) if (owner.startsWith(prefix)) byte.delete(owner);
      others = others.filter(({ owner }) => !owner.startsWith(prefix));
    },
  };
}
