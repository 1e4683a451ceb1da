/** Jobs that wait too long for a worker, told once for each wait. */
import type { Moment } from '../../protocol.js';
import { overdue, sinceThen } from './job.js';
import { tellStuck } from './line.js';
import { type Job, State, type Table } from './model.js';

/** Jobs that are looked after with one packet, so that none costs much more than others. */
const AT_ONCE = 256;

/** Nanoseconds that it has waited, since it may be run; NaN: it does not wait, or for what is not known. */
function waited(job: Job, at: Moment): number {
  const { names } = job;
  if (job.state !== State.waiting || names.minute !== undefined) return Number.NaN;
  if (names.epoch === undefined) return sinceThen(job, at);
  const since = overdue(job, at);
  return since === undefined ? Number.NaN : Math.min(sinceThen(job, at), since);
}

export interface Stuck {
  /** Looks after all jobs once a second of packet time, or sooner: what is too long is told at most a quarter late. */
  tick(at: Moment): void;
  /** Looks after all that are left. */
  end(at: Moment): void;
}

/** @param limit milliseconds; 0: nothing is too long */
export function newStuck(table: Table, limit: number): Stuck {
  let round: Iterator<Job> | undefined;
  const every = Math.min(1000, limit / 4);
  let turn = 0;
  const lookAfter = (job: Job, at: Moment) => {
    if (job.told) return;
    const wait = waited(job, at);
    if (!(wait >= limit * 1e6)) return;
    job.told = true;
    tellStuck(job, wait, at);
  };
  return {
    tick(at) {
      if (limit === 0) return;
      if (round === undefined) {
        if (table.size() === 0) return;
        const now = Math.floor((at.seconds * 1000 + at.nanoseconds / 1e6) / every);
        if (now === turn) return;
        turn = now;
        round = table.open()[Symbol.iterator]();
      }
      for (let n = 0; n < AT_ONCE; n++) {
        const next = round.next();
        if (next.done === true) {
          round = undefined;
          return;
        }
        lookAfter(next.value, at);
      }
    },
    end(at) {
      if (limit > 0) for (const job of table.open()) lookAfter(job, at);
    },
  };
}
