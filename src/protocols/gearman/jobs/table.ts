/**
 * The jobs of all servers that a decoder sees, by server and handle. It is bounded: the oldest job is evicted first,
 * and counted. Handles of reported jobs stay known for a while, so that late packets do not start another job.
 */
import type { Connection, HostHooks } from '../../protocol.js';
import { detachConnections } from './connection.js';
import { countJob } from './gauge.js';
import { type Job, JobState, type JobTable, type Server } from './model.js';

/** Jobs in the table, and the bytes of their names. */
export const JOBS_LIMIT = 100_000;
const WEIGHT_LIMIT = 64 << 20;
/** Reported jobs whose handles stay known. */
const RETIRED_LIMIT = 16_384;
/** Removals after which the iterator over the oldest jobs is dropped. */
const ITERATOR_LIMIT = 1024;

const NO_NAMES = Object.freeze({});

function weightOf(job: Job): number {
  let weight = job.handle.length;
  for (const name in job.names) {
    const value = job.names[name];
    if (typeof value === 'string') weight += value.length;
  }
  return weight;
}

export class BoundedJobTable implements JobTable {
  // A Set keeps the order of insertion: the first is the oldest.
  readonly openJobs: Set<Job> = new Set();
  private readonly host: HostHooks;
  private readonly servers: Map<string, Server> = new Map();
  /** A ring buffer. */
  private readonly retired: (Job | undefined)[] = new Array(RETIRED_LIMIT).fill(undefined);
  private nextRetired = 0;
  private weight = 0;
  /**
   * Kept between evictions: a new iterator would first step over all removed entries. While an iterator is idle, V8
   * retains earlier tables of the Set, so it is dropped after a number of removals.
   */
  private oldest: IterableIterator<Job> | undefined = undefined;
  private removals = 0;

  constructor(host: HostHooks) {
    this.host = host;
  }

  acquireServer({ ipVersion, server, serverPort }: Connection): Server {
    const key = `${ipVersion} ${server.join(' ')} ${serverPort}`;
    let found = this.servers.get(key);
    if (found === undefined) {
      const { toWallClock } = this.host;
      found = { key, toWallClock, handles: new Map(), demand: new Map(), connections: 0 };
      this.servers.set(key, found);
    }
    found.connections++;
    return found;
  }

  releaseServer(server: Server): void {
    server.connections--;
    this.dropUnusedServer(server);
  }

  add(job: Job): void {
    this.openJobs.add(job);
    this.updateWeight(job);
  }

  updateWeight(job: Job): void {
    const weight = weightOf(job);
    this.weight += weight - job.weight;
    job.weight = weight;
    this.updateGauge(job);
    this.enforceLimits();
  }

  updateGauge(job: Job): void {
    countJob(job, this.host.adjustGauge);
  }

  setHandle(job: Job, handle: string): void {
    job.handle = handle;
    job.server.handles.set(handle, job);
    this.updateWeight(job);
  }

  remove(job: Job): void {
    this.close(job);
    this.dropHandle(job);
  }

  retire(job: Job): void {
    this.close(job);
    if (job.server.handles.get(job.handle) !== job) return;
    const oldest = this.retired[this.nextRetired];
    this.retired[this.nextRetired] = job;
    this.nextRetired = (this.nextRetired + 1) % RETIRED_LIMIT;
    if (oldest !== undefined) this.dropHandle(oldest);
  }

  private enforceLimits(): void {
    const { openJobs } = this;
    while (openJobs.size > JOBS_LIMIT || (this.weight > WEIGHT_LIMIT && openJobs.size > 1)) {
      const job = this.nextOldest();
      if (job === undefined) return;
      // Packets of its worker still count, although the assignment is evicted.
      if (job.runner !== undefined) job.runner.sawAllResponses = false;
      this.remove(job);
      this.host.count('jobs_evicted');
    }
  }

  private nextOldest(): Job | undefined {
    this.removals = 0;
    const next = this.oldest?.next();
    if (next !== undefined && next.done !== true) return next.value;
    this.oldest = this.openJobs.values();
    return this.oldest.next().value;
  }

  /** Marks a job done and drops its references. */
  private close(job: Job): void {
    this.openJobs.delete(job);
    if (++this.removals > ITERATOR_LIMIT) this.oldest = undefined;
    this.weight -= job.weight;
    job.weight = 0;
    detachConnections(job);
    job.state = JobState.done;
    this.updateGauge(job);
    job.names = NO_NAMES;
    job.client = undefined;
    job.worker = undefined;
    job.previousWorker = undefined;
    job.byWorker = undefined;
    job.toClient = undefined;
  }

  private dropHandle(job: Job): void {
    const { handles } = job.server;
    if (handles.get(job.handle) === job) handles.delete(job.handle);
    this.dropUnusedServer(job.server);
  }

  private dropUnusedServer(server: Server): void {
    if (server.connections === 0 && server.handles.size === 0) this.servers.delete(server.key);
  }
}
