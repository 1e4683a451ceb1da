/** Follows a run to its end and exits: the common part of `capture` and `read`. */
import type { Run } from '../pipeline/threads/run.js';
import { printUsageError } from './diagnostics.js';
import { hardExit } from './hard-exit.js';

const STOP_SIGNALS = [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const;

/**
 * The first SIGINT or SIGTERM stops the run in order, the second exits immediately. SIGUSR2 reopens files.
 *
 * @param onHangup handles SIGHUP; undefined: SIGHUP ends the process
 * @param takeHeldSignals returns the signals received before, which are handled now
 */
export async function followRun(
  run: Run,
  onHangup?: () => void,
  takeHeldSignals: TakeHeldSignals = () => [],
): Promise<never> {
  process.on('SIGUSR2', () => run.reopenFiles());
  if (onHangup !== undefined) process.on('SIGHUP', onHangup);
  let received = 0;
  for (const [signal, number] of STOP_SIGNALS) {
    process.on(signal, () => {
      if (++received > 1) hardExit(128 + number);
      run.stop();
    });
  }
  for (const signal of takeHeldSignals()) process.emit(signal);
  const { exitCode, outputsStalled, userError } = await run.ended;
  const code = userError === undefined ? exitCode : printUsageError(userError);
  return outputsStalled ? hardExit(code) : process.exit(code);
}

/** Returns the signals received since holdSignals(), and stops holding them. */
export type TakeHeldSignals = () => readonly NodeJS.Signals[];

/** Holds these signals until the run can handle them; without a handler they would end the process. */
export function holdSignals(...signals: readonly NodeJS.Signals[]): TakeHeldSignals {
  const received = new Set<NodeJS.Signals>();
  const hold = (signal: NodeJS.Signals) => received.add(signal);
  for (const signal of signals) process.on(signal, hold);
  return () => {
    for (const signal of signals) process.off(signal, hold);
    return [...received];
  };
}
