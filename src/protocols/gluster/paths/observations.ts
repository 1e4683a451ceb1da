/**
 * What a file operation's reply says of names: by procedure, which means the same in all versions. The brick counts a
 * file's links as its users do: posix_istat() and its kin of storage/posix take off the one below .glusterfs.
 */

import type { JsonObject } from '../../../records/record.js';
import type { Exchange, Fields } from '../../rpc/describer.js';
import { gfid, integer, object, RootGfid, text } from '../describe/values.js';
import type { Evidence, Name, Paths } from './brick-paths.js';
import type { Root } from './file-names.js';

const NoEntry = 2;

/**
 * Errors of what was not done: EPERM, EACCES, EBUSY, EEXIST, EXDEV, ENOTDIR, EISDIR, EINVAL, ENOSPC, EROFS, EMLINK,
 * ENAMETOOLONG, ENOTEMPTY, ESTALE, EDQUOT. Others may be of what comes after it: posix_rename() fails with
 * whatever its last lstat() says.
 */
const NotDone: ReadonlySet<unknown> = new Set([1, 13, 16, 17, 18, 20, 21, 22, 28, 30, 31, 36, 39, 116, 122]);

/** Where to put what is learned: the brick, and what was known when the call came by. */
interface Lesson {
  readonly paths: Paths;
  readonly brick: number;
  readonly said: Evidence;
}

type Learn = (lesson: Lesson, request: Fields, response: Fields, done: boolean) => void;

/** What a procedure's replies tell of the names of files: the rows of gluster/programs say it. */
export interface PathObservation {
  readonly learn: Learn;
  /** Names that a call takes away. */
  readonly removedNames: 0 | 1 | 2;
  /** Whether a call gives or takes names. */
  readonly changesNames: boolean;
  /** Calls within calls, which are not looked into. */
  readonly isUnreadable: boolean;
}

function nameOf(request: Fields, parent: string, base: string): Name | undefined {
  const directory = gfid(request[parent]);
  const name = text(request[base]);
  return directory === undefined || name === undefined ? undefined : { parent: directory, text: name };
}

const entryOf = (request: Fields) => nameOf(request, 'pargfid', 'bname');
const oldOf = (request: Fields) => nameOf(request, 'oldgfid', 'oldbname');
const newOf = (request: Fields) => nameOf(request, 'newgfid', 'newbname');

const TypeMask = 0o170000;
const Directory = 0o040000;

/** What has one name only: a directory, and a file with one link. */
function isOnly(stat: JsonObject | undefined): boolean {
  const mode = stat?.mode;
  if (typeof mode === 'number' && (mode & TypeMask) === Directory) return true;
  return Number(integer(stat?.ia_nlink) ?? 0) === 1;
}

/** CREATE and its kin: the name is the new file's. */
const makes: Learn = ({ paths, brick, said }, request, response, done) => {
  const name = entryOf(request);
  const stat = object(response.stat);
  const file = gfid(stat?.ia_gfid);
  if (!done || name === undefined) return;
  if (file === undefined) paths.gone(brick, name.parent, name.text);
  else paths.named(brick, name.parent, name.text, file, isOnly(stat), said);
};

const removes: Learn = ({ paths, brick }, request, _response, done) => {
  const name = entryOf(request);
  if (!done) return;
  if (name === undefined) paths.gap(brick);
  else paths.gone(brick, name.parent, name.text);
};

const links: Learn = ({ paths, brick, said }, request, _response, done) => {
  const name = newOf(request);
  const file = gfid(request.oldgfid);
  if (!done || name === undefined) return;
  if (file === undefined) paths.gone(brick, name.parent, name.text);
  else paths.named(brick, name.parent, name.text, file, false, said);
};

const renames: Learn = ({ paths, brick, said }, request, response, done) => {
  const from = oldOf(request);
  const to = newOf(request);
  if (!done) return;
  if (from === undefined || to === undefined) {
    paths.gap(brick);
    return;
  }
  const stat = object(response.stat);
  const file = gfid(stat?.ia_gfid);
  if (file !== undefined) paths.renamed(brick, from, to, file, isOnly(stat), said);
  else for (const name of [from, to]) paths.gone(brick, name.parent, name.text);
};

const looksUp: Learn = ({ paths, brick, said }, request, response, done) => {
  const name = entryOf(request);
  if (name === undefined) return;
  // The file's attributes come first, under different names in different versions.
  const stat = object(response.prestat ?? response.stat);
  const file = gfid(stat?.ia_gfid);
  if (done && file !== undefined) paths.seen(brick, name.parent, name.text, file, isOnly(stat), said);
  else if (!done && response.op_errno === NoEntry) paths.missing(brick, name.parent, name.text, said.began);
};

const lists: Learn = ({ paths, brick, said }, request, response, done) => {
  const parent = gfid(request.gfid);
  const entries = response.reply;
  if (!done || parent === undefined || !Array.isArray(entries)) return;
  for (const one of entries) {
    const entry = object(one);
    const name = text(entry?.name);
    const stat = object(entry?.stat);
    const file = gfid(stat?.ia_gfid);
    if (name !== undefined && file !== undefined) paths.seen(brick, parent, name, file, isOnly(stat), said);
  }
};

const looks = (learn: Learn): PathObservation => ({
  learn,
  removedNames: 0,
  changesNames: false,
  isUnreadable: false,
});

/**
 * Calls that change something without taking a name away give a name that was nobody's before, so that nothing that is
 * known becomes wrong where it is not known which one.
 */
const changes = (learn: Learn, removedNames: 0 | 1 | 2): PathObservation => ({
  learn,
  removedNames,
  changesNames: true,
  isUnreadable: false,
});

export const ENTRY_LOOKUP = looks(looksUp);
export const DIRECTORY_LISTING = looks(lists);
export const ENTRY_CREATION = changes(makes, 0);
export const ENTRY_LINK = changes(links, 0);
export const ENTRY_RENAME = changes(renames, 2);
export const ENTRY_REMOVAL = changes(removes, 1);
/** NAMELINK: an inode that ICREATE has made gets its name so; the reply does not tell which one. */
export const UNKNOWN_INODE_LINK = changes(removes, 0);
/** COMPOUND. */
export const UNREADABLE_OPERATIONS: PathObservation = { ...looks(() => {}), isUnreadable: true };

const Directories = ['pargfid', 'oldgfid', 'newgfid', 'gfid'] as const;

/** Whether it is said of the directory that its client has for the root. */
function isOfRoot(request: Fields): boolean {
  return Directories.some((name) => request[name] === RootGfid);
}

/**
 * The call with the gfid of the directory that its client has for the root (`root`), as brick and clients of the whole
 * volume know it: server_resolve() of xlators/protocol/server puts it in the place of the root's. undefined: it is not known.
 */
function inVolume(request: Fields, root: string | undefined): Fields | undefined {
  if (root === RootGfid) return request;
  if (!isOfRoot(request)) return request;
  const there = Directories.filter((name) => request[name] === RootGfid);
  return root === undefined
    ? undefined
    : { ...request, ...Object.fromEntries(there.map((name) => [name, root])) };
}

/** Whether a call that failed has surely changed nothing that is known. */
export function isUndone(observation: PathObservation | undefined, response: Fields | undefined): boolean {
  return observation === undefined || observation.removedNames === 0 || NotDone.has(response?.op_errno);
}

/**
 * The gfid of the directory that a client has for its root, as the brick knows it; undefined: this call and its reply do
 * not tell. The brick puts the root's gfid in its place where a reply has the attributes of the file itself
 * (server4_post_lookup() of xlators/protocol/server/src/server-common.c), but not where it has those of its directory.
 */
export function rootOf(
  observation: PathObservation | undefined,
  request: Fields | undefined,
  response: Fields | undefined,
): string | undefined {
  if (observation !== ENTRY_LOOKUP || gfid(request?.pargfid) !== RootGfid) return undefined;
  if (text(request?.bname) === undefined) return undefined;
  return gfid(object(response?.poststat ?? response?.postparent)?.ia_gfid);
}

/** Takes in a call with its reply. `done`: it was executed, and did not fail. */
export function observeReply(
  paths: Paths,
  brick: number,
  observation: PathObservation,
  exchange: Exchange,
  done: boolean,
  root: Root,
): void {
  const { response, began, whole } = exchange;
  if (observation.isUnreadable) {
    paths.gap(brick);
    return;
  }
  if (!done && !isUndone(observation, response)) {
    markUncertain(paths, brick, observation, whole ? exchange.request : undefined, root.gfid);
    return;
  }
  const request = exchange.request && inVolume(exchange.request, root.gfid);
  if (request === undefined || !whole) {
    if (done && observation.removedNames > 0) paths.gap(brick);
    return;
  }
  const sure = root.sure || !isOfRoot(request);
  observation.learn({ paths, brick, said: { began, sure } }, request, response ?? {}, done);
}

/** Takes in that it is not known what came of a call: names that it may have changed are nobody's. */
export function markUncertain(
  paths: Paths,
  brick: number,
  observation: PathObservation,
  call: Fields | undefined,
  root: string | undefined,
): void {
  if (observation.isUnreadable) paths.gap(brick);
  if (!observation.changesNames) return;
  const request = call && inVolume(call, root);
  const names = request === undefined ? [] : [entryOf(request), oldOf(request), newOf(request)];
  const readable = names.filter((name) => name !== undefined);
  for (const { parent, text } of readable) paths.gone(brick, parent, text);
  if (readable.length < observation.removedNames) paths.gap(brick);
}
