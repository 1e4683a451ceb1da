/** Resolves settings: the command line overrides the environment, the environment the file, the file the defaults. */
import { type ConfigFile, readConfigFile } from './config-file.js';
import type { Definition, Definitions } from './definition.js';
import { CONFIG_VARIABLE, type Environment, environmentSettings } from './environment.js';
import { invalidValue } from './option-values.js';
import { type Arguments, ORIGINS, type Origin, type Origins } from './origin.js';
import { UserError } from './user-error.js';

export type ResolvedSettings = Arguments & { readonly [ORIGINS]: Origins };

export interface SettingSources {
  /** The parsed command line, without defaults (definition.ts). */
  readonly given: Readonly<Record<string, unknown>>;
  readonly environment: Environment;
  /** All settings of all commands, so that one file and one environment serve every command. */
  readonly known: Definitions;
  /** The settings of the command. */
  readonly definitions: Definitions;
  /** Read the default configuration file if the user names none. */
  readonly useDefaultFile: boolean;
}

interface ResolvedValue {
  readonly value: unknown;
  readonly origin: Origin;
}

/** The path of the configuration file that the user names, if any. @throws UserError */
export function namedConfigFile(
  given: SettingSources['given'],
  environment: Environment,
): string | undefined {
  const { config } = given;
  if (config === false) throw new UserError('--no-config: no such option');
  if (Array.isArray(config)) throw new UserError(`--config: given ${config.length} times, expected once`);
  return config === undefined ? environment[CONFIG_VARIABLE] : String(config);
}

/** @throws UserError for an unknown key or variable, and for a value that is not one of the choices */
export async function resolveSettings(sources: SettingSources): Promise<ResolvedSettings> {
  const { given, environment, known, definitions, useDefaultFile } = sources;
  const named = namedConfigFile(given, environment);
  const variables = environmentSettings(known, environment);
  const file = named === undefined && !useDefaultFile ? undefined : await readConfigFile(named, known);
  const values: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  for (const [name, definition] of Object.entries(definitions)) {
    const { value, origin } =
      fromCommandLine(name, definition, given) ??
      fromVariable(name, variables) ??
      fromFile(name, file) ??
      ({ value: definition.default, origin: { kind: 'default' } } as const);
    values[name] = value;
    origins.set(name, origin);
  }
  const settings: ResolvedSettings = Object.assign(values, { [ORIGINS]: origins });
  checkChoices(definitions, settings);
  return settings;
}

function fromCommandLine(
  name: string,
  { type }: Definition,
  given: SettingSources['given'],
): ResolvedValue | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  // yargs turns --no-NAME into false.
  if (type !== 'boolean' && [value].flat().includes(false)) {
    throw new UserError(`--no-${name}: no such option`);
  }
  return { value, origin: { kind: 'option' } };
}

function fromVariable(name: string, variables: ReadonlyMap<string, unknown>): ResolvedValue | undefined {
  if (!variables.has(name)) return undefined;
  return { value: variables.get(name), origin: { kind: 'environment' } };
}

function fromFile(name: string, file: ConfigFile | undefined): ResolvedValue | undefined {
  const entry = file?.values.get(name);
  if (file === undefined || entry === undefined) return undefined;
  return { value: entry.value, origin: { kind: 'file', file: file.path, line: entry.line } };
}

function checkChoices(definitions: Definitions, settings: ResolvedSettings): void {
  for (const [name, { choices }] of Object.entries(definitions)) {
    const value = settings[name];
    if (choices === undefined || value === undefined || Array.isArray(value)) continue;
    if (!choices.includes(String(value))) {
      throw invalidValue(settings, name, String(value), `one of ${choices.join(', ')}`);
    }
  }
}

/** The names of the settings whose values differ. */
export function changedSettings(before: ResolvedSettings, after: ResolvedSettings): string[] {
  return Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
