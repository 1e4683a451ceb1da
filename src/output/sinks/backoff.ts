/** Exponential backoff between retries. */

const FIRST_MS = 100;
const MAX_MS = 30000;

export class Backoff {
  private delay = FIRST_MS;

  /** The delay before the next retry, in milliseconds. */
  next(): number {
    const { delay } = this;
    this.delay = Math.min(MAX_MS, delay * 2);
    return delay;
  }

  reset(): void {
    this.delay = FIRST_MS;
  }
}
