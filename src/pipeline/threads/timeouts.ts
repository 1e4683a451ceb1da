/**
 * Timeouts that their owner clears together. Their timers keep the process alive: while an output hangs, nothing else
 * may do so, and the process would exit before the timeout.
 */
export class Timeouts {
  private readonly timers = new Set<NodeJS.Timeout>();

  /** Resolves after so many milliseconds; never once cleared. */
  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        resolve();
      }, milliseconds);
      this.timers.add(timer);
    });
  }

  clear(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}
