/**
 * A reference model of a brick's locks, as simple as possible: record locks byte by byte, other locks in a list. It sees
 * every call and evicts nothing.
 */

/** Bytes of the file; the last one stands for all bytes after it. */
export const BYTES = 12;

export interface LockRequest {
  readonly kind: 'LK' | 'INODELK' | 'ENTRYLK';
  readonly domain: string;
  readonly owner: string;
  readonly isWrite: boolean;
  readonly isBlocking: boolean;
  readonly first: number;
  readonly last: number;
  readonly name: string;
}

export class LockServer {
  /** For each byte, the owners of record locks on it, and whether they write. */
  private readonly bytes = Array.from({ length: BYTES }, () => new Map<string, boolean>());
  private others: LockRequest[] = [];

  /** Returns whether the lock is granted; if not, the caller tries again later. */
  lock(request: LockRequest): boolean {
    const isGranted = this.conflictingOwners(request).size === 0;
    if (request.kind === 'LK') {
      for (const byte of this.range(request)) {
        if (isGranted) byte.set(request.owner, request.isWrite);
        else if (request.isBlocking) byte.delete(request.owner);
      }
    } else if (isGranted) this.others.push(request);
    return isGranted;
  }

  unlock(request: LockRequest): void {
    if (request.kind === 'LK') {
      for (const byte of this.range(request)) byte.delete(request.owner);
      return;
    }
    const index = this.others.findIndex(
      (held) =>
        held.kind === request.kind &&
        held.domain === request.domain &&
        held.owner === request.owner &&
        (request.kind === 'ENTRYLK'
          ? held.name === request.name && held.isWrite === request.isWrite
          : held.first === request.first && held.last === request.last),
    );
    if (index >= 0) this.others.splice(index, 1);
  }

  /** Releases all record locks of an owner. */
  flush(owner: string): void {
    for (const byte of this.bytes) byte.delete(owner);
  }

  /** Releases all locks of owners with this prefix. */
  releaseAllOf(prefix: string): void {
    for (const byte of this.bytes)
      for (const owner of byte.keys()) if (owner.startsWith(prefix)) byte.delete(owner);
    this.others = this.others.filter(({ owner }) => !owner.startsWith(prefix));
  }

  /** Owners that hold a conflicting lock. */
  conflictingOwners(request: LockRequest): Set<string> {
    const owners = new Set<string>();
    if (request.kind === 'LK') {
      for (const byte of this.range(request))
        for (const [owner, isWrite] of byte)
          if (owner !== request.owner && (isWrite || request.isWrite)) owners.add(owner);
      return owners;
    }
    for (const held of this.others) {
      if (held.kind !== request.kind || held.domain !== request.domain || held.owner === request.owner) {
        continue;
      }
      const overlaps =
        request.kind === 'ENTRYLK'
          ? held.name === '' || request.name === '' || held.name === request.name
          : (held.isWrite || request.isWrite) && held.first <= request.last && request.first <= held.last;
      if (overlaps) owners.add(held.owner);
    }
    return owners;
  }

  private range({ first, last }: LockRequest): Map<string, boolean>[] {
    return this.bytes.slice(first, last + 1);
  }
}
