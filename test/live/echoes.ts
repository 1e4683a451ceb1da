/** Gearman echoes in a test's namespaces (peer.ts), and the start of programs that say when they are ready. */
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Netns } from '../helpers/netns.js';
import { until } from '../helpers/wiretail.js';

/** What serves echoes and asks for them. */
export const PEER = fileURLToPath(new URL('./peer.js', import.meta.url));

/** Starts a script and waits for its word. */
export async function saying(
  netns: Netns,
  word: string,
  script: string,
  ...args: string[]
): Promise<ChildProcess> {
  const child = netns.spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  await until(
    () => said.includes(word),
    () => `${script} ${args} does not say ${word}`,
  );
  return child;
}

/** A server that answers echoes on all addresses; it is killed when the test file ends. */
export async function startEchoServer(netns: Netns, port: string): Promise<void> {
  await saying(netns, 'ready', PEER, 'server', port);
}
