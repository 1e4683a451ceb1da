/** Looks at the clocks a few times a second, and says what it sees in words. */
import { type ClockEvent, newClockWatch } from '../../observe/clocks.js';
import type { ClockCounts } from '../../observe/stats.js';

const LOOK_MS = 250;

export interface ClockEvents {
  counts(): ClockCounts;
  end(): void;
}

export function startClockEvents(tell: (event: ClockEvent, message: string) => void): ClockEvents {
  const watch = newClockWatch();
  const timer = setInterval(() => {
    for (const event of watch.look()) tell(event, messageOf(event));
  }, LOOK_MS);
  timer.unref();
  return { counts: watch.counts, end: () => clearInterval(timer) };
}

function messageOf({ action, milliseconds }: ClockEvent): string {
  const seconds = (Math.abs(milliseconds) / 1000).toFixed(1);
  return action === 'paused'
    ? `wiretail did not run for ${seconds} s: it was stopped, or the machine was too busy`
    : `the clock was set ${milliseconds < 0 ? 'back' : 'forward'} by ${seconds} s: lines from before have the old time`;
}
