/** Keeps the child process of one interface running. */
import { UserError } from '../../config/user-error.js';
import { Counter } from '../../records/counters.js';
import { type LiveContext, RETRY_MS } from '../engine.js';
import type { ToChild } from './child-messages.js';
import { type CapChild, startCapChild } from './child-process.js';

/** How long a child may take to exit before it is killed. */
const STOP_MS = 1000;

export class ChildSupervisor {
  private readonly context: LiveContext;
  private readonly name: string;
  private child: CapChild | undefined;
  private retries: number;

  constructor(context: LiveContext, name: string) {
    this.context = context;
    this.name = name;
    this.child = undefined;
    this.retries = 0;
  }

  /**
   * Starts a child with the first filter that is valid for the link type; each attempt takes a new process.
   *
   * @returns the link type, once the interface is open
   * @throws UserError if it can't be opened
   */
  async start(): Promise<number> {
    const { filters } = this.context.options;
    for (let i = 0; ; i++) {
      const child = startCapChild(this.context, this.name, filters[i]);
      this.child = child;
      try {
        const linkType = await child.opened;
        child.ended.then(() => this.onDeath(child));
        return linkType;
      } catch (error) {
        if (i + 1 === filters.length || !(error instanceof UserError)) throw error;
      }
    }
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    const { process, ended } = child;
    if (process.exitCode !== null || process.signalCode !== null) return;
    const message: ToChild = 'stop';
    process.send(message, () => {});
    const timer = setTimeout(() => process.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  }

  private onDeath({ process }: CapChild): void {
    if (this.context.stopped()) return;
    this.context.counters[Counter.kernel_interface_errors]++;
    const cause = process.signalCode ?? `exit code ${process.exitCode}`;
    this.context.reportAnomaly({
      action: 'interface_down',
      level: 'warn',
      message: `capture on ${this.name} stopped: the cap process ended (${cause}); retrying until it is back`,
      interface: this.name,
    });
    this.retries = 0;
    setTimeout(() => this.restart(), RETRY_MS[0]);
  }

  private async restart(): Promise<void> {
    if (this.context.stopped()) return;
    try {
      await this.start();
    } catch {
      this.retries++;
      setTimeout(() => this.restart(), RETRY_MS[Math.min(this.retries, RETRY_MS.length - 1)]);
      return;
    }
    this.context.reportAnomaly({
      action: 'interface_up',
      level: 'info',
      message: `capture on ${this.name} resumed`,
      interface: this.name,
    });
  }
}
