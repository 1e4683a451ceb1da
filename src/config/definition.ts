/**
 * What defines a setting: one table of these is the source of the command line's options, of the environment's
 * variables, of the configuration file's keys and of the example file.
 */
import type { Options } from 'yargs';

/** yargs' own words, and what the other sources need besides. */
export interface Definition extends Options {
  /** Several values in one text, separated by commas; in a file a list, too. */
  readonly commas?: boolean;
  /** In a file a mapping, too, which is the same as its JSON. */
  readonly json?: boolean;
  /** SIGHUP applies it to a capture that runs. */
  readonly reload?: boolean;
}

/** By the long option's name. */
export type Definitions = Readonly<Record<string, Definition>>;

/**
 * As yargs takes them: it is not told the defaults, so that what was given can be told from what was not, nor the
 * choices, which are checked for all sources alike; the help shows both.
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
export function variableOf(name: string): string {
  return `WIRETAIL_${name.toUpperCase().replaceAll('-', '_')}`;
}
