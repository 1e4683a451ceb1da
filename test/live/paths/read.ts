/** Reads the lines of `wiretail read` one by one: a string could not hold all. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ended, type Line, MAIN } from '../../helpers/wiretail.js';

/** The maximum duration in ms. */
const LIMIT = 180000;

export async function readTexts(args: readonly string[], take: (text: string) => void): Promise<void> {
  const child = spawn(process.execPath, [MAIN, 'read', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT,
  });
  const end = ended(child);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  for await (const text of createInterface({ input: child.stdout })) take(text);
  const { code, signal } = await end;
  if (code !== 0) throw new Error(`wiretail read ended with ${code ?? signal}: ${stderr}`);
}

export function readEach(args: readonly string[], take: (line: Line, text: string) => void): Promise<void> {
  return readTexts(args, (text) => take(JSON.parse(text), text));
}
