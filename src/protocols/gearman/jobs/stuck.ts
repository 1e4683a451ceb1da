/** Jobs that wait too long for a worker, told once for each wait. */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import { newTimerSweep, sweepInterval } from '../../timers.js';
import { timeInState, timeSinceDue } from './job.js';
import { type Job, JobState, type JobTable } from './model.js';
import { reportStuck } from './report.js';

/** Nanoseconds that it has waited, since it may be run; NaN: it does not wait, or for what is not known. */
function timeWaiting(job: Job, at: PacketTimestamp): number {
  const { names } = job;
  if (job.state !== JobState.waiting || names.minute !== undefined) return Number.NaN;
  if (names.epoch === undefined) return timeInState(job, at);
  const since = timeSinceDue(job, at);
  return since === undefined ? Number.NaN : Math.min(timeInState(job, at), since);
}

export interface StuckDetector {
  tick(at: PacketTimestamp): void;
  /** Looks after all that are left. */
  end(at: PacketTimestamp): void;
}

/** @param limit milliseconds; 0: nothing is too long */
export function newStuckDetector(table: JobTable, limit: number): StuckDetector {
  if (limit === 0) return { tick() {}, end() {} };
  const lookAfter = (job: Job, at: PacketTimestamp) => {
    if (job.stuckReported) return;
    const wait = timeWaiting(job, at);
    if (!(wait >= limit * 1e6)) return;
    job.stuckReported = true;
    reportStuck(job, wait, at);
  };
  return {
    tick: newTimerSweep(table.open(), lookAfter, sweepInterval(limit)),
    end(at) {
      for (const job of table.open()) lookAfter(job, at);
    },
  };
}
