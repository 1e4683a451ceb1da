/** Text for standard output, from the commands that are no capture. */

/** Who reads it may stop reading (`| head`): that is no fault. */
export function print(text: string): void {
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => {});
  process.stdout.write(text);
}
