/** Compares the paths of lines with what was true at their time. */
import type { Line } from '../../helpers/wiretail.js';
import { timeOf } from './clock.js';
import type { Entity, Model } from './model.js';
import type { Truth } from './run.js';

type Fields = { readonly [name: string]: unknown };

export interface Tally {
  lines: number;
  /** Paths from the root, and from the first directory without a known name. */
  full: number;
  partial: number;
  /** Lines without a path though the file had a name all the time. */
  absent: number;
  /** Lines of a file without a name, and so without a path. */
  unnamed: number;
  /** Paths with the stale flag; of those, the wrong ones. */
  stale: number;
  wrongStale: number;
  /** WRITE lines identified by their size. */
  sizes: number;
  /** Files whose gfid the program never learned, and GlusterFS's own. */
  unknown: number;
  /** Lines of bricks that differ from the others (apart.ts). */
  apart: number;
  readonly wrong: string[];
}

export function newTally(): Tally {
  const counts = { lines: 0, full: 0, partial: 0, absent: 0, unnamed: 0, stale: 0, wrongStale: 0, sizes: 0 };
  return { ...counts, unknown: 0, apart: 0, wrong: [] };
}

/** Calls whose path is of a name in a directory, which no file need have. */
const ENTRIES = new Set(['LOOKUP', 'CREATE', 'MKDIR', 'MKNOD', 'SYMLINK', 'UNLINK', 'RMDIR', 'RENAME']);
/** GlusterFS's own names in the root. */
const OWN = /^\/(?:\.glusterfs|\.trashcan|\.shard)/;
const PARTIAL = /^<gfid:([0-9a-f-]{36})>(\/[\s\S]*)?$/;
/** The resolution of a double, in microseconds. */
const RESOLUTION = 0.5;

/** Nanoseconds until the reply, or until the timeout was reported. */
function durationOf(line: Line): number {
  return line.event.duration ?? Number((line.rpc as Fields).age ?? 0);
}

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
    // It had the whole volume as root before.
    const isRoot = node === model.root && isGuest(line) && timeOf(line['@timestamp']) > guest.since;
    return isRoot ? guest.root : node;
  };

  const checkPath = (line: Line, path: string, node: Entity | undefined, isEntry: boolean) => {
    const gluster = line.gluster as Fields;
    const at = timeOf(line['@timestamp']);
    const [start, end] = [at - RESOLUTION, at + durationOf(line) / 1e3 + RESOLUTION];
    if (OWN.test(path)) {
      tally.unknown++;
      return;
    }
    // For a name without a file the directory must be right.
    const [checked, expected] =
      node === undefined && isEntry ? [directoryOf(path), undefined] : ([path, node] as const);
    const found = resolve(model, checked, start, end);
    if (found === undefined || (node === undefined && !isEntry)) {
      tally.unknown++;
      return;
    }
    if (path.startsWith('<')) tally.partial++;
    else tally.full++;
    const isRight = expected === undefined ? found.size > 0 : found.has(expected);
    if (gluster.path_before_gap === true) {
      tally.stale++;
      if (!isRight) tally.wrongStale++;
    } else if (!isRight) {
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
    const over = timeOf(line['@timestamp']) + durationOf(line) / 1e3;
    // Without a SETVOLUME it may be any brick.
    const since = gluster.brick === undefined ? Math.min(...apart.values()) : apart.get(gluster.brick);
    if (over >= (since ?? Number.POSITIVE_INFINITY)) {
      tally.apart++;
      return;
    }
    const { gfid, path, new_path: newPath } = gluster;
    tally.lines++;
    const isEntry = ENTRIES.has(line.event.action);
    let node = typeof gfid === 'string' ? find(line, gfid) : undefined;
    // A failed call may name a file that is gone.
    const failed = (line.event as { readonly outcome?: string }).outcome !== 'success';
    if (isEntry && failed) node = undefined;
    if (line.event.action === 'WRITE' && typeof gluster.size === 'number') {
      const written = writes.get(gluster.size);
      if (written === undefined) throw new Error(`an unknown write: ${JSON.stringify(line)}`);
      if (node !== undefined && node !== written) tally.wrong.push(`another file: ${JSON.stringify(line)}`);
      node = written;
      tally.sizes++;
    }
    if (typeof path === 'string') checkPath(line, path, node, isEntry);
    else if (node !== undefined) {
      const start = timeOf(line['@timestamp']);
      const end = start + durationOf(line) / 1e3;
      if (node.links.some(({ from, to }) => from < start && to > end)) tally.absent++;
      else tally.unnamed++;
    }
    if (typeof newPath === 'string')
      checkPath(line, newPath, line.event.action === 'LINK' ? undefined : node, true);
  };
}
