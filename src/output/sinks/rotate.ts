/** Rotation by the daemon itself: PATH becomes PATH.1, PATH.1 becomes PATH.2, and the last one is overwritten. */
import { renameSync } from 'node:fs';
import type { Rotation } from '../../config/output-options.js';

/** Before another try after a rotation that failed. */
const RETRY_MS = 60000;

/** Decides when a file is rotated, by its size and age. */
export class RotationSchedule {
  /** undefined: never. */
  rotation: Rotation | undefined;
  private fileStarted: number;
  private notBefore = 0;

  /** @param fileStarted when the file was created, in milliseconds since the epoch */
  constructor(rotation: Rotation | undefined, fileStarted: number) {
    this.rotation = rotation;
    this.fileStarted = fileStarted;
  }

  /** Another file is written from here on. */
  startFile(started: number): void {
    this.fileStarted = started;
  }

  /** The last rotation failed: no other is due for a while. */
  postpone(): void {
    this.notBefore = performance.now() + RETRY_MS;
  }

  /** @param size of the file in bytes, with what is written next */
  isDue(size: number): boolean {
    const { rotation } = this;
    if (rotation === undefined || performance.now() < this.notBefore) return false;
    if (rotation.size !== undefined && size > rotation.size) return true;
    return rotation.age !== undefined && this.fileAge() >= rotation.age;
  }

  /**
   * Milliseconds by the time of day, since a file ages while no process runs. A file from the future is as old as the
   * moment at which the clock was set back.
   */
  private fileAge(): number {
    const now = Date.now();
    this.fileStarted = Math.min(this.fileStarted, now);
    return now - this.fileStarted;
  }
}

/** @param keep the number of rotated files to keep */
export function rotateFiles(path: string, keep: number): void {
  for (let number = keep; number >= 1; number--) {
    const from = number === 1 ? path : `${path}.${number - 1}`;
    try {
      renameSync(from, `${path}.${number}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
