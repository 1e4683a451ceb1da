/** The gauges of jobs by function. */
import type { LabelledGauges } from '../module.js';

/** Their indexes in JOB_GAUGES.metrics. */
export const JobGauge = { waiting: 0, running: 1 } as const;

export const JOB_GAUGES: LabelledGauges = {
  label: 'function',
  metrics: [
    {
      name: 'wiretail_gearman_jobs_waiting',
      help: 'Gearman jobs that wait for a worker, by function.',
    },
    {
      name: 'wiretail_gearman_jobs_running',
      help: 'Gearman jobs that a worker has, by function.',
    },
  ],
};
