#!/usr/bin/env node
/** The program. Mistakes of the user end with one line on stderr and exit code 2. */
import { hideBin } from 'yargs/helpers';
import { commandLine } from './commands/command-line.js';
import { UserError } from './config/user-error.js';

commandLine(hideBin(process.argv)).catch((error: unknown) => {
  if (error instanceof UserError) {
    process.stderr.write(`wiretail: ${error.message.replaceAll('\n', ' ')}\n`);
    process.exit(2);
  }
  process.stderr.write(`wiretail: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exit(1);
});
