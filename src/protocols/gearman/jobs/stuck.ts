/** Jobs that wait too long for a worker, told once for each wait. */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import { newTimerSweep, sweepInterval } from '../../timers.js';
import { overdue, sinceThen } from './job.js';
import { type Job, State, type Table } from './model.js';
import { tellStuck } from './report.js';

/** Nanoseconds that it has waited, since it may be run; NaN: it does not wait, or for what is not known. */
function waited(job: Job, at: PacketTimestamp): number {
  const { names } = job;
  if (job.state !== State.waiting || names.minute !== undefined) return Number.NaN;
  if (names.epoch === undefined) return sinceThen(job, at);
  const since = overdue(job, at);
  return since === undefined ? Number.NaN : Math.min(sinceThen(job, at), since);
}

export interface Stuck {
  tick(at: PacketTimestamp): void;
  /** Looks after all that are left. */
  end(at: PacketTimestamp): void;
}

/** @param limit milliseconds; 0: nothing is too long */
export function newStuck(table: Table, limit: number): Stuck {
  if (limit === 0) return { tick() {}, end() {} };
  const lookAfter = (job: Job, at: PacketTimestamp) => {
    if (job.told) return;
    const wait = waited(job, at);
    if (!(wait >= limit * 1e6)) return;
    job.told = true;
    tellStuck(job, wait, at);
  };
  return {
    tick: newTimerSweep(table.open(), lookAfter, sweepInterval(limit)),
    end(at) {
      for (const job of table.open()) lookAfter(job, at);
    },
  };
}
