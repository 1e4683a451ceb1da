/** Resolves names for the lines of one connection: paths of gfids on its brick, and hosts of glusterds. */

import { stripControls } from '../../../records/phrases.js';
import type { GlusterSection } from '../fields.js';
import { ROOT_GFID } from '../values.js';
import type { BrickPaths } from './brick-paths.js';
import type { ClientRoot } from './client-root.js';

/** The client whose calls name files. */
export interface BrickClient {
  readonly root: ClientRoot;
  /** The number of the brick's table; 0: none. */
  brickTable(): number;
  /** Whether a connection to the brick has a pending gap, which may hide changes of names. */
  hasPendingGap(): boolean;
}

/** Hosts of glusterds by uuid. */
export interface HostNames {
  hostOf(uuid: string): string | undefined;
}

export class FileNames {
  private readonly paths: BrickPaths;
  private readonly client: BrickClient;
  private readonly hosts: HostNames;
  /** The stale flag of the current line: one of its paths may be out of date. */
  private isStale = false;

  constructor(paths: BrickPaths, client: BrickClient, hosts: HostNames) {
    this.paths = paths;
    this.client = client;
    this.hosts = hosts;
  }

  /** The file's path; undefined: unknown. */
  path(gfid: string): string | undefined {
    if (gfid !== ROOT_GFID) return this.observedPath(gfid);
    const { root } = this.client;
    const rootGfid = root.gfid;
    if (!root.isCertain) this.isStale = true;
    if (rootGfid === ROOT_GFID) return '/';
    if (rootGfid !== undefined) return this.observedPath(rootGfid);
    if (root.mayHaveMoved || this.client.hasPendingGap()) this.isStale = true;
    return root.path;
  }

  /** `<gfid:...>` for a file without a known path, with the gfid that it has in the whole volume. */
  unresolvedGfid(gfid: string): string {
    return `<gfid:${gfid === ROOT_GFID ? (this.client.root.gfid ?? gfid) : gfid}>`;
  }

  /** The path of a name in a directory: `/a/b`, `<gfid:PARENT>/b`, or the name alone without a directory. */
  join(parent: string | undefined, name: string): string {
    if (parent === undefined) return name;
    const directory = this.path(parent);
    if (directory === undefined) return `${this.unresolvedGfid(parent)}/${name}`;
    return directory === '/' ? `/${name}` : `${directory}/${name}`;
  }

  /** The host of the glusterd with this uuid; undefined: unknown. */
  hostOf(uuid: string): string | undefined {
    return this.hosts.hostOf(uuid);
  }

  hasStaleFlag(): boolean {
    return this.isStale;
  }

  /** Puts the stale flag into the line if one of its paths was observed before a gap, and clears it for the next line. */
  putStaleFlag(out: GlusterSection): void {
    if (this.isStale) out.path_before_gap = true;
    this.isStale = false;
  }

  private observedPath(gfid: string): string | undefined {
    const table = this.client.brickTable();
    const found = table === 0 ? undefined : this.paths.pathOf(table, gfid);
    if (found === undefined) return undefined;
    if (found.stale || this.client.hasPendingGap()) this.isStale = true;
    return found.text;
  }
}

/** Characters of a path in a sentence. */
const SHOWN_PATH_LENGTH = 120;

/** A path for a sentence, on one line; a long path is cut at its start, since its end is the most specific. */
export function shownPath(path: string): string {
  return stripControls(path.length <= SHOWN_PATH_LENGTH ? path : `...${path.slice(3 - SHOWN_PATH_LENGTH)}`);
}
