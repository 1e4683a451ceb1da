/** Text for standard output, from the commands that are no capture. */

import { printError } from './diagnostics.js';

/** Who reads it may stop reading (`| head`): that is no fault. */
export function print(text: string): void {
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', failed);
  process.stdout.write(text);
}

function failed(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  printError(`standard output failed: ${error.message}`);
  process.exitCode = 1;
}
