/** The configuration file. */
import { readFileSync } from 'node:fs';
import type { Definitions } from './definition.js';
import type { FileValue } from './parse-config-file.js';
import { UserError } from './user-error.js';

/** The default configuration file, read if it exists and no other is named. */
export const DEFAULT_CONFIG_FILE = '/etc/wiretail/wiretail.yaml';

export interface ConfigFile {
  readonly path: string;
  readonly values: ReadonlyMap<string, FileValue>;
}

/** @param named by the user, so that it must exist; undefined: the default file, if it exists @throws UserError */
export async function readConfigFile(
  named: string | undefined,
  definitions: Definitions,
): Promise<ConfigFile | undefined> {
  const path = named ?? DEFAULT_CONFIG_FILE;
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
  // The YAML parser is loaded only if there is a file.
  const { parseConfig } = await import('./parse-config-file.js');
  return { path, values: parseConfig(path, text, definitions) };
}
