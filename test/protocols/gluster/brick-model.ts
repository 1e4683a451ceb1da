/**
 * A little file system as a brick has it, and which name was whose at which moment: moments are counted in changes.
 * What it answers are op_ret, op_errno and attributes, under the names that they have on the wire.
 */
import type { Fields } from '../../../src/protocols/rpc/describer.js';
import type { JsonObject } from '../../../src/records/record.js';

export const Root = '00000000-0000-0000-0000-000000000001';
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

export interface LittleBrick {
  /** Changes so far. */
  moment(): number;
  directories(): string[];
  files(): string[];
  names(directory: string): string[];
  /** Does what a call asks. */
  run(procedure: string, request: Fields): Fields;
  /** The name as READDIRP has it, at this moment. */
  entry(directory: string, name: string): JsonObject;
  /** What is there now. */
  resolve(path: string): string | undefined;
  /** A path of each file that has one. */
  paths(): Map<string, string>;
  /** Whether every part of this path of the file, from this directory on, was true at a moment of [since, now]. */
  wasTrue(from: string, path: string, gfid: string, since: number): boolean;
}

const ok = (more: Fields = {}): Fields => ({ op_ret: 0, op_errno: 0, ...more });
const no = (errno: number): Fields => ({ op_ret: -1, op_errno: errno });

export function newBrick(): LittleBrick {
  const nodes = new Map<string, Node>([[Root, { gfid: Root, children: new Map(), links: 1 }]]);
  const spans = new Map<string, Span[]>();
  let made = 0;
  let moment = 0;

  const key = (directory: string, name: string) => `${directory}/${name}`;
  const set = (directory: string, name: string, gfid: string | undefined) => {
    moment++;
    const list = spans.get(key(directory, name)) ?? [];
    spans.set(key(directory, name), list);
    const last = list.at(-1);
    if (last !== undefined && last.to === Number.POSITIVE_INFINITY) last.to = moment - 1;
    const children = nodes.get(directory)?.children;
    if (gfid === undefined) children?.delete(name);
    else {
      children?.set(name, gfid);
      list.push({ gfid, from: moment, to: Number.POSITIVE_INFINITY });
    }
  };
  const directory = (gfid: unknown) => nodes.get(String(gfid))?.children;
  const stat = (node: Node): JsonObject => ({
    ia_gfid: node.gfid,
    ia_nlink: node.children === undefined ? node.links : 2,
    mode: node.children === undefined ? 0o100644 : 0o040755,
  });
  const lose = (node: Node) => {
    node.links--;
    if (node.links === 0) nodes.delete(node.gfid);
  };
  const isWithin = (gfid: string, above: string): boolean =>
    gfid === above ||
    [...(nodes.get(above)?.children?.values() ?? [])].some((child) => isWithin(gfid, child));

  const make = (parent: string, name: string, isDirectory: boolean): Fields => {
    const there = directory(parent)?.get(name);
    if (there !== undefined) return no(Errno.EEXIST);
    const gfid = `00000000-0000-4000-8000-${(++made).toString(16).padStart(12, '0')}`;
    const node: Node = { gfid, children: isDirectory ? new Map() : undefined, links: 1 };
    nodes.set(gfid, node);
    set(parent, name, gfid);
    return ok({ stat: stat(node) });
  };
  const create = (parent: string, name: string): Fields => {
    const there = nodes.get(directory(parent)?.get(name) ?? '');
    if (there === undefined) return make(parent, name, false);
    return there.children === undefined ? ok({ stat: stat(there) }) : no(Errno.EEXIST);
  };
  const remove = (parent: string, name: string, isDirectory: boolean): Fields => {
    const node = nodes.get(directory(parent)?.get(name) ?? '');
    if (node === undefined) return no(Errno.ENOENT);
    if ((node.children !== undefined) !== isDirectory) return no(Errno.ENOTDIR);
    if (node.children !== undefined && node.children.size > 0) return no(Errno.ENOTEMPTY);
    set(parent, name, undefined);
    lose(node);
    return ok();
  };
  const link = (gfid: string, parent: string, name: string): Fields => {
    const node = nodes.get(gfid);
    if (node === undefined) return no(Errno.ENOENT);
    if (node.children !== undefined || directory(parent)?.has(name) === true) return no(Errno.EEXIST);
    node.links++;
    set(parent, name, gfid);
    return ok({ stat: stat(node) });
  };
  const rename = (parent: string, name: string, to: string, toName: string): Fields => {
    const node = nodes.get(directory(parent)?.get(name) ?? '');
    if (node === undefined) return no(Errno.ENOENT);
    if (isWithin(to, node.gfid)) return no(Errno.EINVAL);
    const there = nodes.get(directory(to)?.get(toName) ?? '');
    if (there === node) return ok({ stat: stat(node) });
    if (there !== undefined) {
      if ((there.children === undefined) !== (node.children === undefined)) return no(Errno.ENOTDIR);
      if (there.children !== undefined && there.children.size > 0) return no(Errno.ENOTEMPTY);
      lose(there);
    }
    set(parent, name, undefined);
    set(to, toName, node.gfid);
    return ok({ stat: stat(node) });
  };

  const run = (procedure: string, request: Fields): Fields => {
    const parent = String(request.pargfid ?? request.newgfid ?? request.gfid);
    const name = String(request.bname ?? request.newbname);
    if (directory(parent) === undefined) return no(Errno.ENOENT);
    switch (procedure) {
      case 'LOOKUP': {
        const node = nodes.get(directory(parent)?.get(name) ?? '');
        return node === undefined ? no(Errno.ENOENT) : ok({ prestat: stat(node) });
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
        if (directory(request.oldgfid) === undefined) return no(Errno.ENOENT);
        return rename(String(request.oldgfid), String(request.oldbname), parent, name);
      default:
        throw new Error(procedure);
    }
  };

  return {
    moment: () => moment,
    directories: () => [...nodes.values()].filter((one) => one.children !== undefined).map((one) => one.gfid),
    files: () => [...nodes.keys()],
    names: (gfid) => [...(directory(gfid)?.keys() ?? [])],
    run,
    entry(gfid, name) {
      const node = nodes.get(directory(gfid)?.get(name) ?? '');
      return node === undefined ? { name } : { name, stat: stat(node) };
    },
    resolve(path) {
      let at: string | undefined = Root;
      for (const name of path.split('/').filter((one) => one !== '')) at = at && directory(at)?.get(name);
      return at;
    },
    paths() {
      const found = new Map<string, string>();
      const walk = (gfid: string, path: string) => {
        if (found.has(gfid)) return;
        found.set(gfid, path || '/');
        for (const [name, child] of directory(gfid) ?? []) walk(child, `${path}/${name}`);
      };
      walk(Root, '');
      return found;
    },
    wasTrue(from, path, gfid, since) {
      let at = new Set([from]);
      for (const name of path.split('/').filter((one) => one !== '')) {
        const next = new Set<string>();
        for (const parent of at)
          for (const span of spans.get(key(parent, name)) ?? []) if (span.to >= since) next.add(span.gfid);
        at = next;
      }
      return at.has(gfid);
    },
  };
}
