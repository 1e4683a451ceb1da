/** A new job, its times, and what packets say of it. */
import { nanosecondsBetween, type PacketTimestamp } from '../../../packet/timestamp.js';
import type { Fields } from '../fields.js';
import { type Ending, type Job, JobState, type Server } from './model.js';

export function newJob(server: Server): Job {
  return {
    server,
    state: JobState.submitted,
    handle: '',
    names: {},
    priority: undefined,
    background: undefined,
    workloadBytes: undefined,
    client: undefined,
    clients: new Set(),
    abandoned: false,
    coalesced: 0,
    worker: undefined,
    runner: undefined,
    previousWorker: undefined,
    reassigned: 0,
    seconds: Number.NaN,
    nanoseconds: 0,
    stateSeconds: Number.NaN,
    stateNanoseconds: 0,
    delay: undefined,
    queueWait: Number.NaN,
    lostRunTime: 0,
    stuckReported: false,
    endMayBeLost: false,
    unacknowledged: undefined,
    unacknowledgedBy: undefined,
    demandFunction: undefined,
    countedState: JobState.done,
    countedFunction: undefined,
    byWorker: undefined,
    toClient: undefined,
    weight: 0,
  };
}

type Instant = Pick<PacketTimestamp, 'seconds' | 'nanoseconds'>;

/** Nanoseconds since the job was submitted; NaN: not known. */
export function age(job: Job, at: Instant): number {
  return nanosecondsBetween(job.seconds, job.nanoseconds, at);
}

/** Nanoseconds since it waits, or runs. */
export function timeInState(job: Job, at: Instant): number {
  return nanosecondsBetween(job.stateSeconds, job.stateNanoseconds, at);
}

export function enterState(job: Job, at: Instant): void {
  job.stateSeconds = at.seconds;
  job.stateNanoseconds = at.nanoseconds;
}

/** The second before which the job is not to be run, a time of day, where it was submitted for one. */
export function dueSecond(job: Job): number | undefined {
  return typeof job.names.epoch === 'number' ? job.names.epoch : undefined;
}

/** Nanoseconds since that second. */
export function timeSinceDue(job: Job, at: Instant): number | undefined {
  const due = dueSecond(job);
  return due === undefined
    ? undefined
    : nanosecondsBetween(due, 0, job.server.toWallClock(at.seconds, at.nanoseconds));
}

/** Nanoseconds of the wait at hand that were until the appointed time. */
export function delayWithin(job: Job, at: Instant): number {
  const since = timeSinceDue(job, at);
  if (since === undefined || job.delay !== undefined) return 0;
  const wait = timeInState(job, at);
  return Math.max(0, Math.min(wait - since, wait));
}

/** What is left of a packet's fields when all that is not the job's is taken away. */
export function namesOf(fields: Fields): Fields {
  const { magic, type, type_id, size, payload_bytes, payload, payload_hex, ...names } = fields;
  return names;
}

/** The handle of a packet's fields, with what stands beside it. */
export function handleOf(fields: Fields): Fields {
  const names: Fields = { handle: fields.handle };
  if (fields.handle_hex !== undefined) names.handle_hex = fields.handle_hex;
  if (fields.handle_bytes !== undefined) names.handle_bytes = fields.handle_bytes;
  return names;
}

/** What is known of a job's names, behind the handle of a packet's fields. */
export function namesWithHandle(fields: Fields, known: Fields): Fields {
  return { ...handleOf(fields), ...known };
}

export function endingOf(action: string, fields: Fields, serial: number, at: PacketTimestamp): Ending {
  const { seconds, nanoseconds, packet } = at;
  const payloadBytes = typeof fields.payload_bytes === 'number' ? fields.payload_bytes : undefined;
  return { action, payloadBytes, serial, seconds, nanoseconds, packet };
}
