/** Rotation by the daemon itself: PATH becomes PATH.1, PATH.1 becomes PATH.2, and the last one goes. */
import { renameSync } from 'node:fs';
import type { Rotation } from '../../config/output-options.js';

export function isDue({ size, age }: Rotation, bytes: number, milliseconds: number): boolean {
  return (size !== undefined && bytes > size) || (age !== undefined && milliseconds >= age);
}

/** A rename takes the place of what has its name, so that the last one goes without being removed. */
export function rotate(path: string, keep: number): void {
  for (let number = keep; number >= 1; number--) {
    const from = number === 1 ? path : `${path}.${number - 1}`;
    try {
      renameSync(from, `${path}.${number}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
