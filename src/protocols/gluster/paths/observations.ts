/**
 * What the reply to a file operation tells of the names of files. The brick counts a file's links as its users do:
 * posix_istat() and its kin of storage/posix subtract the link under .glusterfs.
 */

import type { JsonObject } from '../../../records/record.js';
import type { Exchange, Fields } from '../../rpc/describer.js';
import { gfid, integer, object, RootGfid, text } from '../describe/values.js';
import type { BrickPaths, DirectoryEntry, Evidence } from './brick-paths.js';
import type { ClientRoot } from './client-root.js';

const ENOENT = 2;

/**
 * Errors that say that nothing was done: EPERM, EACCES, EBUSY, EEXIST, EXDEV, ENOTDIR, EISDIR, EINVAL, ENOSPC, EROFS,
 * EMLINK, ENAMETOOLONG, ENOTEMPTY, ESTALE, EDQUOT. Others may come from a later step: posix_rename() fails with whatever
 * its last lstat() returns.
 */
const NOT_EXECUTED: ReadonlySet<unknown> = new Set([
  1, 13, 16, 17, 18, 20, 21, 22, 28, 30, 31, 36, 39, 116, 122,
]);

/** The brick that a reply tells of, and how far the reply can be trusted. */
interface Observed {
  readonly paths: BrickPaths;
  readonly brick: number;
  readonly evidence: Evidence;
}

/** Records what a reply tells. `succeeded`: the call was executed and did not fail. */
type ObserveReply = (observed: Observed, request: Fields, response: Fields, succeeded: boolean) => void;

/** What the replies of a procedure tell of the names of files: a fact of its row in gluster/programs. */
export interface PathObservation {
  readonly observe: ObserveReply;
  /** Names that a call removes. */
  readonly removedNames: 0 | 1 | 2;
  /** Whether a call adds or removes names. */
  readonly changesNames: boolean;
  /** The call contains calls that are not decoded. */
  readonly isUnreadable: boolean;
}

function directoryEntry(request: Fields, parentField: string, nameField: string): DirectoryEntry | undefined {
  const parent = gfid(request[parentField]);
  const name = text(request[nameField]);
  return parent === undefined || name === undefined ? undefined : { parent, text: name };
}

const entryOf = (request: Fields) => directoryEntry(request, 'pargfid', 'bname');
const oldEntryOf = (request: Fields) => directoryEntry(request, 'oldgfid', 'oldbname');
const newEntryOf = (request: Fields) => directoryEntry(request, 'newgfid', 'newbname');

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;

/** Whether the file has one name only: a directory, or a file with one link. */
function hasOneName(stat: JsonObject | undefined): boolean {
  const mode = stat?.mode;
  if (typeof mode === 'number' && (mode & S_IFMT) === S_IFDIR) return true;
  return Number(integer(stat?.ia_nlink) ?? 0) === 1;
}

/** CREATE and its kin: the name is the new file's. */
const observeCreation: ObserveReply = ({ paths, brick, evidence }, request, response, succeeded) => {
  const entry = entryOf(request);
  const stat = object(response.stat);
  const file = gfid(stat?.ia_gfid);
  if (!succeeded || entry === undefined) return;
  if (file === undefined) paths.removeName(brick, entry);
  else paths.recordName(brick, entry, file, hasOneName(stat), evidence);
};

const observeRemoval: ObserveReply = ({ paths, brick }, request, _response, succeeded) => {
  if (!succeeded) return;
  const entry = entryOf(request);
  if (entry === undefined) paths.markGap(brick);
  else paths.removeName(brick, entry);
};

const observeLink: ObserveReply = ({ paths, brick, evidence }, request, _response, succeeded) => {
  const entry = newEntryOf(request);
  const file = gfid(request.oldgfid);
  if (!succeeded || entry === undefined) return;
  if (file === undefined) paths.removeName(brick, entry);
  else paths.recordName(brick, entry, file, false, evidence);
};

const observeRename: ObserveReply = ({ paths, brick, evidence }, request, response, succeeded) => {
  if (!succeeded) return;
  const from = oldEntryOf(request);
  const to = newEntryOf(request);
  if (from === undefined || to === undefined) {
    paths.markGap(brick);
    return;
  }
  const stat = object(response.stat);
  const file = gfid(stat?.ia_gfid);
  if (file !== undefined) {
    paths.recordRename(brick, from, to, file, hasOneName(stat), evidence);
    return;
  }
  paths.removeName(brick, from);
  paths.removeName(brick, to);
};

const observeLookup: ObserveReply = ({ paths, brick, evidence }, request, response, succeeded) => {
  const entry = entryOf(request);
  if (entry === undefined) return;
  // The file's attributes come first, named differently in different versions.
  const stat = object(response.prestat ?? response.stat);
  const file = gfid(stat?.ia_gfid);
  if (succeeded && file !== undefined) {
    paths.observeName(brick, entry.parent, entry.text, file, hasOneName(stat), evidence);
  } else if (!succeeded && response.op_errno === ENOENT) {
    paths.observeAbsence(brick, entry, evidence.epoch);
  }
};

const observeListing: ObserveReply = ({ paths, brick, evidence }, request, response, succeeded) => {
  const parent = gfid(request.gfid);
  const { reply: entries } = response;
  if (!succeeded || parent === undefined || !Array.isArray(entries)) return;
  for (const item of entries) {
    const entry = object(item);
    const name = text(entry?.name);
    const stat = object(entry?.stat);
    const file = gfid(stat?.ia_gfid);
    if (name === undefined || file === undefined) continue;
    paths.observeName(brick, parent, name, file, hasOneName(stat), evidence);
  }
};

const readsNames = (observe: ObserveReply): PathObservation => ({
  observe,
  removedNames: 0,
  changesNames: false,
  isUnreadable: false,
});

/**
 * A call that removes no name gives a file a name that no file had: if it is not known which one, nothing that is known
 * becomes wrong.
 */
const changesNames = (observe: ObserveReply, removedNames: 0 | 1 | 2): PathObservation => ({
  observe,
  removedNames,
  changesNames: true,
  isUnreadable: false,
});

export const ENTRY_LOOKUP = readsNames(observeLookup);
export const DIRECTORY_LISTING = readsNames(observeListing);
export const ENTRY_CREATION = changesNames(observeCreation, 0);
export const ENTRY_LINK = changesNames(observeLink, 0);
export const ENTRY_RENAME = changesNames(observeRename, 2);
export const ENTRY_REMOVAL = changesNames(observeRemoval, 1);
/** NAMELINK names an inode that ICREATE created; the reply does not tell which one, so the name is an unknown file's. */
export const UNKNOWN_INODE_LINK = changesNames(observeRemoval, 0);
/** COMPOUND. */
export const UNREADABLE_OPERATIONS: PathObservation = { ...readsNames(() => {}), isUnreadable: true };

/** Whether a call that failed certainly changed no name. */
export function changedNothing(
  observation: PathObservation | undefined,
  response: Fields | undefined,
): boolean {
  return observation === undefined || observation.removedNames === 0 || NOT_EXECUTED.has(response?.op_errno);
}

const GFID_FIELDS = ['pargfid', 'oldgfid', 'newgfid', 'gfid'] as const;

/** Whether the call names the directory that its client has as root. */
function namesRoot(request: Fields): boolean {
  return GFID_FIELDS.some((field) => request[field] === RootGfid);
}

/**
 * The call with the gfid that the client's root has in the whole volume, as the brick and clients of the whole volume
 * know it: server_resolve() of xlators/protocol/server replaces the root's. undefined: that gfid is not known.
 */
function resolveRoot(request: Fields, rootGfid: string | undefined): Fields | undefined {
  if (rootGfid === RootGfid || !namesRoot(request)) return request;
  if (rootGfid === undefined) return undefined;
  const fields = GFID_FIELDS.filter((field) => request[field] === RootGfid);
  return { ...request, ...Object.fromEntries(fields.map((field) => [field, rootGfid])) };
}

/**
 * The gfid that a client's root has in the whole volume, if this reply tells it. The brick puts the root's gfid in its
 * place where a reply has the attributes of the file itself (server4_post_lookup() of
 * xlators/protocol/server/src/server-common.c), but not where it has those of the file's directory.
 */
export function rootGfidIn(
  observation: PathObservation | undefined,
  request: Fields | undefined,
  response: Fields | undefined,
): string | undefined {
  if (observation !== ENTRY_LOOKUP || gfid(request?.pargfid) !== RootGfid) return undefined;
  if (text(request?.bname) === undefined) return undefined;
  return gfid(object(response?.poststat ?? response?.postparent)?.ia_gfid);
}

/** Records what a reply tells. `succeeded`: the call was executed and did not fail. */
export function observeReply(
  paths: BrickPaths,
  brick: number,
  observation: PathObservation,
  exchange: Exchange,
  succeeded: boolean,
  root: ClientRoot,
): void {
  const { response, began: epoch, whole } = exchange;
  if (observation.isUnreadable) {
    paths.markGap(brick);
    return;
  }
  if (!succeeded && !changedNothing(observation, response)) {
    markUncertain(paths, brick, observation, whole ? exchange.request : undefined, root.gfid);
    return;
  }
  const request = exchange.request && resolveRoot(exchange.request, root.gfid);
  if (request === undefined || !whole) {
    if (succeeded && observation.removedNames > 0) paths.markGap(brick);
    return;
  }
  const evidence = { epoch, isCertain: root.isCertain || !namesRoot(request) };
  observation.observe({ paths, brick, evidence }, request, response ?? {}, succeeded);
}

/** Records that the outcome of a call is unknown: names that it may have changed are an unknown file's. */
export function markUncertain(
  paths: BrickPaths,
  brick: number,
  observation: PathObservation,
  call: Fields | undefined,
  rootGfid: string | undefined,
): void {
  if (observation.isUnreadable) paths.markGap(brick);
  if (!observation.changesNames) return;
  const request = call && resolveRoot(call, rootGfid);
  const named = request === undefined ? [] : [entryOf(request), oldEntryOf(request), newEntryOf(request)];
  const entries = named.filter((entry) => entry !== undefined);
  for (const entry of entries) paths.removeName(brick, entry);
  if (entries.length < observation.removedNames) paths.markGap(brick);
}
