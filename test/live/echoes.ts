/** Gearman echoes in a test's namespaces (peer.ts), and the start of programs that print when they are ready. */
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Netns } from '../helpers/netns.js';
import { until } from '../helpers/wiretail.js';

/** The script of the echo server and client. */
export const PEER = fileURLToPath(new URL('./peer.js', import.meta.url));

/** Starts a script and waits until it prints a word. */
export async function saying(
  netns: Netns,
  word: string,
  script: string,
  ...args: string[]
): Promise<ChildProcess> {
  const child = netns.spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  await until(
    () => output.includes(word),
    () => `${script} ${args} does not say ${word}`,
  );
  return child;
}

/** Starts an echo server on all addresses. It is killed when the test file ends. */
export async function startEchoServer(netns: Netns, port: string): Promise<void> {
  await saying(netns, 'ready', PEER, 'server', port);
}
