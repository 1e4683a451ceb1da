/** How a run ends early: captured packets are drained up to a deadline, or dropped at once. */
import { ControlWord } from './messages.js';

/** After a stop: decoders drop what is left in the ring, and no output is waited for any more. */
const DRAIN_MS = 2500;
const WRITE_MS = 4000;

export class Shutdown {
  /** Resolves at the shutdown deadline. Without a stop there is none. */
  readonly deadlineReached: Promise<void>;
  private readonly control: Int32Array;
  private timers: readonly NodeJS.Timeout[] = [];
  private reachDeadline: () => void = () => {};

  constructor(control: Int32Array) {
    this.control = control;
    this.deadlineReached = new Promise((resolve) => {
      this.reachDeadline = resolve;
    });
  }

  /** Stops the capture, drains the ring and starts the deadlines. */
  stop(): void {
    if (Atomics.exchange(this.control, ControlWord.stop, 1) === 1) return;
    this.timers = [setTimeout(() => this.abandon(), DRAIN_MS), setTimeout(this.reachDeadline, WRITE_MS)];
  }

  /** Stops without draining: nothing takes lines any more. */
  abort(): void {
    Atomics.store(this.control, ControlWord.stop, 1);
    this.abandon();
    this.reachDeadline();
  }

  clearTimers(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private abandon(): void {
    Atomics.store(this.control, ControlWord.abandon, 1);
  }
}
