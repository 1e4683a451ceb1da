/** The files of one brick as a line names them: paths where they are known, and whether they are old news. And hosts. */
import { stripControls } from '../../../records/phrases.js';
import type { Fields } from '../../rpc/describer.js';
import { RootGfid } from '../describe/values.js';
import type { Paths } from './brick-paths.js';

export interface FileNames {
  /** The file's path; undefined: it is not known. */
  path(gfid: string): string | undefined;
  /** How a file without a known path is shown, by the gfid that it has for everybody. */
  nameless(gfid: string): string;
  /** The path that a name in a directory has: `/a/b`, `<gfid:PARENT>/b`; the name alone where the directory was not told. */
  join(parent: string | undefined, name: string): string;
  /** The host of the glusterd with this uuid; undefined: nobody has said. */
  hostOf(uuid: string): string | undefined;
  /** Whether the next line's mark does not hang on what was asked already. */
  unmarked(): boolean;
  /** Marks the line if a path that it has was learned before bytes toward the brick were missed, and begins the next. */
  mark(out: Fields): void;
}

/** The directory that a client has for its root, which is the root's gfid in its calls. */
export interface Root {
  /** As the client has named it. */
  readonly path: string;
  /** As everybody else knows it; undefined: that is not known. */
  readonly gfid: string | undefined;
  /** Whether it may have another path by now. */
  readonly moved: boolean;
  /** Whether it is known to be this one. */
  readonly sure: boolean;
  /** Whether it says the same at any time: nothing of it is looked for when it is asked. */
  readonly fixed: boolean;
}

export const VolumeRoot: Root = { path: '/', gfid: RootGfid, moved: false, sure: true, fixed: true };
/** Of a client that was not seen to introduce itself: nearly all have the whole volume, but it may be a directory. */
export const LikelyRoot: Root = { ...VolumeRoot, sure: false };

/** Bytes of a path in a call to the system (limits.h). */
const PathMax = 4096;

/**
 * The root of a client that has asked for a directory. The brick finds it once, when it is asked
 * (server_setvolume() of protocol/server), and it stays that directory, whatever its name. Which gfid it has is
 * told by whoever looks it up, then or later, as long as nothing of its name was changed meanwhile.
 *
 * @param began when it was asked for
 */
export function subdirectory(paths: Paths, brick: () => number, asked: string, began: number): Root {
  // No server has one of that name (PATH_MAX), and each call on the root would go through it.
  if (asked.length > PathMax) return LikelyRoot;
  const path = `/${asked
    .split('/')
    .filter((name) => name !== '')
    .join('/')}`;
  const find = () => (brick() === 0 ? undefined : paths.find(brick(), path, began));
  let gfid: string | undefined;
  return {
    path,
    sure: true,
    fixed: false,
    // Not before it is asked for: the brick looks for the directory some time after the call has come by.
    get gfid() {
      gfid ??= find();
      return gfid;
    },
    get moved() {
      return brick() !== 0 && paths.moved(brick(), path, began);
    },
  };
}

/**
 * @param brick number of its table; 0: it has none
 * @param missing whether bytes toward or from the brick are missing so far: names may have changed unseen
 */
export function newFileNames(
  paths: Paths,
  brick: () => number,
  root: () => Root,
  missing: () => boolean,
  hostOf: FileNames['hostOf'],
): FileNames {
  let stale = false;
  const known = (gfid: string): string | undefined => {
    const table = brick();
    const found = table === 0 ? undefined : paths.of(table, gfid);
    if (found !== undefined && (found.stale || missing())) stale = true;
    return found?.text;
  };
  const path = (id: string): string | undefined => {
    if (id !== RootGfid) return known(id);
    const { path: from, gfid, moved, sure } = root();
    if (!sure) stale = true;
    if (gfid === RootGfid) return '/';
    if (gfid !== undefined) return known(gfid);
    if (moved || missing()) stale = true;
    return from;
  };
  const nameless = (id: string) => `<gfid:${id === RootGfid ? (root().gfid ?? id) : id}>`;
  return {
    path,
    nameless,
    hostOf,
    join(parent, name) {
      if (parent === undefined) return name;
      const above = path(parent);
      if (above === undefined) return `${nameless(parent)}/${name}`;
      return above === '/' ? `/${name}` : `${above}/${name}`;
    },
    unmarked: () => !stale,
    mark(out) {
      if (stale) out.path_before_gap = true;
      stale = false;
    },
  };
}

/** Characters of a path that a sentence shows. */
const PathLimit = 120;

/** A path for a sentence: one line, and of a long one the end, which tells most. */
export function shownPath(path: string): string {
  return stripControls(path.length <= PathLimit ? path : `...${path.slice(3 - PathLimit)}`);
}
