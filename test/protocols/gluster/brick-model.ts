/**
 * A reference model of a brick's file system, with the history of its names. Time is counted in changes. Replies have
 * op_ret, op_errno and attributes, named as on the wire.
 */
import type { Fields } from '../../../src/protocols/rpc/describer.js';
import type { JsonObject } from '../../../src/records/record.js';

export const ROOT_GFID = '00000000-0000-0000-0000-000000000001';
export const Errno = { ENOENT: 2, EIO: 5, EEXIST: 17, ENOTDIR: 20, EINVAL: 22, ENOTEMPTY: 39 } as const;

interface Node {
  readonly gfid: string;
  /** undefined: a file. */
  readonly children: Map<string, string> | undefined;
  links: number;
}

interface Span {
  readonly gfid: string;
  readonly from: number;
  to: number;
}

export interface BrickModel {
  /** Changes so far. */
  time(): number;
  directories(): string[];
  files(): string[];
  names(directory: string): string[];
  /** Executes a call. */
  run(procedure: string, request: Fields): Fields;
  /** The name as READDIRP lists it now. */
  entry(directory: string, name: string): JsonObject;
  /** The gfid at a path now. */
  resolve(path: string): string | undefined;
  /** One path of each file that has a name. */
  paths(): Map<string, string>;
  /** Whether every part of this path of the file, from this directory on, was true at a time in [since, now]. */
  wasTrue(from: string, path: string, gfid: string, since: number): boolean;
}

const succeed = (fields: Fields = {}): Fields => ({ op_ret: 0, op_errno: 0, ...fields });
const fail = (errno: number): Fields => ({ op_ret: -1, op_errno: errno });

export function newBrick(): BrickModel {
  const nodes = new Map<string, Node>([[ROOT_GFID, { gfid: ROOT_GFID, children: new Map(), links: 1 }]]);
  const spans = new Map<string, Span[]>();
  let created = 0;
  let time = 0;

  const key = (directory: string, name: string) => `${directory}/${name}`;
  const set = (directory: string, name: string, gfid: string | undefined) => {
    time++;
    const list = spans.get(key(directory, name)) ?? [];
    spans.set(key(directory, name), list);
    const last = list.at(-1);
    if (last !== undefined && last.to === Number.POSITIVE_INFINITY) last.to = time - 1;
    const children = nodes.get(directory)?.children;
    if (gfid === undefined) children?.delete(name);
    else {
      children?.set(name, gfid);
      list.push({ gfid, from: time, to: Number.POSITIVE_INFINITY });
    }
  };
  const directory = (gfid: unknown) => nodes.get(String(gfid))?.children;
  const stat = (node: Node): JsonObject => ({
    ia_gfid: node.gfid,
    ia_nlink: node.children === undefined ? node.links : 2,
    mode: node.children === undefined ? 0o100644 : 0o040755,
  });
  const removeLink = (node: Node) => {
    node.links--;
    if (node.links === 0) nodes.delete(node.gfid);
  };
  const isWithin = (gfid: string, above: string): boolean =>
    gfid === above ||
    [...(nodes.get(above)?.children?.values() ?? [])].some((child) => isWithin(gfid, child));

  const make = (parent: string, name: string, isDirectory: boolean): Fields => {
    if (directory(parent)?.has(name) === true) return fail(Errno.EEXIST);
    const gfid = `00000000-0000-4000-8000-${(++created).toString(16).padStart(12, '0')}`;
    const node: Node = { gfid, children: isDirectory ? new Map() : undefined, links: 1 };
    nodes.set(gfid, node);
    set(parent, name, gfid);
    return succeed({ stat: stat(node) });
  };
  const create = (parent: string, name: string): Fields => {
    const existing = nodes.get(directory(parent)?.get(name) ?? '');
    if (existing === undefined) return make(parent, name, false);
    return existing.children === undefined ? succeed({ stat: stat(existing) }) : fail(Errno.EEXIST);
  };
  const remove = (parent: string, name: string, isDirectory: boolean): Fields => {
    const node = nodes.get(directory(parent)?.get(name) ?? '');
    if (node === undefined) return fail(Errno.ENOENT);
    if ((node.children !== undefined) !== isDirectory) return fail(Errno.ENOTDIR);
    if (node.children !== undefined && node.children.size > 0) return fail(Errno.ENOTEMPTY);
    set(parent, name, undefined);
    removeLink(node);
    return succeed();
  };
  const link = (gfid: string, parent: string, name: string): Fields => {
    const node = nodes.get(gfid);
    if (node === undefined) return fail(Errno.ENOENT);
    if (node.children !== undefined || directory(parent)?.has(name) === true) return fail(Errno.EEXIST);
    node.links++;
    set(parent, name, gfid);
    return succeed({ stat: stat(node) });
  };
  const rename = (parent: string, name: string, to: string, toName: string): Fields => {
    const node = nodes.get(directory(parent)?.get(name) ?? '');
    if (node === undefined) return fail(Errno.ENOENT);
    if (isWithin(to, node.gfid)) return fail(Errno.EINVAL);
    const target = nodes.get(directory(to)?.get(toName) ?? '');
    if (target === node) return succeed({ stat: stat(node) });
    if (target !== undefined) {
      if ((target.children === undefined) !== (node.children === undefined)) return fail(Errno.ENOTDIR);
      if (target.children !== undefined && target.children.size > 0) return fail(Errno.ENOTEMPTY);
      removeLink(target);
    }
    set(parent, name, undefined);
    set(to, toName, node.gfid);
    return succeed({ stat: stat(node) });
  };

  const run = (procedure: string, request: Fields): Fields => {
    const parent = String(request.pargfid ?? request.newgfid ?? request.gfid);
    const name = String(request.bname ?? request.newbname);
    if (directory(parent) === undefined) return fail(Errno.ENOENT);
    switch (procedure) {
      case 'LOOKUP': {
        const node = nodes.get(directory(parent)?.get(name) ?? '');
        return node === undefined ? fail(Errno.ENOENT) : succeed({ prestat: stat(node) });
      }
      case 'CREATE':
        return create(parent, name);
      case 'MKNOD':
      case 'MKDIR':
        return make(parent, name, procedure === 'MKDIR');
      case 'UNLINK':
      case 'RMDIR':
        return remove(parent, name, procedure === 'RMDIR');
      case 'LINK':
        return link(String(request.oldgfid), parent, name);
      case 'RENAME':
        if (directory(request.oldgfid) === undefined) return fail(Errno.ENOENT);
        return rename(String(request.oldgfid), String(request.oldbname), parent, name);
      default:
        throw new Error(procedure);
    }
  };

  return {
    time: () => time,
    directories: () =>
      [...nodes.values()].filter(({ children }) => children !== undefined).map(({ gfid }) => gfid),
    files: () => [...nodes.keys()],
    names: (gfid) => [...(directory(gfid)?.keys() ?? [])],
    run,
    entry(gfid, name) {
      const node = nodes.get(directory(gfid)?.get(name) ?? '');
      return node === undefined ? { name } : { name, stat: stat(node) };
    },
    resolve(path) {
      let at: string | undefined = ROOT_GFID;
      for (const name of path.split('/').filter((part) => part !== '')) at = at && directory(at)?.get(name);
      return at;
    },
    paths() {
      const found = new Map<string, string>();
      const walk = (gfid: string, path: string) => {
        if (found.has(gfid)) return;
        found.set(gfid, path || '/');
        for (const [name, child] of directory(gfid) ?? []) walk(child, `${path}/${name}`);
      };
      walk(ROOT_GFID, '');
      return found;
    },
    wasTrue(from, path, gfid, since) {
      let at = new Set([from]);
      for (const name of path.split('/').filter((part) => part !== '')) {
        const next = new Set<string>();
        for (const parent of at)
          for (const span of spans.get(key(parent, name)) ?? []) if (span.to >= since) next.add(span.gfid);
        at = next;
      }
      return at.has(gfid);
    },
  };
}
