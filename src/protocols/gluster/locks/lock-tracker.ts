/**
 * The locks of one connection: what its calls do to the locks of its brick, and who holds what a call requests. The brick's
 * side is features/locks of GlusterFS.
 */

import type { ToWallClock } from '../../../packet/timestamp.js';
import type { EventOutcome } from '../../../records/record.js';
import type { Exchange, Fields } from '../../rpc/describer.js';
import type { GlusterSection } from '../fields.js';
import type { BrickClient } from '../paths/file-names.js';
import { object, put, ROOT_GFID, text } from '../values.js';
import { conflictFields, holdersPhrase } from './holders.js';
import { areConflicting, type Lock, type LockClient, LockKind } from './lock.js';
import { LockRequest, lockedGfid, lockRequestOf, readLock } from './lock-request.js';
import { LockState } from './lock-state.js';
import type { LockTable } from './lock-table.js';
import { LockEnding, type LockUse } from './lock-use.js';

/** GF_XATTR_CLRLK_CMD of glusterfs.h: an administrator's command, pl_getxattr_clrlk() of features/locks/src/posix.c. */
const CLEAR_COMMAND = /^glusterfs\.clrlk\.t(inode|entry|posix)\.k(granted|all)/;
const CLEARED_KINDS: Readonly<Record<string, LockKind>> = {
  posix: LockKind.record,
  inode: LockKind.inode,
  entry: LockKind.entry,
};

/** GF_XATTR_LOCKINFO_KEY: locks of one connection become another's, pl_migrate_locks() of posix.c. */
const LOCK_INFO_KEY = 'trusted.glusterfs.lockinfo';

const EAGAIN = 11;

export class LockTracker {
  private readonly table: LockTable;
  private readonly client: BrickClient & LockClient;
  private readonly toWallClock: ToWallClock;

  constructor(table: LockTable, client: BrickClient & LockClient, toWallClock: ToWallClock) {
    this.table = table;
    this.client = client;
    this.toWallClock = toWallClock;
  }

  /** Applies a call to the locks. Returns the lock that it requests, for observeOutcome() and markOutcomeUnknown(). */
  observeCall(
    { kind, ending }: LockUse,
    request: Fields | undefined,
    auth: Fields | undefined,
    whole: boolean,
  ): Lock | undefined {
    if (kind !== undefined) return this.observeLockCall(kind, request, auth, whole);
    this.observeEnding(ending, request, auth);
    return undefined;
  }

  /**
   * Applies the outcome of a call (undefined: no reply so far) and puts the conflicting locks into the line. Returns the
   * words for them.
   */
  observeOutcome(
    { kind }: LockUse,
    exchange: Exchange,
    outcome: EventOutcome | undefined,
    fields: GlusterSection,
  ): string {
    if (kind === undefined) return '';
    const { request, elapsed } = exchange;
    const lock = exchange.lock as Lock | undefined;
    if (lock !== undefined && outcome !== undefined) this.applyOutcome(lock, exchange, outcome);
    const isBlocking =
      lock?.isBlocking ?? (request !== undefined && lockRequestOf(kind, request) === LockRequest.blocking);
    const hasWaited = isBlocking && outcome !== undefined && outcome !== 'unknown';
    const conflicts = lock === undefined ? [] : conflictsOf(lock, exchange, outcome);
    // Otherwise each lock would retain all locks before it.
    if (lock !== undefined && outcome !== undefined) lock.conflicts = undefined;
    if (!hasWaited && conflicts.length === 0) return '';
    const lockFields: Fields = { ...object(fields.lock) };
    if (hasWaited) put(lockFields, 'waited', elapsed);
    fields.lock = lockFields;
    if (lock === undefined || conflicts.length === 0) return '';
    const { moreConflicts } = lock;
    conflictFields(conflicts, moreConflicts, lockFields, this.toWallClock);
    if (outcome === undefined) return holdersPhrase(conflicts, moreConflicts, true, exchange.at);
    return holdersPhrase(conflicts, moreConflicts, !isBlocking, undefined);
  }

  /** The reply to the request for this lock is lost. */
  markOutcomeUnknown(lock: Lock | undefined): void {
    if (lock !== undefined) this.table.end(lock, LockState.uncertain);
  }

  /** Calls may have been lost, among them unlocks. */
  markCallsLost(): void {
    this.table.releaseAllOfClient(this.client, LockState.uncertain);
  }

  /** The connection is over. `isClosed`: by FIN or RST, so that the server releases its locks. */
  close(isClosed: boolean): void {
    this.table.releaseAllOfClient(this.client, isClosed ? LockState.released : LockState.uncertain);
  }

  private observeLockCall(
    kind: LockKind,
    request: Fields | undefined,
    auth: Fields | undefined,
    whole: boolean,
  ): Lock | undefined {
    const { table, client } = this;
    const brick = client.brickTable();
    if (brick === 0) return undefined;
    const type = request === undefined ? LockRequest.unreadable : lockRequestOf(kind, request);
    if (type === LockRequest.none) return undefined;
    const gfid = lockedGfid(request, client.root.gfid);
    // The root's gfid is unknown, so its locks cannot be matched with those of other clients.
    if (gfid === undefined && request?.gfid === ROOT_GFID) return undefined;
    const isUnlock = type === LockRequest.unlock;
    const file =
      gfid === undefined ? undefined : isUnlock ? table.find(brick, gfid) : table.findOrAdd(brick, gfid);
    if (gfid !== undefined && file === undefined) return undefined;
    const isBlocking = type === LockRequest.blocking;
    const lock =
      request === undefined || file === undefined || type === LockRequest.unreadable
        ? undefined
        : readLock(kind, isBlocking, request, auth, client, file);
    if (lock === undefined) {
      // The call may have unlocked any lock of the client.
      if (type === LockRequest.unreadable || isUnlock || !whole) this.markCallsLost();
      return undefined;
    }
    if (!isUnlock) table.request(lock);
    else if (kind === LockKind.record) table.unlockRange(lock);
    else table.unlock(lock);
    return isUnlock ? undefined : lock;
  }

  /** Applies a call that requests no lock. */
  private observeEnding(ending: LockEnding, request: Fields | undefined, auth: Fields | undefined): void {
    if (ending === LockEnding.unreadable) this.markCallsLost();
    else if (ending === LockEnding.flush || ending === LockEnding.release) {
      this.observeClose(ending, request, auth);
    } else if (ending === LockEnding.clearCommand) this.observeClearCommand(request);
    else if (object(request?.dict)?.[LOCK_INFO_KEY] !== undefined) {
      this.endLocks(request, ({ kind }) => kind === LockKind.record, LockState.uncertain);
    }
  }

  /** pl_flush() ends the owner's record locks; pl_release(), or a flush without owner, those of the file descriptor. */
  private observeClose(ending: LockEnding, request: Fields | undefined, auth: Fields | undefined): void {
    const { client } = this;
    if (client.locks.size() === 0) return;
    if (text(request?.gfid) === undefined) {
      this.markCallsLost();
      return;
    }
    const owner = ending === LockEnding.flush ? text(auth?.lk_owner) : undefined;
    const fd = text(request?.fd);
    const isClosed = (lock: Lock) =>
      owner === undefined ? fd === undefined || lock.fd === fd : lock.owner === owner;
    this.endLocks(
      request,
      (lock) => lock.kind === LockKind.record && lock.client === client && isClosed(lock),
      LockState.released,
    );
  }

  /** The clear-locks command ends locks of all clients. A range or name in the command is ignored. */
  private observeClearCommand(request: Fields | undefined): void {
    const command = CLEAR_COMMAND.exec(text(request?.name) ?? '');
    if (command === null) return;
    const kind = CLEARED_KINDS[command[1]];
    this.endLocks(request, (lock) => lock.state === LockState.held && lock.kind === kind, LockState.released);
  }

  /** Ends locks of the call's file. `state`: the end of held locks; requests become uncertain. */
  private endLocks(request: Fields | undefined, isEnded: (lock: Lock) => boolean, state: LockState): void {
    const { table, client } = this;
    const gfid = lockedGfid(request, client.root.gfid);
    const locks = gfid === undefined ? undefined : table.find(client.brickTable(), gfid);
    for (const lock of locks?.filter(isEnded) ?? []) {
      table.end(lock, lock.state === LockState.held ? state : LockState.uncertain);
    }
  }

  /** Grants or ends a request. */
  private applyOutcome(lock: Lock, { at, refused }: Exchange, outcome: EventOutcome): void {
    const { table } = this;
    if (refused) table.end(lock, LockState.released);
    else if (outcome === 'success' && at !== undefined) table.grant(lock, at);
    else table.end(lock, outcome === 'failure' ? LockState.released : LockState.uncertain);
  }
}

/** The locks that certainly conflict with a request (without an outcome), or did until its outcome. */
function conflictsOf(
  lock: Lock,
  { at, response }: Exchange,
  outcome: EventOutcome | undefined,
): readonly Lock[] {
  if (lock.conflicts === undefined) return [];
  // Only EAGAIN means that a non-blocking request failed because of other locks.
  if (outcome === 'failure' && !lock.isBlocking && response?.op_errno !== EAGAIN) return [];
  if (outcome === 'success' && !lock.isBlocking) return [];
  return lock.conflicts.filter((other) => {
    const isHeld = other.state === LockState.held;
    const conflicts = isHeld && areConflicting(lock, other);
    const conflicted = other.state === LockState.released || (isHeld && !conflicts);
    if (at !== undefined && (other.seconds - at.seconds || other.nanoseconds - at.nanoseconds) > 0) {
      return false;
    }
    if (outcome === undefined) return conflicts;
    return outcome === 'success' ? conflicted : conflicted || conflicts;
  });
}
