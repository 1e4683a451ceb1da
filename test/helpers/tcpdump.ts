/** tcpdump in a network namespace. */
import type { Netns } from './netns.js';
import { ended, until } from './wiretail.js';

/**
 * With immediate mode each packet takes a slot of this size in the kernel's buffer, so that its size decides how many
 * wait there while the machine is busy. The longest packets, joined by offloads, have 64 KiB and their headers.
 */
const SNAPLEN = '66000';
const BUFFER_KIB = '262144';

/** Captures TCP; the returned function ends the capture and returns what tcpdump printed. */
export async function startTcpdump(
  netns: Netns,
  device: string,
  file: string,
): Promise<() => Promise<string>> {
  const child = netns.spawn('tcpdump', [
    ...['-i', device, '-Z', 'root', '-s', SNAPLEN, '-B', BUFFER_KIB, '--time-stamp-precision=nano'],
    ...['--immediate-mode', '-U', '-w', file, 'tcp'],
  ]);
  const end = ended(child);
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  await until(
    () => output.includes('listening on'),
    () => `tcpdump does not capture: ${output}`,
  );
  return async () => {
    child.kill('SIGTERM');
    await end;
    return output;
  };
}
