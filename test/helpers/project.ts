import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The checkout, from build/test/helpers. Ends in a slash. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export function readProjectFile(path: string): string {
  return readFileSync(ROOT + path, 'utf8');
}

/** The TypeScript files under a folder of the checkout, by their paths from its root. */
export function typescriptFiles(folder: string): string[] {
  return readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${folder}/${path}`)
    .sort();
}
