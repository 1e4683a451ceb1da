/**
 * The directory that a client has as root. In its calls that directory has the root's gfid, whatever its gfid in the
 * volume is. Most clients mount the whole volume; a client can ask for a directory of it (subdir-mount of SETVOLUME).
 */
import { ROOT_GFID } from '../values.js';
import type { BrickPaths } from './brick-paths.js';

export interface ClientRoot {
  /** The path that the client asked for. */
  readonly path: string;
  /** Its gfid in the whole volume; undefined: unknown so far. */
  readonly gfid: string | undefined;
  /** Whether it may have another path by now. */
  readonly mayHaveMoved: boolean;
  /** Whether it is certain that the client has this root. */
  readonly isCertain: boolean;
  /** Whether nothing of it can change any more. */
  readonly isFinal: boolean;
}

export const VOLUME_ROOT: ClientRoot = {
  path: '/',
  gfid: ROOT_GFID,
  mayHaveMoved: false,
  isCertain: true,
  isFinal: true,
};

/** Of a client whose SETVOLUME was not seen: nearly all mount the whole volume. */
export const ASSUMED_ROOT: ClientRoot = { ...VOLUME_ROOT, isCertain: false };

/** Bytes of a path in a system call (limits.h). */
const PATH_MAX = 4096;

/**
 * A directory that a client asked for. The brick resolves it once (server_setvolume() of protocol/server); it stays that
 * directory, whatever its name becomes. Its gfid comes from any lookup of the path, then or later, as long as no name
 * in the path changes in between.
 */
class SubdirectoryRoot implements ClientRoot {
  readonly path: string;
  readonly isCertain = true;
  readonly isFinal = false;
  private readonly paths: BrickPaths;
  private readonly brick: () => number;
  private readonly epoch: number;
  private resolved: string | undefined = undefined;

  constructor(paths: BrickPaths, brick: () => number, path: string, epoch: number) {
    this.paths = paths;
    this.brick = brick;
    this.path = path;
    this.epoch = epoch;
  }

  /** Resolved when it is needed: the brick resolves the directory some time after the call is seen. */
  get gfid(): string | undefined {
    const brick = this.brick();
    if (this.resolved === undefined && brick !== 0) {
      this.resolved = this.paths.resolve(brick, this.path, this.epoch);
    }
    return this.resolved;
  }

  get mayHaveMoved(): boolean {
    const brick = this.brick();
    return brick !== 0 && this.paths.mayHaveMoved(brick, this.path, this.epoch);
  }
}

/**
 * The root of a client that asked for a directory.
 *
 * @param brick the number of the brick's table; 0: it has none
 * @param requested the directory as the client named it
 * @param epoch observation epoch of the request
 */
export function subdirectoryRoot(
  paths: BrickPaths,
  brick: () => number,
  requested: string,
  epoch: number,
): ClientRoot {
  // No server has a path beyond PATH_MAX, and each call on the root would resolve it.
  if (requested.length > PATH_MAX) return ASSUMED_ROOT;
  const names = requested.split('/').filter((name) => name !== '');
  return new SubdirectoryRoot(paths, brick, `/${names.join('/')}`, epoch);
}

/** The same root with a gfid that is known for good: it stays, whatever the directory's name becomes. */
export function withKnownGfid(root: ClientRoot, gfid: string): ClientRoot {
  const { path, mayHaveMoved } = root;
  return { path, mayHaveMoved, gfid, isCertain: true, isFinal: true };
}
