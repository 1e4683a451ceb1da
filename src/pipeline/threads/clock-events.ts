/** Checks the clocks several times a second and reports steps and pauses. */
import { type ClockEvent, ClockWatch } from '../../observe/clocks.js';
import type { ClockCounts } from '../../observe/stats.js';

const CHECK_MS = 250;

export class ClockEvents {
  private readonly watch = new ClockWatch();
  private readonly timer: NodeJS.Timeout;

  constructor(onEvent: (event: ClockEvent, message: string) => void) {
    this.timer = setInterval(() => {
      for (const event of this.watch.check()) onEvent(event, messageOf(event));
    }, CHECK_MS);
    this.timer.unref();
  }

  counts(): ClockCounts {
    return this.watch.counts();
  }

  end(): void {
    clearInterval(this.timer);
  }
}

function messageOf({ action, milliseconds }: ClockEvent): string {
  const seconds = (Math.abs(milliseconds) / 1000).toFixed(1);
  return action === 'paused'
    ? `wiretail did not run for ${seconds} s: it was stopped, or the machine was overloaded`
    : `the system clock was set ${milliseconds < 0 ? 'back' : 'forward'} by ${seconds} s; earlier lines have the old time`;
}
