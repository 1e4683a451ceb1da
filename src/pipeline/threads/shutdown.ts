/** The end of a run by a signal: what was captured is drained, but not for ever. */
import { ControlWord } from './messages.js';

export interface Shutdown {
  /** Asks the threads to end. */
  stop(): void;
  /** Ends the draining and the waiting now: nobody takes lines any more. */
  giveUp(): void;
  /** Resolves when nothing is to be waited for any more. */
  readonly gaveUp: Promise<void>;
  /** The run has ended. */
  clear(): void;
}

/** After a signal, by these times: the draining ends, and the waiting for the destination too. */
const DRAIN_MS = 2500;
const WRITE_MS = 4000;

export function newShutdown(control: Int32Array): Shutdown {
  let timers: NodeJS.Timeout[] = [];
  let resolveGaveUp: () => void = () => {};
  const gaveUp = new Promise<void>((resolve) => {
    resolveGaveUp = resolve;
  });
  const abandon = () => Atomics.store(control, ControlWord.abandon, 1);
  return {
    stop() {
      if (Atomics.exchange(control, ControlWord.stop, 1) === 1) return;
      timers = [setTimeout(abandon, DRAIN_MS), setTimeout(resolveGaveUp, WRITE_MS)];
    },
    giveUp() {
      Atomics.store(control, ControlWord.stop, 1);
      abandon();
      resolveGaveUp();
    },
    gaveUp,
    clear() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
