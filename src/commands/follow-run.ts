/** Runs to the end and exits: what `capture` and `read` have in common. */
import type { Run } from '../pipeline/run.js';

/**
 * The first SIGINT or SIGTERM ends the run in order, the second ends the process at once. SIGUSR2 has files opened
 * anew.
 *
 * @param hangup what SIGHUP is for; undefined: it says that the terminal has gone
 */
export async function followRun(run: Run, hangup?: () => void): Promise<never> {
  process.on('SIGUSR2', run.reopen);
  if (hangup !== undefined) process.on('SIGHUP', hangup);
  let signals = 0;
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const) {
    process.on(signal, () => {
      if (++signals > 1) process.exit(128 + number);
      run.stop();
    });
  }
  process.exit(await run.ended);
}
