/** A gearmand in a namespace. */
import { readFileSync } from 'node:fs';
import { until } from '../helpers/wiretail.js';

/** Waits until a process listens on the port in its namespace. */
export async function listening(pid: number | undefined, command: string, port: number): Promise<void> {
  const local = `:${port.toString(16).toUpperCase()} `;
  await until(
    () => {
      try {
        // Before ip has become the command, it may still be in the namespace that it came from.
        if (!readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith(command)) return false;
        return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
          .split('\n')
          .some((line) => line.includes(local) && / 0A /.test(line));
      } catch {
        return false;
      }
    },
    () => `${command} does not listen`,
  );
}
