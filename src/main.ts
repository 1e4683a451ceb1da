#!/usr/bin/env node
/** The program's entry point. A usage error is one line on stderr and exit code 2. */
import { hideBin } from 'yargs/helpers';
import { runCommandLine } from './commands/command-line.js';
import { printError, printUsageError } from './commands/diagnostics.js';
import { UserError } from './config/user-error.js';

// By default Node opens its debugger on SIGUSR1, to every user of the machine. Other daemons reopen their files on it.
process.on('SIGUSR1', () => {});

runCommandLine(hideBin(process.argv)).catch((error: unknown) => {
  if (error instanceof UserError) process.exit(printUsageError(error));
  printError(String(error instanceof Error ? (error.stack ?? error.message) : error));
  process.exit(1);
});
