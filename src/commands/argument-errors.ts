/** Errors in the arguments: yargs' sentences, rewritten to name the argument as it was written. */
import type { Definitions } from '../config/definition.js';
import { suggest } from '../config/suggest-name.js';

/** Yargs' English sentences (locales/en.json). */
const UNKNOWN = /^Unknown arguments?: ([^,]+)/;
const NO_VALUE = /^Not enough arguments following: (.+)$/;

/** @param options those of all commands */
export function argumentError(
  message: string,
  args: readonly string[],
  commands: readonly string[],
  options: Definitions,
): string {
  const withoutValue = NO_VALUE.exec(message)?.[1];
  if (withoutValue !== undefined) return `${asGiven(withoutValue, args) ?? withoutValue}: expected a value`;
  const unknown = UNKNOWN.exec(message)?.[1];
  if (unknown === undefined) return message;
  const option = asGiven(unknown, args);
  if (option === undefined) {
    if (unknown !== args[0]) return `${unknown}: unexpected argument`;
    return `${unknown}: no such command${suggest(unknown, commands)}`;
  }
  const command = commands.find((name) => name === args[0]) ?? commands[0];
  if (Object.hasOwn(options, unknown)) return `${option}: not an option of 'wiretail ${command}'`;
  const names = Object.keys(options).map((name) => `--${name}`);
  return `${option}: no such option${option.startsWith('--') ? suggest(option, names) : ''}`;
}

/** The option as the user wrote it, without its value; undefined if there is no such option. */
function asGiven(name: string, args: readonly string[]): string | undefined {
  for (const arg of args) {
    if (arg === '--') return undefined;
    const [option] = arg.split('=', 1);
    if (option === `--${name}` || option === `--no-${name}`) return option;
    if (name.length === 1 && /^-[^-]/.test(option) && option.includes(name)) return `-${name}`;
  }
  return undefined;
}
