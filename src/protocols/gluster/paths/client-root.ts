/**
 * The root directory of a client. In the client's calls it has the gfid of the root, in the volume its own. Most
 * clients mount the whole volume; a client may request a subdirectory instead (subdir-mount of SETVOLUME).
 */
import { ROOT_GFID } from '../values.js';
import type { BrickPaths } from './brick-paths.js';

export interface ClientRoot {
  /** The path in the volume, as requested. */
  readonly path: string;
  /** The gfid in the volume; undefined: unknown so far. */
  readonly gfid: string | undefined;
  /** Whether a directory in the path may have been renamed. */
  readonly mayHaveMoved: boolean;
  /** False: assumed, since the client's SETVOLUME was not seen. */
  readonly isCertain: boolean;
  /** Whether no field can change any more. */
  readonly isFinal: boolean;
}

export const VOLUME_ROOT: ClientRoot = {
  path: '/',
  gfid: ROOT_GFID,
  mayHaveMoved: false,
  isCertain: true,
  isFinal: true,
};

/** For a client whose SETVOLUME was not seen: nearly all mount the whole volume. */
export const ASSUMED_ROOT: ClientRoot = { ...VOLUME_ROOT, isCertain: false };

/** The longest path in a system call, in bytes (limits.h). */
const PATH_MAX = 4096;

/**
 * A requested subdirectory. The brick resolves the path once (server_setvolume() of protocol/server); the root stays the
 * same directory even if it is renamed. The gfid is found by any lookup of the path, before or after SETVOLUME, unless a
 * name in the path changes in between.
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

  /** Resolved on first use: the brick resolves the directory some time after the SETVOLUME call is captured. */
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
 * The root of a client that requested a subdirectory.
 *
 * @param brick the number of the brick's table; 0: none
 * @param requested the path in the SETVOLUME call
 * @param epoch observation epoch of the request
 */
export function subdirectoryRoot(
  paths: BrickPaths,
  brick: () => number,
  requested: string,
  epoch: number,
): ClientRoot {
  // Such a path cannot exist, and each call on the root would try to resolve it.
  if (requested.length > PATH_MAX) return ASSUMED_ROOT;
  const names = requested.split('/').filter((name) => name !== '');
  return new SubdirectoryRoot(paths, brick, `/${names.join('/')}`, epoch);
}

/** The same root with its final gfid, which a rename of the directory does not change. */
export function withKnownGfid(root: ClientRoot, gfid: string): ClientRoot {
  const { path, mayHaveMoved } = root;
  return { path, mayHaveMoved, gfid, isCertain: true, isFinal: true };
}
