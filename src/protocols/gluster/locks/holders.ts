/** Those that hold what somebody waits for: fields and words. */

import { nanosecondsBetween, type ToWallClock } from '../../../packet/timestamp.js';
import { displayName, formatDuration } from '../../../records/phrases.js';
import { formatTimestamp } from '../../../records/time.js';
import type { Fields } from '../../rpc/describer.js';
import { object, put } from '../describe/values.js';
import { clientName } from '../enums/client-pids.js';
import { entrylkType, lkType } from '../enums/fop.js';
import { type Lock, LockKind, LockState } from './lock.js';

interface Instant {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** One of each owner: what is left of a lock that was split is told once, by what is still held. */
function owners(rivals: readonly Lock[]): Lock[] {
  const told = new Map<string, Lock>();
  for (const rival of rivals) {
    const who = rival.locker.who();
    const key = `${who.ip} ${who.port} ${rival.owner}`;
    if (told.get(key)?.state !== LockState.held) told.set(key, rival);
  }
  return [...told.values()];
}

function rivalFields(rival: Lock, toWallClock: ToWallClock): Fields {
  const { owner, pid, locker, kind, name, start, end, seconds, nanoseconds } = rival;
  const out: Fields = { lk_owner: owner };
  put(out, 'pid', pid);
  put(out, 'pid_name', pid === undefined ? undefined : clientName(pid));
  Object.assign(out, locker.who());
  const type = rival.writes ? 1 : 0;
  if (kind === LockKind.entry) {
    out.type = String(entrylkType.of(type));
    put(out, 'name', name);
  } else {
    out.type = String(lkType.of(type));
    out.start = start;
    const toEnd = end === Number.POSITIVE_INFINITY;
    out.length = toEnd
      ? 0
      : typeof end === 'number' && typeof start === 'number'
        ? end - start + 1
        : BigInt(end) - BigInt(start) + 1n;
  }
  out.since = formatTimestamp(toWallClock(seconds, nanoseconds));
  return out;
}

/** @param more how many are not among them */
export function conflictFields(
  rivals: readonly Lock[],
  more: number,
  out: Fields,
  toWallClock: ToWallClock,
): void {
  const one = owners(rivals);
  out.held_by = one.map((rival) => rivalFields(rival, toWallClock));
  if (more > 0) out.held_by_total = one.length + more;
}

/** Characters of an owner that a sentence shows: those of GlusterFS's own clients have 16. */
const OwnerLimit = 16;

function who(rival: Lock): string {
  const { client, ip, port } = rival.locker.who();
  const { host } = object(client) ?? {};
  const from = host === undefined ? `${ip} port ${port}` : displayName(host);
  const { pid, owner } = rival;
  const name = pid === undefined ? undefined : clientName(pid)?.split(' (', 1)[0];
  const process = name ?? (pid === undefined ? '' : `pid ${pid}`);
  const shown = owner.length > OwnerLimit ? `${owner.slice(0, OwnerLimit)}...` : owner;
  return [from, process, shown === '' ? '' : `owner ${shown}`].filter((word) => word !== '').join(' ');
}

/** `, held by client2 pid 4711 owner 5f3a... for 41.02 s and 2 more`. `at`: they still do, at that moment. */
export function holdersPhrase(
  rivals: readonly Lock[],
  more: number,
  held: boolean,
  at: Instant | undefined,
): string {
  const [first, ...others] = owners(rivals);
  if (first === undefined) return '';
  const long = at === undefined ? -1 : nanosecondsBetween(first.seconds, first.nanoseconds, at);
  const since = long < 0 ? '' : ` for ${formatDuration(long)}`;
  const rest = others.length + more;
  return `, ${held ? 'held by' : 'waited for'} ${who(first)}${since}${rest > 0 ? ` and ${rest} more` : ''}`;
}
