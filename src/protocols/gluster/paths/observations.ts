/**
 * Records the names of files that replies to file operations reveal. ia_nlink does not count the link under .glusterfs:
 * posix_istat() and similar functions of storage/posix subtract it.
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
 * Errors that mean that nothing was changed: EPERM, EACCES, EBUSY, EEXIST, EXDEV, ENOTDIR, EISDIR, EINVAL, ENOSPC, EROFS,
 * EMLINK, ENAMETOOLONG, ENOTEMPTY, ESTALE, EDQUOT. Other errors may come from a step after the change: posix_rename()
 * fails with any error of its final lstat().
 */
const NOT_EXECUTED: ReadonlySet<unknown> = new Set([
  1, 13, 16, 17, 18, 20, 21, 22, 28, 30, 31, 36, 39, 116, 122,
]);

/** The brick that sent a reply, and how far the reply can be trusted. */
interface Observed {
  readonly paths: BrickPaths;
  readonly brick: number;
  readonly evidence: Evidence;
}

/** Records the names in a call and its reply. `succeeded`: the call was executed and did not fail. */
type Observe<Request, Response> = (
  observed: Observed,
  request: Request,
  response: Response,
  succeeded: boolean,
) => void;

/** The fields of a call and of its reply that an observation reads. */
interface ObservedFields {
  readonly call: XdrFields;
  readonly reply: XdrFields;
}

/** How to observe names in the replies of a procedure, as its row in gluster/programs declares. */
export interface PathObservation {
  readonly reads: ObservedFields;
  readonly observe: Observe<Fields, Fields>;
  /** How many names a call removes. */
  readonly removedNames: 0 | 1 | 2;
  /** Whether a call adds or removes names. */
  readonly changesNames: boolean;
  /** The call contains calls that are not decoded. */
  readonly isUnreadable: boolean;
}

const ENTRY = { pargfid: uuid, bname: string };
const OLD_ENTRY = { oldgfid: uuid, oldbname: string };
const NEW_ENTRY = { newgfid: uuid, newbname: string };
/** The file's gfid, link count and type. */
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
    // Safe: the test of the tables checks that each row's structs have the fields of its observation.
    observe: observe as PathObservation['observe'],
    removedNames: 0,
    changesNames: false,
    isUnreadable: false,
  };
}

/**
 * The observation of a call that adds or removes names. Only a lost removal makes recorded names wrong: a name that a call
 * adds belonged to no file before.
 */
function changesNames<Call extends XdrFields, Reply extends XdrFields>(
  removedNames: 0 | 1 | 2,
  call: Call,
  reply: Reply,
  observe: Observe<DecodedFields<Call>, DecodedFields<Reply>>,
): PathObservation {
  return {
    ...readsNames(call, reply, observe),
    // For changedNothing().
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

/** Whether the file has a single name: a directory, or a file with one link. */
function hasOneName(stat: Attributes | undefined): boolean {
  const mode = stat?.mode;
  if (typeof mode === 'number' && (mode & S_IFMT) === S_IFDIR) return true;
  return Number(integer(stat?.ia_nlink) ?? 0) === 1;
}

export const ENTRY_LOOKUP = readsNames(
  { ...ENTRY, gfid: uuid },
  // Attributes of the file (prestat or stat, by version) and of its directory (poststat or postparent).
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

/** CREATE, MKDIR, MKNOD, SYMLINK, PUT: a new file gets the name. */
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
/** NAMELINK gives a name to an inode from ICREATE. The reply does not identify it, so the name belongs to an unknown file. */
export const UNKNOWN_INODE_LINK = changesNames(0, ENTRY, {}, observeRemoval);
/** COMPOUND. */
export const UNREADABLE_OPERATIONS: PathObservation = {
  ...readsNames({}, {}, () => {}),
  isUnreadable: true,
};

/** Whether a failed call certainly changed no name. */
export function changedNothing(
  observation: PathObservation | undefined,
  response: Fields | undefined,
): boolean {
  return observation === undefined || observation.removedNames === 0 || NOT_EXECUTED.has(response?.op_errno);
}

const GFID_FIELDS = ['pargfid', 'oldgfid', 'newgfid', 'gfid'] as const;

/** Whether the call contains the gfid of the client's root. */
function namesRoot(request: Fields): boolean {
  return GFID_FIELDS.some((field) => request[field] === ROOT_GFID);
}

/**
 * The call with the root's gfid replaced by the gfid of the client's root in the volume, as server_resolve() of
 * xlators/protocol/server does; undefined: that gfid is unknown.
 */
function resolveRoot(request: Fields, rootGfid: string | undefined): Fields | undefined {
  if (rootGfid === ROOT_GFID || !namesRoot(request)) return request;
  if (rootGfid === undefined) return undefined;
  const fields = GFID_FIELDS.filter((field) => request[field] === ROOT_GFID);
  return { ...request, ...Object.fromEntries(fields.map((field) => [field, rootGfid])) };
}

/**
 * The gfid of a client's root in the volume, from a LOOKUP in the root directory. The brick replaces that gfid in the
 * attributes of the file itself (server4_post_lookup() of xlators/protocol/server/src/server-common.c), but not in those
 * of the directory.
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

/** Records the names in a call and its reply. `succeeded`: the call was executed and did not fail. */
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

/** The directory entries in a call. */
function entriesOf(request: Fields): DirectoryEntry[] {
  return [
    directoryEntry(request.pargfid, request.bname),
    directoryEntry(request.oldgfid, request.oldbname),
    directoryEntry(request.newgfid, request.newbname),
  ].filter((entry) => entry !== undefined);
}

/** Records that the outcome of a call is unknown: names that it may have changed belong to unknown files. */
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
