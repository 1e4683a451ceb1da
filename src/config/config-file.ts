/** The configuration file. */
import { readFileSync } from 'node:fs';
import type { Definitions } from './definition.js';
import type { FileValue } from './parse-config-file.js';
import { UserError } from './user-error.js';

/** Read if it is there and no other is named. */
export const CONFIG_FILE = '/etc/wiretail/wiretail.yaml';

export interface ConfigFile {
  readonly path: string;
  readonly values: ReadonlyMap<string, FileValue>;
}

/** @param named by the user, so that it must be there; otherwise the usual one, if there is one */
export async function readConfigFile(
  named: string | undefined,
  definitions: Definitions,
): Promise<ConfigFile | undefined> {
  const path = named ?? CONFIG_FILE;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && named === undefined) return undefined;
    const reasons: Record<string, string> = {
      ENOENT: 'no such file',
      EACCES: 'permission denied',
      EISDIR: 'is a directory',
    };
    throw new UserError(`can't read the configuration file ${path}: ${reasons[code ?? ''] ?? code}`);
  }
  // Whoever has no file need not load what reads YAML.
  const { parseConfig } = await import('./parse-config-file.js');
  return { path, values: parseConfig(path, text, definitions) };
}
