/**
 * The jobs of all servers that a decoder sees, by server and handle. It is bounded: the oldest job goes first,
 * and that is counted. Jobs that were told of are remembered for a while, so that what comes late of them
 * is not taken for another job.
 */
import type { HostHooks } from '../../protocol.js';
import { detachConnections } from './connection.js';
import { countJob } from './gauge.js';
import { type Job, JobState, type JobTable, type Server } from './model.js';

/** Jobs that are remembered, and the bytes of their names. */
export const JOBS_LIMIT = 100_000;
const WEIGHT_LIMIT = 64 << 20;
/** Jobs that were told of and are still known. */
const DONE_LIMIT = 16_384;

/** Jobs that may be gone since the oldest was asked for, until it is looked for anew. */
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

export function newJobTable({ count, adjustGauge, toWallClock }: HostHooks): JobTable {
  const servers = new Map<string, Server>();
  // A Set keeps the order of insertion: the first is the oldest.
  const jobs = new Set<Job>();
  // To look for the first anew would mean to step over all that are gone; an iterator goes on where it was. But one that is
  // left alone keeps all that are gone since: V8 lets it find its way through each table that the Set has had.
  let oldest: IterableIterator<Job> | undefined;
  let gone = 0;
  /** Those that were told of, in a circle. */
  const done: (Job | undefined)[] = new Array(DONE_LIMIT).fill(undefined);
  let doneAt = 0;
  let weight = 0;

  const takeOldest = (): Job | undefined => {
    gone = 0;
    const next = oldest?.next();
    if (next !== undefined && next.done !== true) return next.value;
    oldest = jobs.values();
    return oldest.next().value;
  };

  const clear = (server: Server) => {
    if (server.connections === 0 && server.handles.size === 0) servers.delete(server.key);
  };
  const show = (job: Job) => countJob(job, adjustGauge);
  const unname = (job: Job) => {
    if (job.server.handles.get(job.handle) === job) job.server.handles.delete(job.handle);
    clear(job.server);
  };
  const forget = (job: Job) => {
    jobs.delete(job);
    if (++gone > ITERATOR_LIMIT) oldest = undefined;
    weight -= job.weight;
    job.weight = 0;
    detachConnections(job);
    job.state = JobState.done;
    show(job);
    job.names = NO_NAMES;
    job.client = undefined;
    job.worker = undefined;
    job.previousWorker = undefined;
    job.byWorker = undefined;
    job.toClient = undefined;
  };
  const limit = () => {
    while (jobs.size > JOBS_LIMIT || (weight > WEIGHT_LIMIT && jobs.size > 1)) {
      const job = takeOldest();
      if (job === undefined) return;
      // What its worker says of it still counts, though nobody will know that it was given to it.
      if (job.runner !== undefined) job.runner.sawAllResponses = false;
      forget(job);
      unname(job);
      count('jobs_evicted');
    }
  };
  const weigh = (job: Job) => {
    const now = weightOf(job);
    weight += now - job.weight;
    job.weight = now;
    show(job);
    limit();
  };

  return {
    server({ ipVersion, server, serverPort }) {
      const key = `${ipVersion} ${server.join(' ')} ${serverPort}`;
      let found = servers.get(key);
      if (found === undefined) {
        found = { key, toWallClock, handles: new Map(), demand: new Map(), connections: 0 };
        servers.set(key, found);
      }
      found.connections++;
      return found;
    },
    left(server) {
      server.connections--;
      clear(server);
    },
    add(job) {
      jobs.add(job);
      weigh(job);
    },
    weigh,
    show,
    setHandle(job, handle) {
      job.handle = handle;
      job.server.handles.set(handle, job);
      weigh(job);
    },
    remove(job) {
      forget(job);
      unname(job);
    },
    retire(job) {
      forget(job);
      if (job.server.handles.get(job.handle) !== job) return;
      const longest = done[doneAt];
      done[doneAt] = job;
      doneAt = (doneAt + 1) % DONE_LIMIT;
      if (longest !== undefined) unname(longest);
    },
    open: () => jobs,
  };
}
