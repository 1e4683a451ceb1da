/**
 * The definition of a setting. One table of definitions yields the command-line options, the environment variables, the
 * keys of the configuration file, and the example file.
 */
import type { Options } from 'yargs';

/** The fields of yargs, and those for the other sources. */
export interface Definition extends Options {
  /** Several values separated by commas; in a file also a list. */
  readonly commas?: boolean;
  /** JSON; in a file also a mapping. */
  readonly json?: boolean;
  /** SIGHUP applies it to a running capture. */
  readonly reload?: boolean;
}

/** By the long option's name. */
export type Definitions = Readonly<Record<string, Definition>>;

/**
 * The options for yargs, without defaults, so that given options can be distinguished, and without choices, which are
 * checked for all sources in one place. The help shows both.
 */
export function yargsOptions(definitions: Definitions): Record<string, Options> {
  const options: Record<string, Options> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const { commas: _commas, json: _json, reload: _reload, default: fallback, choices, ...rest } = definition;
    options[name] = {
      ...rest,
      type: definition.type ?? 'string',
      describe: choices === undefined ? definition.describe : `${definition.describe}: ${choices.join(', ')}`,
      defaultDescription:
        fallback === undefined || fallback === false ? definition.defaultDescription : String(fallback),
    };
  }
  return options;
}

/** `WIRETAIL_READ_TIMEOUT` of `read-timeout`. */
export function variableName(name: string): string {
  return `WIRETAIL_${name.toUpperCase().replaceAll('-', '_')}`;
}
