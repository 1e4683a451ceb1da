/** Fields and words for the holders of conflicting locks. */

import { nanosecondsBetween, type Timestamp, type ToWallClock } from '../../../packet/timestamp.js';
import { displayName, formatDuration } from '../../../records/phrases.js';
import { formatTimestamp } from '../../../records/time.js';
import type { Fields } from '../../rpc/describer.js';
import { clientName } from '../enums/client-pids.js';
import { entrylkType, lkType } from '../enums/fop.js';
import { type Integer, object, put } from '../values.js';
import { type Lock, LockKind } from './lock.js';
import { LockState } from './lock-state.js';

/** One lock for each owner, preferably a held one: an unlock may have split a lock into pieces. */
function onePerOwner(locks: readonly Lock[]): Lock[] {
  const byOwner = new Map<string, Lock>();
  for (const lock of locks) {
    const { ip, port } = lock.client.holderFields();
    const key = `${ip} ${port} ${lock.owner}`;
    if (byOwner.get(key)?.state !== LockState.held) byOwner.set(key, lock);
  }
  return [...byOwner.values()];
}

/** Bytes of a range; 0: to the end of the file. */
function lengthOf(start: Integer, end: Integer): Integer {
  if (end === Number.POSITIVE_INFINITY) return 0;
  if (typeof end === 'number' && typeof start === 'number') return end - start + 1;
  return BigInt(end) - BigInt(start) + 1n;
}

function holderFields(lock: Lock, toWallClock: ToWallClock): Fields {
  const { owner, pid, client, kind, name, start, end, seconds, nanoseconds } = lock;
  const out: Fields = { lk_owner: owner };
  put(out, 'pid', pid);
  put(out, 'pid_name', pid === undefined ? undefined : clientName(pid));
  Object.assign(out, client.holderFields());
  const type = lock.isWrite ? 1 : 0;
  if (kind === LockKind.entry) {
    out.type = String(entrylkType.of(type));
    put(out, 'name', name);
  } else {
    out.type = String(lkType.of(type));
    out.start = start;
    out.length = lengthOf(start, end);
  }
  out.since = formatTimestamp(toWallClock(seconds, nanoseconds));
  return out;
}

/** @param more conflicting locks that are not in the list */
export function conflictFields(
  locks: readonly Lock[],
  more: number,
  out: Fields,
  toWallClock: ToWallClock,
): void {
  const holders = onePerOwner(locks);
  out.held_by = holders.map((lock) => holderFields(lock, toWallClock));
  if (more > 0) out.held_by_total = holders.length + more;
}

/** Characters of an owner in a sentence: owners of GlusterFS's own clients have 16. */
const SHOWN_OWNER_LENGTH = 16;

/** `client2 pid 4711 owner 5f3a...`. */
function holderWords({ client, pid, owner }: Lock): string {
  const { client: identity, ip, port } = client.holderFields();
  const { host } = object(identity) ?? {};
  const from = host === undefined ? `${ip} port ${port}` : displayName(host);
  const name = pid === undefined ? undefined : clientName(pid)?.split(' (', 1)[0];
  const process = name ?? (pid === undefined ? '' : `pid ${pid}`);
  const shown = owner.length > SHOWN_OWNER_LENGTH ? `${owner.slice(0, SHOWN_OWNER_LENGTH)}...` : owner;
  return [from, process, shown === '' ? '' : `owner ${shown}`].filter((word) => word !== '').join(' ');
}

/**
 * `, held by client2 pid 4711 owner 5f3a... for 41.02 s and 2 more`.
 *
 * @param more conflicting locks that are not in the list
 * @param areHeld false: the request waited for them
 * @param at the time until which the first holder has held its lock; undefined: no duration is shown
 */
export function holdersPhrase(
  locks: readonly Lock[],
  more: number,
  areHeld: boolean,
  at: Timestamp | undefined,
): string {
  const [first, ...others] = onePerOwner(locks);
  if (first === undefined) return '';
  const elapsed = at === undefined ? -1 : nanosecondsBetween(first.seconds, first.nanoseconds, at);
  const duration = elapsed < 0 ? '' : ` for ${formatDuration(elapsed)}`;
  const otherCount = others.length + more;
  const suffix = otherCount > 0 ? ` and ${otherCount} more` : '';
  return `, ${areHeld ? 'held by' : 'waited for'} ${holderWords(first)}${duration}${suffix}`;
}
