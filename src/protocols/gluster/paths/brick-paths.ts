/**
 * The names of files by brick, from the replies to all clients of the brick, whose calls overlap in time. A reply reflects
 * the state of the brick at some time between the call and the reply. So a change that was recorded after a call takes
 * precedence over the call's reply, and two overlapping changes of one name leave it unknown.
 */

import { ROOT_GFID } from '../values.js';
import { GfidReader, type GfidWords, gfidText, hashGfid, hashName } from './gfid-hash.js';
import { MAX_NAME_LENGTH } from './name-store.js';
import { type Path, PathTable } from './path-table.js';
import { RenameJournal } from './rename-journal.js';

/** Tables of paths, one for each brick: as many as the brick column of the inode table (16 bits) can number. */
export const MAX_BRICKS = 65536;

/** Seeds for keys of the journal. ANY_DIRECTORY_SEED and the numbers above it belong to one brick each. */
const NAME_SEED = 0;
const FILE_SEED = 1;
const ANY_DIRECTORY_SEED = 2;

/** Whether the text can be the name of a file in a directory. */
function isFileName(text: string): boolean {
  return (
    text !== '' && text !== '.' && text !== '..' && text.length <= MAX_NAME_LENGTH && !text.includes('/')
  );
}

/** How far an observation can be trusted. */
export interface Evidence {
  /** The observation epoch of the call. */
  readonly epoch: number;
  /** The gfid of the directory is certainly its gfid in the volume, not that of an assumed root (client-root.ts). */
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

  /** The observation epoch: the number of changes and gaps so far. Each call keeps the epoch of its capture. */
  observationEpoch(): number {
    return this.epoch;
  }

  /** The path of a file. */
  pathOf(brick: number, gfid: string): Path | undefined {
    return this.table.pathOf(brick, this.queryReader.read(gfid));
  }

  /**
   * The gfid of the file that had this path from the root at `epoch`; undefined: a name in it is unknown, stale, or has
   * changed since `epoch`.
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

  /** Records a change: the file gets the name. `isOnlyName`: the file has no other name. */
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

  /** Records a change: the name is removed, or belongs to an unknown file. */
  removeName(brick: number, { parent, text }: DirectoryEntry): void {
    if (!isFileName(text)) return;
    this.recordRemoval(brick, parent, text, 0);
    this.removeFromTable(brick, parent, text);
  }

  /** Records a change: the file's name `from` becomes `to`. */
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
    // rename(2) keeps both if they are names of the same file: then the next lookup of the source restores it.
    this.removeFromTable(brick, from.parent, from.text);
    if (sourceOverlaps || targetOverlaps) this.removeFromTable(brick, to.parent, to.text);
    else this.putInTable(brick, to.parent, to.text, gfid, isOnlyName, evidence);
  }

  /** Records that a lookup or listing found the file under the name. */
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

  /** Records that a lookup found no file under the name. */
  observeAbsence(brick: number, { parent, text }: DirectoryEntry, epoch: number): void {
    if (!isFileName(text) || this.journal.changedSince(this.nameKey(brick, parent, text), epoch)) return;
    this.removeFromTable(brick, parent, text);
  }

  /** Records a gap toward the brick: all of its names become stale. */
  markGap(brick: number): void {
    this.gapCounts[brick]++;
    this.gapEpochs[brick] = ++this.epoch;
  }

  /** Records a gap that may concern any brick. */
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

  /** Records a change. Returns whether another change of the same key was recorded after `epoch`. */
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
    // A call from before the latest gap may have been executed before a change that the gap hides.
    const isCurrent = isCertain && this.gapEpochs[brick] <= epoch;
    const gapCount = isCurrent ? this.gapCounts[brick] : this.gapCounts[brick] - 1;
    const parentWords = this.parentReader.read(parent);
    this.table.recordName(brick, parentWords, text, this.fileReader.read(gfid), isOnlyName, gapCount);
  }

  private removeFromTable(brick: number, parent: string, text: string): void {
    this.table.removeName(brick, this.parentReader.read(parent), text);
  }
}

/** The key of a name in whichever directory. */
function textKey(brick: number, text: string): number {
  return hashName(brick + ANY_DIRECTORY_SEED, text);
}
