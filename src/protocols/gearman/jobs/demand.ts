/** Workers and running jobs of each function. */
import type { Demand, Job, Server } from './model.js';

function adjustDemand(server: Server, name: string, workers: number, running: number): void {
  const demand = server.demand.get(name) ?? { workers: 0, running: 0 };
  demand.workers += workers;
  demand.running += running;
  if (demand.workers > 0 || demand.running > 0) server.demand.set(name, demand);
  else server.demand.delete(name);
}

export function countWorkers(server: Server, name: string, by: number): void {
  adjustDemand(server, name, by, 0);
}

/** Counts the job as running for this function; undefined: as not running. */
export function countRunning(job: Job, name: string | undefined): void {
  if (job.demandFunction === name) return;
  if (job.demandFunction !== undefined) adjustDemand(job.server, job.demandFunction, 0, -1);
  if (name !== undefined) adjustDemand(job.server, name, 0, 1);
  job.demandFunction = name;
}

export function demandOf(job: Job): Demand {
  const none = { workers: 0, running: 0 };
  return typeof job.names.function === 'string' ? (job.server.demand.get(job.names.function) ?? none) : none;
}
