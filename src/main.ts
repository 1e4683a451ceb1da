#!/usr/bin/env node
/** The command line. Mistakes of the user end with one line on stderr and exit code 2. */
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { captureCommand } from './commands/capture.js';
import { checkConfigCommand } from './commands/check-config.js';
import { devicesCommand } from './commands/devices.js';
import { sayError } from './commands/diagnostics.js';
import { readCommand } from './commands/read.js';
import { schemaCommand } from './commands/schema.js';
import { UserError } from './config/user-error.js';
import { VERSION } from './config/version.js';

async function main(): Promise<void> {
  await yargs(hideBin(process.argv))
    .scriptName('wiretail')
    .usage('$0 <command>\n\nSees Gearman and GlusterFS on the wire and writes what it saw as JSON lines.')
    .command(captureCommand)
    .command(readCommand)
    .command(checkConfigCommand)
    .command(devicesCommand)
    .command(schemaCommand)
    .version(VERSION)
    .strict()
    .recommendCommands()
    .parserConfiguration({
      'duplicate-arguments-array': true,
      'parse-numbers': false,
      'greedy-arrays': false,
      // An unknown option is named once, as it was given.
      'camel-case-expansion': false,
    })
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .exitProcess(false)
    .fail((message, error) => {
      // yargs' own errors are mistakes in the arguments, whether it throws them or only says them.
      if (error && error.name !== 'YError') throw error;
      throw new UserError(`${message ?? error?.message} (see 'wiretail --help')`);
    })
    .parseAsync();
}

main().catch((error: unknown) => {
  if (error instanceof UserError) {
    sayError(error.message.replaceAll('\n', ' '));
    process.exit(2);
  }
  sayError(String(error instanceof Error ? (error.stack ?? error.message) : error));
  process.exit(1);
});
