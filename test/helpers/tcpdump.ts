/** tcpdump in a network namespace. */
import type { Netns } from './netns.js';
import { ended, until } from './wiretail.js';

/**
 * The snapshot length. In immediate mode each packet takes a slot of this size in the kernel's buffer, so it limits the
 * number of packets that can wait there. The longest packets, joined by offloads, have 64 KiB plus headers.
 */
const SNAPLEN = '66000';
const BUFFER_KIB = '262144';

/** Captures TCP. @returns a function that ends the capture and returns tcpdump's output */
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
    () => `tcpdump does not start: ${output}`,
  );
  return async () => {
    child.kill('SIGTERM');
    await end;
    return output;
  };
}
