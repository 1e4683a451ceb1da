/** A reference model of the path table, as simple as possible: lists and maps. */
import type { Path } from '../../../src/protocols/gluster/paths/path-table.js';

export const ROOT_TEXT = '00000000-0000-0000-0000-000000000001';

interface Inode {
  readonly brick: number;
  readonly gfid: string;
  /** The newest first. */
  names: Name[];
  isDirectory: boolean;
}

interface Name {
  readonly parent: Inode;
  readonly text: string;
  gapCount: number;
}

export class PathModel {
  private readonly limit: number;
  private readonly gapCounts: Uint32Array;
  /** The least recently used first. */
  private inodes: Inode[] = [];

  /** @param gapCounts the number of gaps so far, by brick */
  constructor(limit: number, gapCounts: Uint32Array) {
    this.limit = limit;
    this.gapCounts = gapCounts;
  }

  size(): number {
    return this.inodes.length;
  }

  pathOf(brick: number, gfid: string): Path | undefined {
    const inode = this.find(brick, gfid);
    if (inode === undefined) return undefined;
    this.touchWithAncestors(inode);
    let text = '';
    let stale = false;
    let at = inode;
    for (let depth = 0; depth < 512 && text.length < 4096 && at.gfid !== ROOT_TEXT; depth++) {
      const name = this.newestAliveOf(at);
      if (name === undefined) break;
      text = `/${name.text}${text}`;
      stale ||= name.gapCount !== this.gapCounts[inode.brick];
      at = name.parent;
    }
    if (at.gfid === ROOT_TEXT) return { text: text || '/', stale };
    return text === '' ? undefined : { text: `<gfid:${at.gfid}>${text}`, stale };
  }

  recordName(
    brick: number,
    parentGfid: string,
    text: string,
    gfid: string,
    isOnlyName: boolean,
    gapCount: number,
  ): void {
    const parent = this.findOrAdd(brick, parentGfid);
    const inode = this.findOrAdd(brick, gfid);
    if (inode === parent) return;
    parent.isDirectory = true;
    const existing = this.findName(parent, text);
    const own = existing !== undefined && inode.names.includes(existing) ? existing : undefined;
    if (existing !== undefined && own === undefined) this.remove(existing);
    const keepsOthers = !isOnlyName && !inode.isDirectory;
    inode.names = inode.names.filter((name) => name === own || (this.isAlive(name) && keepsOthers));
    if (own !== undefined) {
      if (own.gapCount !== this.gapCounts[brick]) own.gapCount = gapCount;
      inode.names = [own, ...inode.names.filter((name) => name !== own)];
    } else {
      inode.names = inode.names.slice(0, 15);
      while (!this.hasRoom(inode) && this.inodes[0] !== inode) this.inodes.shift();
      if (this.hasRoom(inode) && this.inodes.includes(parent))
        inode.names = [{ parent, text, gapCount }, ...inode.names];
    }
    this.touchWithAncestors(inode);
  }

  removeName(brick: number, parentGfid: string, text: string): void {
    const parent = this.find(brick, parentGfid);
    const name = parent && this.findName(parent, text);
    if (name !== undefined) this.remove(name);
  }

  findChild(brick: number, parentGfid: string, text: string): string | undefined {
    const parent = this.find(brick, parentGfid);
    const name = parent && this.findName(parent, text);
    if (name === undefined || name.gapCount !== this.gapCounts[brick]) return undefined;
    return this.inodes.find((inode) => inode.names.includes(name))?.gfid;
  }

  private find(brick: number, gfid: string): Inode | undefined {
    return this.inodes.find((inode) => inode.brick === brick && inode.gfid === gfid);
  }

  private findOrAdd(brick: number, gfid: string): Inode {
    const inode = this.find(brick, gfid) ?? { brick, gfid, names: [], isDirectory: false };
    if (!this.inodes.includes(inode) && this.inodes.length === this.limit) this.inodes.shift();
    this.touch(inode);
    return inode;
  }

  private touch(inode: Inode): void {
    this.inodes = [...this.inodes.filter((other) => other !== inode), inode];
  }

  private touchWithAncestors(inode: Inode): void {
    this.touch(inode);
    for (const name of inode.names) {
      let at = this.isAlive(name) ? name : undefined;
      for (let depth = 0; at !== undefined && depth < 512; depth++) {
        this.touch(at.parent);
        at = this.newestAliveOf(at.parent);
      }
    }
  }

  private isAlive(name: Name): boolean {
    return this.inodes.includes(name.parent);
  }

  private newestAliveOf(inode: Inode): Name | undefined {
    return inode.names.find((name) => this.isAlive(name));
  }

  private findName(parent: Inode, text: string): Name | undefined {
    const names = this.inodes.flatMap((inode) => inode.names);
    return names.find((name) => name.parent === parent && name.text === text);
  }

  private remove(removed: Name): void {
    for (const inode of this.inodes) inode.names = inode.names.filter((name) => name !== removed);
  }

  /** A first name always fits; further ones of all files share room. */
  private hasRoom(inode: Inode): boolean {
    const extra = this.inodes.reduce((sum, { names }) => sum + Math.max(0, names.length - 1), 0);
    return inode.names.length === 0 || extra < (this.limit >> 2) + 1;
  }
}
