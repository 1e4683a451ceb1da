/** tcpdump in a network namespace. */
import type { Netns } from './netns.js';
import { ended, until } from './wiretail.js';

/** Captures TCP until its end, which gives what it said. */
export async function startTcpdump(
  netns: Netns,
  device: string,
  file: string,
): Promise<() => Promise<string>> {
  const child = netns.spawn('tcpdump', [
    ...['-i', device, '-Z', 'root', '-s', '0', '-B', '65536', '--time-stamp-precision=nano'],
    ...['--immediate-mode', '-U', '-w', file, 'tcp'],
  ]);
  const end = ended(child);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  await until(
    () => said.includes('listening on'),
    () => `tcpdump does not capture: ${said}`,
  );
  return async () => {
    child.kill('SIGTERM');
    await end;
    return said;
  };
}
