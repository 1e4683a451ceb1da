/** How a run ends early: captured packets are drained up to a deadline, or dropped at once. */
import { ControlWord } from './messages.js';

/** Milliseconds after a stop: until decoders drop the packets left in the ring, and until the deadline for outputs. */
const DRAIN_MS = 2500;
const WRITE_MS = 4000;

export class Shutdown {
  /** Resolves at the shutdown deadline, which only stop() and abort() set. */
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

  /** Stops without draining: no output or no decoder is left. */
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
