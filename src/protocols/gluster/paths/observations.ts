/**
 * What the reply to a file operation tells of the names of files. The brick counts a file's links as its users do:
 * posix_istat() and its kin of storage/posix subtract the link under .glusterfs.
 */

import type { Json } from '../../../records/record.js';
import type { Exchange, Fields } from '../../rpc/describer.js';
import type { Decoded, DecodedFields } from '../../rpc/xdr/decoded.js';
import { chain, int, string, struct, unsigned_int, uuid, type XdrFields } from '../../rpc/xdr/types.js';
import { gfid, integer, object, ROOT_GFID, text } from '../values.js';
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
type Observe<Request, Response> = (
  observed: Observed,
  request: Request,
  response: Response,
  succeeded: boolean,
) => void;

/** Fields that are read of a call and of its reply, as tables. */
interface ObservedFields {
  readonly call: XdrFields;
  readonly reply: XdrFields;
}

/** What the replies of a procedure tell of the names of files: a fact of its row in gluster/programs. */
export interface PathObservation {
  readonly reads: ObservedFields;
  readonly observe: Observe<Fields, Fields>;
  /** Names that a call removes. */
  readonly removedNames: 0 | 1 | 2;
  /** Whether a call adds or removes names. */
  readonly changesNames: boolean;
  /** The call contains calls that are not decoded. */
  readonly isUnreadable: boolean;
}

const ENTRY = { pargfid: uuid, bname: string };
const OLD_ENTRY = { oldgfid: uuid, oldbname: string };
const NEW_ENTRY = { newgfid: uuid, newbname: string };
/** The file, whether it is a directory, and whether it has other names. */
const ATTRIBUTES = struct('attributes', { ia_gfid: uuid, ia_nlink: unsigned_int, mode: unsigned_int });
const DIRECTORY = struct('attributes', { ia_gfid: uuid });

type Attributes = Decoded<typeof ATTRIBUTES>;

function readsNames<Call extends XdrFields, Reply extends XdrFields>(
  call: Call,
  reply: Reply,
  observe: Observe<DecodedFields<Call>, DecodedFields<Reply>>,
): PathObservation {
  return {
    reads: { call, reply },
    // The call and its reply are read by the structs of a row that this observation fits.
    observe: observe as PathObservation['observe'],
    removedNames: 0,
    changesNames: false,
    isUnreadable: false,
  };
}

/**
 * A call that removes no name gives a file a name that no file had: if it is not known which one, nothing that is known
 * becomes wrong.
 */
function changesNames<Call extends XdrFields, Reply extends XdrFields>(
  removedNames: 0 | 1 | 2,
  call: Call,
  reply: Reply,
  observe: Observe<DecodedFields<Call>, DecodedFields<Reply>>,
): PathObservation {
  return {
    ...readsNames(call, reply, observe),
    // The error tells whether a failed call changed nothing.
    reads: { call, reply: { ...reply, op_errno: int } },
    removedNames,
    changesNames: true,
  };
}

function directoryEntry(parent: Json | undefined, name: Json | undefined): DirectoryEntry | undefined {
  const directory = gfid(parent);
  const base = text(name);
  return directory === undefined || base === undefined ? undefined : { parent: directory, text: base };
}

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;

/** Whether the file has one name only: a directory, or a file with one link. */
function hasOneName(stat: Attributes | undefined): boolean {
  const mode = stat?.mode;
  if (typeof mode === 'number' && (mode & S_IFMT) === S_IFDIR) return true;
  return Number(integer(stat?.ia_nlink) ?? 0) === 1;
}

export const ENTRY_LOOKUP = readsNames(
  { ...ENTRY, gfid: uuid },
  // The file's attributes and its directory's, named differently in different versions.
  { op_errno: int, prestat: ATTRIBUTES, stat: ATTRIBUTES, poststat: DIRECTORY, postparent: DIRECTORY },
  ({ paths, brick, evidence }, request, response, succeeded) => {
    const entry = directoryEntry(request.pargfid, request.bname);
    if (entry === undefined) return;
    const stat = response.prestat ?? response.stat;
    const file = gfid(stat?.ia_gfid);
    if (succeeded && file !== undefined) {
      paths.observeName(brick, entry.parent, entry.text, file, hasOneName(stat), evidence);
    } else if (!succeeded && response.op_errno === ENOENT) {
      paths.observeAbsence(brick, entry, evidence.epoch);
    }
  },
);

/** READDIRP. */
export const DIRECTORY_LISTING = readsNames(
  { gfid: uuid },
  { reply: chain(struct('entry', { name: string, stat: ATTRIBUTES })) },
  ({ paths, brick, evidence }, request, response, succeeded) => {
    const parent = gfid(request.gfid);
    const { reply: entries } = response;
    if (!succeeded || parent === undefined || !Array.isArray(entries)) return;
    for (const { name, stat } of entries) {
      const file = gfid(stat?.ia_gfid);
      const base = text(name);
      if (base === undefined || file === undefined) continue;
      paths.observeName(brick, parent, base, file, hasOneName(stat), evidence);
    }
  },
);

/** CREATE and its kin: the name is the new file's. */
export const ENTRY_CREATION = changesNames(
  0,
  ENTRY,
  { stat: ATTRIBUTES },
  ({ paths, brick, evidence }, request, { stat }, succeeded) => {
    const entry = directoryEntry(request.pargfid, request.bname);
    if (!succeeded || entry === undefined) return;
    const file = gfid(stat?.ia_gfid);
    if (file === undefined) paths.removeName(brick, entry);
    else paths.recordName(brick, entry, file, hasOneName(stat), evidence);
  },
);

export const ENTRY_LINK = changesNames(
  0,
  { oldgfid: uuid, ...NEW_ENTRY },
  {},
  ({ paths, brick, evidence }, request, _response, succeeded) => {
    const entry = directoryEntry(request.newgfid, request.newbname);
    if (!succeeded || entry === undefined) return;
    const file = gfid(request.oldgfid);
    if (file === undefined) paths.removeName(brick, entry);
    else paths.recordName(brick, entry, file, false, evidence);
  },
);

export const ENTRY_RENAME = changesNames(
  2,
  { ...OLD_ENTRY, ...NEW_ENTRY },
  { stat: ATTRIBUTES },
  ({ paths, brick, evidence }, request, { stat }, succeeded) => {
    if (!succeeded) return;
    const from = directoryEntry(request.oldgfid, request.oldbname);
    const to = directoryEntry(request.newgfid, request.newbname);
    if (from === undefined || to === undefined) {
      paths.markGap(brick);
      return;
    }
    const file = gfid(stat?.ia_gfid);
    if (file !== undefined) {
      paths.recordRename(brick, from, to, file, hasOneName(stat), evidence);
      return;
    }
    paths.removeName(brick, from);
    paths.removeName(brick, to);
  },
);

function observeRemoval(
  { paths, brick }: Observed,
  request: DecodedFields<typeof ENTRY>,
  _response: unknown,
  succeeded: boolean,
): void {
  if (!succeeded) return;
  const entry = directoryEntry(request.pargfid, request.bname);
  if (entry === undefined) paths.markGap(brick);
  else paths.removeName(brick, entry);
}

export const ENTRY_REMOVAL = changesNames(1, ENTRY, {}, observeRemoval);
/** NAMELINK names an inode that ICREATE created; the reply does not tell which one, so the name is an unknown file's. */
export const UNKNOWN_INODE_LINK = changesNames(0, ENTRY, {}, observeRemoval);
/** COMPOUND. */
export const UNREADABLE_OPERATIONS: PathObservation = {
  ...readsNames({}, {}, () => {}),
  isUnreadable: true,
};

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
  return GFID_FIELDS.some((field) => request[field] === ROOT_GFID);
}

/**
 * The call with the gfid that the client's root has in the whole volume, as the brick and clients of the whole volume
 * know it: server_resolve() of xlators/protocol/server replaces the root's. undefined: that gfid is not known.
 */
function resolveRoot(request: Fields, rootGfid: string | undefined): Fields | undefined {
  if (rootGfid === ROOT_GFID || !namesRoot(request)) return request;
  if (rootGfid === undefined) return undefined;
  const fields = GFID_FIELDS.filter((field) => request[field] === ROOT_GFID);
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
  if (observation !== ENTRY_LOOKUP || gfid(request?.pargfid) !== ROOT_GFID) return undefined;
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
  const { response, epoch, whole } = exchange;
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

/** The directory entries that a call names. */
function entriesOf(request: Fields): DirectoryEntry[] {
  return [
    directoryEntry(request.pargfid, request.bname),
    directoryEntry(request.oldgfid, request.oldbname),
    directoryEntry(request.newgfid, request.newbname),
  ].filter((entry) => entry !== undefined);
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
  const entries = request === undefined ? [] : entriesOf(request);
  for (const entry of entries) paths.removeName(brick, entry);
  if (entries.length < observation.removedNames) paths.markGap(brick);
}
