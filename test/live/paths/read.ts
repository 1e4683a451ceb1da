/** Lines of `wiretail read`, more than a string could hold. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ended, type Line, MAIN } from '../../helpers/wiretail.js';

/** The longest that a reading may take, ms. */
const LIMIT = 180000;

export async function readTexts(args: readonly string[], take: (text: string) => void): Promise<void> {
  const child = spawn(process.execPath, [MAIN, 'read', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT,
  });
  const end = ended(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  for await (const text of createInterface({ input: child.stdout })) take(text);
  const { code, signal } = await end;
  if (code !== 0) throw new Error(`wiretail read ended with ${code ?? signal}: ${said}`);
}

export function readEach(args: readonly string[], take: (line: Line, text: string) => void): Promise<void> {
  return readTexts(args, (text) => take(JSON.parse(text), text));
}
