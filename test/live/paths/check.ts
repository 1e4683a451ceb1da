/** What lines say of files, against what was true at their time. */
import type { Line } from '../../helpers/wiretail.js';
import { momentOf } from './clock.js';
import type { Entity, Model } from './model.js';
import type { Truth } from './run.js';

type Fields = { readonly [name: string]: unknown };

export interface Tally {
  lines: number;
  /** Paths from the root, and from the first directory that has no known name. */
  full: number;
  partial: number;
  /** Lines that have none though the file had one all the time. */
  absent: number;
  /** Of a file that had no name (any more), and so has no path. */
  nameless: number;
  /** Paths that may be old, as they say themselves; of those, the ones that are. */
  marked: number;
  old: number;
  /** WRITE lines that were told by their size, whatever their gfid is. */
  sizes: number;
  /** Files that the program never learned the gfid of, and GlusterFS's own. */
  unknown: number;
  /** Of bricks that are not as the others (apart.ts). */
  apart: number;
  readonly wrong: string[];
}

export function newTally(): Tally {
  const counts = { lines: 0, full: 0, partial: 0, absent: 0, nameless: 0, marked: 0, old: 0, sizes: 0 };
  return { ...counts, unknown: 0, apart: 0, wrong: [] };
}

/** Calls whose path is that of a name in a directory: it need not be anybody's. */
const ENTRIES = new Set(['LOOKUP', 'CREATE', 'MKDIR', 'MKNOD', 'SYMLINK', 'UNLINK', 'RMDIR', 'RENAME']);
/** What GlusterFS keeps for itself in the root. */
const OWN = /^\/(?:\.glusterfs|\.trashcan|\.shard)/;
const PARTIAL = /^<gfid:([0-9a-f-]{36})>(\/[\s\S]*)?$/;
const Halves = 0.5;

/** Until the reply, or until it was told that there is none. */
function lasted(line: Line): number {
  return line.event.duration ?? Number((line.rpc as Fields).age ?? 0);
}

/** Of the whole of a path, or of its directory. */
function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function resolve(model: Model, path: string, start: number, end: number): ReadonlySet<Entity> | undefined {
  const partial = PARTIAL.exec(path);
  if (partial === null) return /^\/|^$/.test(path) ? model.resolve(path, start, end) : new Set();
  const above = model.find(partial[1]);
  return above === undefined ? undefined : model.resolve(partial[2] ?? '', start, end, above);
}

export function newCheck(
  truth: Truth,
  apart: ReadonlyMap<unknown, number>,
  tally: Tally,
): (line: Line) => void {
  const { model, writes, guest } = truth;
  const isGuest = (line: Line) =>
    [line.source, line.destination].some((end) => (end as Fields).ip === guest.address);
  const find = (line: Line, gfid: string) => {
    const node = model.find(gfid);
    // It had all of the volume before.
    const isRoot = node === model.root && isGuest(line) && momentOf(line['@timestamp']) > guest.since;
    return isRoot ? guest.root : node;
  };

  const told = (line: Line, path: string, node: Entity | undefined, isEntry: boolean) => {
    const gluster = line.gluster as Fields;
    const at = momentOf(line['@timestamp']);
    // The clock's digits beyond a double's.
    const [start, end] = [at - Halves, at + lasted(line) / 1e3 + Halves];
    if (OWN.test(path)) {
      tally.unknown++;
      return;
    }
    // Of a name without a file the directory must be right.
    const [whole, wanted] =
      node === undefined && isEntry ? [directoryOf(path), undefined] : ([path, node] as const);
    const found = resolve(model, whole, start, end);
    if (found === undefined || (node === undefined && !isEntry)) {
      tally.unknown++;
      return;
    }
    if (path.startsWith('<')) tally.partial++;
    else tally.full++;
    const right = wanted === undefined ? found.size > 0 : found.has(wanted);
    if (gluster.path_before_gap === true) {
      tally.marked++;
      if (!right) tally.old++;
    } else if (!right) {
      const names = node?.links.map(
        (link) => `${link.parent.id}/${link.text} ${link.from - at} to ${link.to - at}`,
      );
      const what = { start, end, id: node?.id, inode: node?.inode, names: names?.slice(-6) };
      if (tally.wrong.length < 20) tally.wrong.push(`${JSON.stringify(line)}\n  ${JSON.stringify(what)}`);
      else tally.wrong.push(line.message);
    }
  };

  return (line) => {
    if (line.event.dataset !== 'gluster.fop' || line.gluster === undefined) return;
    const gluster = line.gluster as Fields;
    const over = momentOf(line['@timestamp']) + lasted(line) / 1e3;
    // Where the introduction was lost it may be any of them.
    const since = gluster.brick === undefined ? Math.min(...apart.values()) : apart.get(gluster.brick);
    if (over >= (since ?? Number.POSITIVE_INFINITY)) {
      tally.apart++;
      return;
    }
    const { gfid, path, new_path: newPath } = gluster;
    tally.lines++;
    const isEntry = ENTRIES.has(line.event.action);
    let node = typeof gfid === 'string' ? find(line, gfid) : undefined;
    // A LOOKUP that fails may have asked for what is there no more.
    const failed = (line.event as { readonly outcome?: string }).outcome !== 'success';
    if (isEntry && failed) node = undefined;
    if (line.event.action === 'WRITE' && typeof gluster.size === 'number') {
      const written = writes.get(gluster.size);
      if (written === undefined) throw new Error(`a write of nobody's: ${JSON.stringify(line)}`);
      if (node !== undefined && node !== written) tally.wrong.push(`another file: ${JSON.stringify(line)}`);
      node = written;
      tally.sizes++;
    }
    if (typeof path === 'string') told(line, path, node, isEntry);
    else if (node !== undefined) {
      const start = momentOf(line['@timestamp']);
      const end = start + lasted(line) / 1e3;
      if (node.links.some(({ from, to }) => from < start && to > end)) tally.absent++;
      else tally.nameless++;
    }
    if (typeof newPath === 'string')
      told(line, newPath, line.event.action === 'LINK' ? undefined : node, true);
  };
}
