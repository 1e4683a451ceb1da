/** Prints text on stdout, for the commands other than captures. */

import { printError } from './diagnostics.js';

/** A reader that stops reading (`| head`) is not an error. */
export function print(text: string): void {
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', onStdoutError);
  process.stdout.write(text);
}

function onStdoutError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  printError(`standard output failed: ${error.message}`);
  process.exitCode = 1;
}
