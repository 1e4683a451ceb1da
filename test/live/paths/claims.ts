/**
 * Claims of concurrent operations, which make the outcome of each certain: a name that is created or removed belongs to one
 * operation, and no new file gets a name that another operation may still be resolving. A directory may be renamed while
 * others resolve paths through it: they find it or fail.
 */
import type { Link } from './model.js';

export interface Claim {
  /** Names that are removed, though others may be resolving paths through them. */
  readonly own: readonly string[];
  /** Names that are created or removed; meanwhile no other operation may resolve a path through them. */
  readonly shut: readonly string[];
  /** Files that are created, moved or removed. */
  readonly nodes: readonly number[];
  /** Names in the resolved path. */
  readonly ways: readonly Link[];
}

export interface Claims {
  /** Whether it conflicts with no other claim. */
  free(claim: Claim): boolean;
  take(claim: Claim): void;
  give(claim: Claim): void;
}

export function entryKey(parent: { readonly id: number }, name: Buffer): string {
  return `${parent.id} ${name.toString('latin1')}`;
}

export function newClaims(): Claims {
  const own = new Set<string>();
  const shut = new Set<string>();
  const nodes = new Set<number>();
  const used = new Map<string, number>();
  const isTaken = (key: string) => own.has(key) || shut.has(key);
  const use = ({ parent, name }: Link, by: number) => {
    const key = entryKey(parent, name);
    const count = (used.get(key) ?? 0) + by;
    if (count === 0) used.delete(key);
    else used.set(key, count);
  };
  return {
    free: (claim) =>
      !claim.own.some(isTaken) &&
      !claim.shut.some((key) => isTaken(key) || used.has(key)) &&
      !claim.nodes.some((id) => nodes.has(id)) &&
      !claim.ways.some(({ parent, name }) => shut.has(entryKey(parent, name))),
    take(claim) {
      for (const key of claim.own) own.add(key);
      for (const key of claim.shut) shut.add(key);
      for (const id of claim.nodes) nodes.add(id);
      for (const link of claim.ways) use(link, 1);
    },
    give(claim) {
      for (const key of claim.own) own.delete(key);
      for (const key of claim.shut) shut.delete(key);
      for (const id of claim.nodes) nodes.delete(id);
      for (const link of claim.ways) use(link, -1);
    },
  };
}
