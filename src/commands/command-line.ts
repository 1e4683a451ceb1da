/** The command line: its commands, and the errors of its arguments. */
import type { CommandModule } from 'yargs';
import yargs from 'yargs';
import type { Definitions } from '../config/definition.js';
import { ALL_DEFINITIONS, type Arguments } from '../config/options.js';
import { UserError } from '../config/user-error.js';
import { VERSION } from '../config/version.js';
import { argumentError } from './argument-errors.js';
import { captureCommand, PRINT_CONFIG } from './capture.js';
import { checkConfigCommand } from './check-config.js';
import { devicesCommand } from './devices.js';
import { readCommand } from './read.js';
import { schemaCommand } from './schema.js';

export const COMMANDS: readonly CommandModule<object, Arguments>[] = [
  captureCommand,
  readCommand,
  checkConfigCommand,
  devicesCommand,
  schemaCommand,
];

/**
 * Runs the command that the arguments name.
 *
 * @param commands tests pass the same commands with other handlers
 * @throws UserError
 */
export async function runCommandLine(
  args: readonly string[],
  commands: readonly CommandModule<object, Arguments>[] = COMMANDS,
): Promise<void> {
  checkSwitches(args);
  await yargs([...args])
    .scriptName('wiretail')
    .usage('$0 <command>\n\nDecodes Gearman and GlusterFS from the wire and writes JSON lines.')
    .command([...commands] as CommandModule[])
    .version(VERSION)
    .strict()
    .parserConfiguration({
      'duplicate-arguments-array': true,
      'parse-numbers': false,
      'greedy-arrays': false,
      'dot-notation': false,
      // An unknown option is reported once, as it was given.
      'camel-case-expansion': false,
    })
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .exitProcess(false)
    .fail((message, error) => {
      // yargs' own errors are usage errors, whether it throws them or passes only a message.
      if (error && error.name !== 'YError') throw error;
      const reason = argumentError(message ?? error?.message, args, COMMAND_NAMES, ALL_OPTIONS);
      throw new UserError(`${reason} (see 'wiretail --help')`);
    })
    .parseAsync();
}

/** The default command first. */
const COMMAND_NAMES = COMMANDS.map(({ command }) => [command ?? []].flat()[0]);

const ALL_OPTIONS: Definitions = { ...ALL_DEFINITIONS, ...PRINT_CONFIG };

/** yargs takes every value of a switch other than `true` as `false`. @throws UserError for such a value */
function checkSwitches(args: readonly string[]): void {
  for (const arg of args) {
    if (arg === '--') return;
    const [, name = '', value = ''] = /^--([a-z-]+)=(.*)$/s.exec(arg) ?? [];
    const isSwitch = Object.hasOwn(ALL_OPTIONS, name) && ALL_OPTIONS[name].type === 'boolean';
    if (isSwitch && value !== 'true' && value !== 'false')
      throw new UserError(`--${name} ${value}: expected true or false`);
  }
}
