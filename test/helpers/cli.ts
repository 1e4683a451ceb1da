/** Runs the built command line, dist/main.js, as a user would. */
import { spawn } from 'node:child_process';

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code; -1 if a signal ended it. */
  readonly code: number;
}

export const MAIN = 'dist/main.js';

/** Runs to the end, or kills it after `ms` milliseconds. `input` goes to its standard input. */
export async function wiretail(
  args: readonly string[],
  { ms = 60000, input }: { ms?: number; input?: Uint8Array } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'pipe' });
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? -1));
  });
  clearTimeout(timer);
  return { stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), code };
}
