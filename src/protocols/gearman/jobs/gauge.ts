/** Jobs that wait and run, by function, as they are shown outside: each job is counted as what it was when it last changed. */
import type { HostHooks } from '../../protocol.js';
import { type Job, State } from './model.js';

const isShown = (state: State): boolean => state === State.waiting || state === State.running;

/** Counts the job as what it is now. */
export function showJob(job: Job, jobs: HostHooks['jobsChanged']): void {
  const { state, shownAs, shownOf, names } = job;
  const name = typeof names.function === 'string' ? names.function : undefined;
  if (state === shownAs && name === shownOf) return;
  if (isShown(shownAs)) jobs(shownOf, shownAs === State.waiting ? -1 : 0, shownAs === State.running ? -1 : 0);
  if (isShown(state)) jobs(name, state === State.waiting ? 1 : 0, state === State.running ? 1 : 0);
  job.shownAs = state;
  job.shownOf = name;
}
