/**
 * The names of files as replies report them, by brick. All clients of a brick are seen here, with their calls in flight at
 * the same time. A reply tells what was true at some time between its call and itself: a name that changed after the
 * call keeps what the change said, and of two overlapping changes of one name nobody can tell which came last.
 */

import { ROOT_GFID } from '../values.js';
import { GfidReader, type GfidWords, gfidText, hashGfid, hashName } from './gfid-hash.js';
import { MAX_NAME_LENGTH } from './name-store.js';
import { type Path, PathTable } from './path-table.js';
import { RenameJournal } from './rename-journal.js';

/** Bricks with a table of paths of their own: as many as the inode table's column can number. */
export const MAX_BRICKS = 65536;

/** Seeds of the hashes for keys of the journal; from ANY_DIRECTORY_SEED on, one for each brick. */
const NAME_SEED = 0;
const FILE_SEED = 1;
const ANY_DIRECTORY_SEED = 2;

/** Whether it can be the name of a file in a directory. */
function isFileName(text: string): boolean {
  return (
    text !== '' && text !== '.' && text !== '..' && text.length <= MAX_NAME_LENGTH && !text.includes('/')
  );
}

/** The call that an observation comes from. */
export interface Evidence {
  /** The observation epoch of the call. */
  readonly epoch: number;
  /** The directory's gfid is the one that it has in the whole volume, as far as is known. */
  readonly isCertain: boolean;
}

/** A name of a file in a directory. */
export interface DirectoryEntry {
  readonly parent: string;
  readonly text: string;
}

export class BrickPaths {
  private readonly gapCounts = new Uint32Array(MAX_BRICKS);
  /** The epoch of the latest gap, by brick. */
  private readonly gapEpochs = new Float64Array(MAX_BRICKS);
  private readonly table: PathTable;
  private readonly journal: RenameJournal;
  private readonly queryReader = new GfidReader();
  private readonly parentReader = new GfidReader();
  private readonly fileReader = new GfidReader();
  private readonly childGfid: GfidWords = new Uint32Array(4);
  private epoch = 0;

  /** @param capacity inodes in the table */
  constructor(capacity: number) {
    // Senders of packets choose names and gfids: a random seed hides where they hash to.
    const seed = Math.floor(Math.random() * 0x7fffffff);
    this.table = new PathTable(capacity, this.gapCounts, seed);
    this.journal = new RenameJournal(seed);
  }

  /** Files in the table. */
  size(): number {
    return this.table.size();
  }

  /** The observation epoch: changes and gaps so far. A call keeps the epoch at which it was observed. */
  observationEpoch(): number {
    return this.epoch;
  }

  /** The path of a file. */
  pathOf(brick: number, gfid: string): Path | undefined {
    return this.table.pathOf(brick, this.queryReader.read(gfid));
  }

  /**
   * The gfid of what was at a path from the root at `epoch`, from names that were observed since the latest gap and did
   * not change since `epoch`; undefined: unknown.
   */
  resolve(brick: number, path: string, epoch: number): string | undefined {
    if (this.gapEpochs[brick] > epoch) return undefined;
    let gfid = ROOT_GFID;
    for (const text of path.split('/')) {
      if (text === '') continue;
      if (this.journal.changedSince(this.nameKey(brick, gfid, text), epoch)) return undefined;
      if (!this.table.findChild(brick, this.parentReader.read(gfid), text, this.childGfid)) return undefined;
      gfid = gfidText(this.childGfid);
    }
    return gfid;
  }

  /** Whether any name in the path may have been renamed or removed since `epoch`. */
  mayHaveMoved(brick: number, path: string, epoch: number): boolean {
    if (this.gapEpochs[brick] > epoch) return true;
    return path
      .split('/')
      .some((text) => text !== '' && this.journal.changedSince(textKey(brick, text), epoch));
  }

  /** Records a change: the name is the file's from now on. `isOnlyName`: the file has no other. */
  recordName(
    brick: number,
    { parent, text }: DirectoryEntry,
    gfid: string,
    isOnlyName: boolean,
    evidence: Evidence,
  ): void {
    if (!isFileName(text)) return;
    const overlaps = this.recordChange(this.nameKey(brick, parent, text), evidence.epoch);
    this.recordChange(this.fileKey(brick, gfid), evidence.epoch);
    if (overlaps) this.removeFromTable(brick, parent, text);
    else this.putInTable(brick, parent, text, gfid, isOnlyName, evidence);
  }

  /** Records a change: the name is removed, or is an unknown file's. */
  removeName(brick: number, { parent, text }: DirectoryEntry): void {
    if (!isFileName(text)) return;
    this.recordRemoval(brick, parent, text, 0);
    this.removeFromTable(brick, parent, text);
  }

  /** Records a change: the file has the name `to` in place of `from`. */
  recordRename(
    brick: number,
    from: DirectoryEntry,
    to: DirectoryEntry,
    gfid: string,
    isOnlyName: boolean,
    evidence: Evidence,
  ): void {
    const { epoch } = evidence;
    if (!isFileName(from.text) || !isFileName(to.text)) return;
    const sourceOverlaps = this.recordRemoval(brick, from.parent, from.text, epoch);
    const targetOverlaps = this.recordRemoval(brick, to.parent, to.text, epoch);
    this.recordChange(this.fileKey(brick, gfid), epoch);
    // If both are names of the same file, both stay (rename(2)); the next lookup of the source tells.
    this.removeFromTable(brick, from.parent, from.text);
    if (sourceOverlaps || targetOverlaps) this.removeFromTable(brick, to.parent, to.text);
    else this.putInTable(brick, to.parent, to.text, gfid, isOnlyName, evidence);
  }

  /** Records that the name was found to be the file's. */
  observeName(
    brick: number,
    parent: string,
    text: string,
    gfid: string,
    isOnlyName: boolean,
    evidence: Evidence,
  ): void {
    const { epoch } = evidence;
    if (!isFileName(text) || this.journal.changedSince(this.nameKey(brick, parent, text), epoch)) return;
    const isOnly = isOnlyName && !this.journal.changedSince(this.fileKey(brick, gfid), epoch);
    this.putInTable(brick, parent, text, gfid, isOnly, evidence);
  }

  /** Records that no file was found to have the name. */
  observeAbsence(brick: number, { parent, text }: DirectoryEntry, epoch: number): void {
    if (!isFileName(text) || this.journal.changedSince(this.nameKey(brick, parent, text), epoch)) return;
    this.removeFromTable(brick, parent, text);
  }

  /** Records that bytes toward the brick were not seen: everything known of it is stale. */
  markGap(brick: number): void {
    this.gapCounts[brick]++;
    this.gapEpochs[brick] = ++this.epoch;
  }

  /** Records that bytes were not seen that may have been toward any brick. */
  markAllGaps(): void {
    this.gapEpochs.fill(++this.epoch);
    for (let brick = 0; brick < MAX_BRICKS; brick++) this.gapCounts[brick]++;
  }

  private nameKey(brick: number, parent: string, text: string): number {
    return hashName(hashGfid(NAME_SEED, brick, this.parentReader.read(parent), 0), text);
  }

  private fileKey(brick: number, gfid: string): number {
    return hashGfid(FILE_SEED, brick, this.fileReader.read(gfid), 0);
  }

  /** Records a change. Returns whether another change of the same came after `epoch`. */
  private recordChange(key: number, epoch: number): boolean {
    const overlaps = this.journal.changedSince(key, epoch);
    this.journal.record(key, ++this.epoch);
    return overlaps;
  }

  private recordRemoval(brick: number, parent: string, text: string, epoch: number): boolean {
    this.recordChange(textKey(brick, text), 0);
    return this.recordChange(this.nameKey(brick, parent, text), epoch);
  }

  private putInTable(
    brick: number,
    parent: string,
    text: string,
    gfid: string,
    isOnlyName: boolean,
    { epoch, isCertain }: Evidence,
  ): void {
    // An observation of a call before the latest gap may predate a change that the gap hides.
    const isCurrent = isCertain && this.gapEpochs[brick] <= epoch;
    const gapCount = isCurrent ? this.gapCounts[brick] : this.gapCounts[brick] - 1;
    const parentWords = this.parentReader.read(parent);
    this.table.recordName(brick, parentWords, text, this.fileReader.read(gfid), isOnlyName, gapCount);
  }

  private removeFromTable(brick: number, parent: string, text: string): void {
    this.table.removeName(brick, this.parentReader.read(parent), text);
  }
}

/** The key of a name in any directory. */
function textKey(brick: number, text: string): number {
  return hashName(brick + ANY_DIRECTORY_SEED, text);
}
