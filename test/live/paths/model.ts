/**
 * The tree of files over time: each file's names, and from when to when it had them. The time of a change is known only as
 * an interval, in which the names before and after are both true.
 */
export interface Link {
  readonly parent: Entity;
  readonly node: Entity;
  readonly name: Buffer;
  /** The name as lines have it. */
  readonly text: string;
  /** The first and the last time at which it may have existed. */
  readonly from: number;
  to: number;
}

export interface Entity {
  readonly id: number;
  readonly kind: 'directory' | 'file' | 'other';
  /** The last half of its gfid; undefined: unknown. */
  inode: string | undefined;
  /** All names that it ever had. */
  readonly links: Link[];
}

export const ROOT_INODE = '0000000000000001';

export interface Model {
  readonly root: Entity;
  add(kind: Entity['kind']): Entity;
  /** The file with this gfid, or this last half of one. */
  find(gfid: string): Entity | undefined;
  know(node: Entity, inode: string | undefined): void;
  link(parent: Entity, name: Buffer, node: Entity, from: number): Link;
  unlink(link: Link, to: number): void;
  /** Records that it may have had this name between the two times. */
  brief(parent: Entity, name: Buffer, node: Entity, from: number, to: number): void;
  /** The link with this name now. */
  at(parent: Entity, name: Buffer): Link | undefined;
  /** Files that have a name now. */
  living(kind: Entity['kind']): readonly Entity[];
  /** The names that a file has now. */
  names(node: Entity): readonly Link[];
  /** Its path now, as links from the root; undefined: it has none. */
  way(node: Entity): readonly Link[] | undefined;
  /** Files that had this path at any time between the two; `above`: from there instead of from the root. */
  resolve(path: string, start: number, end: number, above?: Entity): ReadonlySet<Entity>;
  all(): Iterable<Entity>;
}

const keyOf = (parent: Entity, name: Buffer) => `${parent.id} ${name.toString('latin1')}`;

export function newModel(): Model {
  const nodes: Entity[] = [];
  const byInode = new Map<string, Entity>();
  const current = new Map<string, Link>();
  /** All links that a directory ever held, by their text. */
  const held = new Map<string, Link[]>();
  const alive = { directory: new Set<Entity>(), file: new Set<Entity>(), other: new Set<Entity>() };

  const add = (kind: Entity['kind']): Entity => {
    const node: Entity = { id: nodes.length, kind, inode: undefined, links: [] };
    nodes.push(node);
    return node;
  };
  const know = (node: Entity, inode: string | undefined) => {
    if (inode === undefined) return;
    node.inode = inode;
    byInode.set(inode, node);
  };
  const root = add('directory');
  know(root, ROOT_INODE);
  alive.directory.add(root);
  const names = (node: Entity) => node.links.filter(({ to }) => to === Number.POSITIVE_INFINITY);

  const hold = (link: Link) => {
    link.node.links.push(link);
    const key = `${link.parent.id} ${link.text}`;
    const others = held.get(key);
    if (others === undefined) held.set(key, [link]);
    else others.push(link);
  };

  return {
    root,
    add,
    know,
    find: (gfid) => byInode.get(gfid.replaceAll('-', '').slice(-16)),
    link(parent, name, node, from) {
      const text = name.toString('utf8');
      const link: Link = { parent, node, name, text, from, to: Number.POSITIVE_INFINITY };
      hold(link);
      current.set(keyOf(parent, name), link);
      alive[node.kind].add(node);
      return link;
    },
    unlink(link, to) {
      link.to = to;
      const key = keyOf(link.parent, link.name);
      if (current.get(key) === link) current.delete(key);
      if (names(link.node).length === 0) alive[link.node.kind].delete(link.node);
    },
    brief: (parent, name, node, from, to) =>
      hold({ parent, node, name, text: name.toString('utf8'), from, to }),
    at: (parent, name) => current.get(keyOf(parent, name)),
    living: (kind) => [...alive[kind]],
    names,
    way(node) {
      const way: Link[] = [];
      for (let at = node; at !== root; ) {
        const link = names(at)[0];
        if (link === undefined) return undefined;
        way.unshift(link);
        at = link.parent;
      }
      return way;
    },
    resolve(path, start, end, above = root) {
      // Not only were all names on the way true between the two, but at one moment.
      let found: { node: Entity; from: number; to: number }[] = [{ node: above, from: start, to: end }];
      for (const text of path.split('/')) {
        if (text === '') continue;
        found = found.flatMap(({ node, from, to }) =>
          (held.get(`${node.id} ${text}`) ?? []).flatMap((link) => {
            const [first, last] = [Math.max(from, link.from), Math.min(to, link.to)];
            return first <= last ? [{ node: link.node, from: first, to: last }] : [];
          }),
        );
      }
      return new Set(found.map(({ node }) => node));
    },
    all: () => nodes,
  };
}
