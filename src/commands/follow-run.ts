/** Runs to the end and exits: what `capture` and `read` have in common. */
import type { Run } from '../pipeline/threads/run.js';
import { printUsageError } from './diagnostics.js';
import { hardExit } from './hard-exit.js';

/**
 * The first SIGINT or SIGTERM ends the run in order, the second ends the process at once. SIGUSR2 has files opened
 * anew.
 *
 * @param hangup what SIGHUP is for; undefined: it says that the terminal has gone
 * @param held signals that came before, and are answered now
 */
export async function followRun(run: Run, hangup?: () => void, held: Held = () => []): Promise<never> {
  process.on('SIGUSR2', () => run.reopenFiles());
  if (hangup !== undefined) process.on('SIGHUP', hangup);
  let signals = 0;
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const) {
    process.on(signal, () => {
      if (++signals > 1) hardExit(128 + number);
      run.stop();
    });
  }
  for (const signal of held()) process.emit(signal);
  const { exitCode, outputsStalled, userError } = await run.ended;
  const last = userError === undefined ? exitCode : printUsageError(userError);
  return outputsStalled ? hardExit(last) : process.exit(last);
}

/** Gives back those that came, and holds none any more. */
export type Held = () => readonly NodeJS.Signals[];

/** From here on these signals wait for a run that can answer them; without a handler they would end the process. */
export function holdSignals(...signals: readonly NodeJS.Signals[]): Held {
  const came = new Set<NodeJS.Signals>();
  const hold = (signal: NodeJS.Signals) => came.add(signal);
  for (const signal of signals) process.on(signal, hold);
  return () => {
    for (const signal of signals) process.off(signal, hold);
    return [...came];
  };
}
