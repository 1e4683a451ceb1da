/** Counts waiting and running jobs in the gauges of their functions. */
import type { AdjustGauge } from '../../protocol.js';
import { JobGauge } from '../job-gauges.js';
import { type Job, JobState } from './model.js';

function gaugeOf(state: JobState): number | undefined {
  if (state === JobState.waiting) return JobGauge.waiting;
  return state === JobState.running ? JobGauge.running : undefined;
}

/** Moves the job to the gauge of its present state and function. */
export function countJob(job: Job, adjustGauge: AdjustGauge): void {
  const { state, countedState, countedFunction, names } = job;
  const name = typeof names.function === 'string' ? names.function : undefined;
  if (state === countedState && name === countedFunction) return;
  const before = gaugeOf(countedState);
  if (before !== undefined) adjustGauge(before, countedFunction, -1);
  const now = gaugeOf(state);
  if (now !== undefined) adjustGauge(now, name, 1);
  job.countedState = state;
  job.countedFunction = name;
}
