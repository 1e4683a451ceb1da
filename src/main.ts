#!/usr/bin/env node
/** The program. Mistakes of the user end with one line on stderr and exit code 2. */
import { hideBin } from 'yargs/helpers';
import { commandLine } from './commands/command-line.js';
import { printError, printUsageError } from './commands/diagnostics.js';
import { UserError } from './config/user-error.js';

// Node's own answer is to open its debugger to all users of the machine; other daemons reopen their files at this signal.
process.on('SIGUSR1', () => {});

commandLine(hideBin(process.argv)).catch((error: unknown) => {
  if (error instanceof UserError) process.exit(printUsageError(error));
  printError(String(error instanceof Error ? (error.stack ?? error.message) : error));
  process.exit(1);
});
