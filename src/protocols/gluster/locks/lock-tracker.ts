/**
 * Who holds what a call asks for: of each connection, what its calls do to the locks of its brick, and what a line says of
 * it. The brick's side of it is features/locks of GlusterFS.
 */
import type { ToWallClock } from '../../../packet/timestamp.js';
import type { EventOutcome } from '../../../records/record.js';
import type { Exchange, Fields } from '../../rpc/describer.js';
import { object, put, RootGfid, text } from '../describe/values.js';
import { conflictFields, holdersPhrase } from './holders.js';
import { conflict, type Lock, type Locker, LockKind, LockState } from './lock.js';
import { fileOf, LockRequest, lockRequestOf, readLock } from './lock-request.js';
import type { LockTable } from './lock-table.js';
import { LockEnding, type LockUse } from './lock-use.js';

export interface LockTracker {
  /** A call came by. Gives what `tell` and `lost` want to have of it. */
  ask(use: LockUse, request: Fields | undefined, auth: Fields | undefined, whole: boolean): Lock | undefined;
  /** Takes in what came of it, and says in the line who was in the way. Returns the words for it. */
  tell(use: LockUse, exchange: Exchange, outcome: EventOutcome | undefined, fields: Fields): string;
  /** It won't be known what came of it. */
  lost(lock: Lock | undefined): void;
  /** Calls may have gone by unseen. */
  unseen(): void;
  /** The connection is over. `sure`: the server knows it too. */
  closed(sure: boolean): void;
}

/** GF_XATTR_CLRLK_CMD of glusterfs.h: an administrator's command, pl_getxattr_clrlk() of features/locks/src/posix.c. */
const Clear = /^glusterfs\.clrlk\.t(inode|entry|posix)\.k(granted|all)/;
const CLEARED: Readonly<Record<string, LockKind>> = {
  posix: LockKind.record,
  inode: LockKind.inode,
  entry: LockKind.entry,
};

/** GF_XATTR_LOCKINFO_KEY: locks of one connection become another's, pl_migrate_locks() of posix.c. */
const LockInfo = 'trusted.glusterfs.lockinfo';

const Again = 11;

/**
 * @param brick number of its table; 0: it has none
 * @param root gfid of the directory that the client has for its root
 */
export function newLockTracker(
  table: LockTable,
  locker: Locker,
  brick: () => number,
  root: () => string | undefined,
  toWallClock: ToWallClock,
): LockTracker {
  const doubt = () => table.leave(locker, LockState.doubted);

  const drop = (request: Fields | undefined, which: (lock: Lock) => boolean, state: LockState) => {
    const id = fileOf(request, root());
    for (const lock of (id === undefined ? undefined : table.find(brick(), id))?.filter(which) ?? [])
      table.end(lock, lock.state === LockState.held ? state : LockState.doubted);
  };

  /** pl_flush() ends what the owner has, or, of nobody, what the file descriptor has; so does pl_release(). */
  const closes = (ending: LockEnding, request: Fields | undefined, auth: Fields | undefined) => {
    if (locker.locks.size() === 0) return;
    if (text(request?.gfid) === undefined) {
      doubt();
      return;
    }
    const owner = ending === LockEnding.flush ? text(auth?.lk_owner) : undefined;
    const fd = text(request?.fd);
    const has = (lock: Lock) =>
      owner === undefined ? fd === undefined || lock.fd === fd : lock.owner === owner;
    drop(
      request,
      (lock) => lock.kind === LockKind.record && lock.locker === locker && has(lock),
      LockState.released,
    );
  };

  /** Whoever has them. A range or name that the command may give is left aside. */
  const clears = (request: Fields | undefined) => {
    const cleared = Clear.exec(text(request?.name) ?? '');
    if (cleared === null) return;
    const kind = CLEARED[cleared[1]];
    drop(request, (lock) => lock.state === LockState.held && lock.kind === kind, LockState.released);
  };

  /** What other calls than those for locks do to them. */
  const others = (ending: LockEnding, request: Fields | undefined, auth: Fields | undefined) => {
    if (ending === LockEnding.unreadable) doubt();
    else if (ending === LockEnding.flush || ending === LockEnding.release) closes(ending, request, auth);
    else if (ending === LockEnding.clearCommand) clears(request);
    else if (object(request?.dict)?.[LockInfo] !== undefined)
      drop(request, ({ kind }) => kind === LockKind.record, LockState.doubted);
  };

  /** A call for a lock, or one that unlocks. */
  const asks = (
    kind: LockKind,
    request: Fields | undefined,
    auth: Fields | undefined,
    whole: boolean,
  ): Lock | undefined => {
    const at = brick();
    if (at === 0) return undefined;
    const ask = request === undefined ? LockRequest.unread : lockRequestOf(kind, request);
    if (ask === LockRequest.none) return undefined;
    const id = fileOf(request, root());
    // A directory that only its client knows: nothing is remembered of it.
    if (id === undefined && request?.gfid === RootGfid) return undefined;
    const unlocks = ask === LockRequest.unlock;
    const file = id === undefined ? undefined : unlocks ? table.find(at, id) : table.file(at, id);
    if (id !== undefined && file === undefined) return undefined;
    const lock =
      request === undefined || file === undefined || ask === LockRequest.unread
        ? undefined
        : readLock(kind, ask === LockRequest.wait, request, auth, locker, file);
    if (lock === undefined) {
      // It may have been an unlock, of any of them.
      if (ask === LockRequest.unread || unlocks || !whole) doubt();
      return undefined;
    }
    if (!unlocks) table.ask(lock);
    else if (kind === LockKind.record) table.unlockRange(lock);
    else table.unlock(lock);
    return unlocks ? undefined : lock;
  };

  const settle = (lock: Lock, exchange: Exchange, outcome: EventOutcome) => {
    const { at, refused } = exchange;
    if (refused) table.end(lock, LockState.released);
    else if (outcome === 'success' && at !== undefined) table.grant(lock, at.seconds, at.nanoseconds);
    else table.end(lock, outcome === 'failure' ? LockState.released : LockState.doubted);
  };

  /** Those that were in its way, as far as that is sure at the moment of the line. */
  const inTheWay = (lock: Lock, { at, response }: Exchange, outcome: EventOutcome | undefined): Lock[] => {
    if (lock.rivals === undefined) return [];
    // What fails at once failed for others only if it says so.
    if (outcome === 'failure' && !lock.waits && response?.op_errno !== Again) return [];
    if (outcome === 'success' && !lock.waits) return [];
    return lock.rivals.filter((rival) => {
      const still = rival.state === LockState.held && conflict(lock, rival);
      const was = rival.state === LockState.released || (rival.state === LockState.held && !still);
      if (at !== undefined && (rival.seconds - at.seconds || rival.nanoseconds - at.nanoseconds) > 0)
        return false;
      if (outcome === undefined) return still;
      return outcome === 'success' ? was : was || still;
    });
  };

  return {
    ask({ kind, ending }, request, auth, whole) {
      if (kind !== undefined) return asks(kind, request, auth, whole);
      others(ending, request, auth);
      return undefined;
    },
    tell({ kind }, exchange, outcome, fields) {
      const { request, elapsed } = exchange;
      if (kind === undefined) return '';
      const lock = exchange.lock as Lock | undefined;
      if (lock !== undefined && outcome !== undefined) settle(lock, exchange, outcome);
      const waits =
        lock?.waits ?? (request !== undefined && lockRequestOf(kind, request) === LockRequest.wait);
      const known = outcome !== undefined && outcome !== 'unknown';
      const rivals = lock === undefined ? [] : inTheWay(lock, exchange, outcome);
      // Or else each lock would keep all that were held before it.
      if (lock !== undefined && outcome !== undefined) lock.rivals = undefined;
      if (!(waits && known) && rivals.length === 0) return '';
      const more: Fields = { ...object(fields.lock) };
      if (waits && known) put(more, 'waited', elapsed);
      fields.lock = more;
      if (lock === undefined || rivals.length === 0) return '';
      const { moreRivals } = lock;
      conflictFields(rivals, moreRivals, more, toWallClock);
      if (outcome === undefined) return holdersPhrase(rivals, moreRivals, true, exchange.at);
      return holdersPhrase(rivals, moreRivals, !waits, undefined);
    },
    lost(lock) {
      if (lock !== undefined) table.end(lock, LockState.doubted);
    },
    unseen: doubt,
    closed(sure) {
      table.leave(locker, sure ? LockState.released : LockState.doubted);
    },
  };
}
