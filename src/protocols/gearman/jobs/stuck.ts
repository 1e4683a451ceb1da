/** Reports jobs that wait too long for a worker, once for each wait. */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import { newTimerSweep, sweepInterval } from '../../timers.js';
import { type Job, JobState, type JobTable } from './model.js';
import { reportStuck } from './report.js';

/** Nanoseconds that the job has waited while it could run; NaN: it does not wait, or its schedule is unknown. */
function timeWaiting(job: Job, at: PacketTimestamp): number {
  const { names } = job;
  if (job.state !== JobState.waiting || names.minute !== undefined) return Number.NaN;
  if (names.epoch === undefined) return job.timeInState(at);
  const sinceDue = job.timeSinceDue(at);
  return sinceDue === undefined ? Number.NaN : Math.min(job.timeInState(at), sinceDue);
}

export interface StuckDetector {
  tick(at: PacketTimestamp): void;
  /** Checks all jobs. */
  end(at: PacketTimestamp): void;
}

/** @param limit milliseconds; 0: no job is reported */
export function newStuckDetector(table: JobTable, limit: number): StuckDetector {
  if (limit === 0) return { tick() {}, end() {} };
  const check = (job: Job, at: PacketTimestamp) => {
    if (job.stuckReported) return;
    const wait = timeWaiting(job, at);
    if (!(wait >= limit * 1e6)) return;
    job.stuckReported = true;
    reportStuck(job, wait, at);
  };
  return {
    tick: newTimerSweep(table.openJobs, check, sweepInterval(limit)),
    end(at) {
      for (const job of table.openJobs) check(job, at);
    },
  };
}
