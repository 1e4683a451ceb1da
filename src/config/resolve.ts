/** What holds of all that was said: the command line over the environment over the file over the defaults. */

import { readConfigFile } from './config-file.js';
import type { Definitions } from './definition.js';
import { CONFIG_VARIABLE, type Environment, fromEnvironment } from './environment.js';
import { invalidValue } from './option-values.js';
import { type Arguments, ORIGINS, type Origin, type Origins } from './origin.js';
import { UserError } from './user-error.js';

export type ResolvedSettings = Arguments & { readonly [ORIGINS]: Origins };

export interface Sources {
  /** What yargs parsed, without defaults (definition.ts). */
  readonly given: Readonly<Record<string, unknown>>;
  readonly environment: Environment;
  /** Every setting that there is, so that a file and an environment serve all commands. */
  readonly known: Definitions;
  /** Those of the command. */
  readonly definitions: Definitions;
  /** The usual file counts, though nobody named it. */
  readonly usualFile: boolean;
}

/** The file that the user names, if any. */
export function namedFile(given: Sources['given'], environment: Environment): string | undefined {
  const { config } = given;
  if (config === false) throw new UserError('--no-config: there is no such option');
  if (Array.isArray(config)) throw new UserError(`--config: given ${config.length} times, expected once`);
  return config === undefined ? environment[CONFIG_VARIABLE] : String(config);
}

export async function resolveSettings(sources: Sources): Promise<ResolvedSettings> {
  const { given, environment, known, definitions, usualFile } = sources;
  const named = namedFile(given, environment);
  const variables = fromEnvironment(known, environment);
  const file = named === undefined && !usualFile ? undefined : await readConfigFile(named, known);
  const values: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  for (const [name, definition] of Object.entries(definitions)) {
    const inFile = file?.values.get(name);
    if (given[name] !== undefined) {
      // What yargs makes of --no-NAME.
      if (definition.type !== 'boolean' && [given[name]].flat().includes(false))
        throw new UserError(`--no-${name}: there is no such option`);
      values[name] = given[name];
      origins.set(name, { kind: 'option' });
    } else if (variables.has(name)) {
      values[name] = variables.get(name);
      origins.set(name, { kind: 'environment' });
    } else if (file !== undefined && inFile !== undefined) {
      values[name] = inFile.value;
      origins.set(name, { kind: 'file', file: file.path, line: inFile.line });
    } else {
      values[name] = definition.default;
      origins.set(name, { kind: 'default' });
    }
  }
  const settled: ResolvedSettings = Object.assign(values, { [ORIGINS]: origins });
  for (const [name, { choices }] of Object.entries(definitions)) {
    const value = settled[name];
    if (choices === undefined || value === undefined || Array.isArray(value)) continue;
    if (!choices.includes(String(value)))
      throw invalidValue(settled, name, String(value), `one of ${choices.join(', ')}`);
  }
  return settled;
}

/** The settings whose values differ. */
export function changedSettings(before: ResolvedSettings, after: ResolvedSettings): string[] {
  return Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
