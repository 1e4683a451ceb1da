/** Rotation by the daemon itself: PATH becomes PATH.1, PATH.1 becomes PATH.2, and the last one is overwritten. */
import { renameSync } from 'node:fs';
import type { Rotation } from '../../config/output-options.js';

/** @param age milliseconds */
export function isRotationDue(rotation: Rotation, bytes: number, age: number): boolean {
  if (rotation.size !== undefined && bytes > rotation.size) return true;
  return rotation.age !== undefined && age >= rotation.age;
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
