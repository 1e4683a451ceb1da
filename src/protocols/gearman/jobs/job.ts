/** A job as it is followed, put together from the connections of its client and of its worker. */
import { nanosecondsBetween } from '../../../records/time.js';
import type { Emit, Moment } from '../../protocol.js';
import type { Fields } from '../fields.js';
import type { JobConnection } from './connection.js';
import type { Server } from './table.js';

export const State = {
  /** Asked for; the server has not answered yet, so that it has no handle. */
  submitted: 0,
  /** In the server's queue. */
  waiting: 1,
  /** A worker has it. */
  running: 2,
  /** Told of: what is said of it now was said before, or comes too late. */
  done: 3,
} as const;
export type State = (typeof State)[keyof typeof State];

/** Who a job comes from or goes to. It outlives its connection, so it is kept small. */
export interface Peer {
  readonly emit: Emit;
  readonly ip: string;
  readonly port: number;
  /** SET_CLIENT_ID: `client_id`, as the packet has it. */
  id: Fields | undefined;
}

/** What a worker sent on its way, or what a client was sent of it. */
export interface Progress {
  dataPackets: number;
  dataBytes: number;
  warnings: number;
  status: Fields | undefined;
}

/** How a job ended, as a worker or the server said it. */
export interface Ending {
  readonly action: string;
  readonly payloadBytes: number | undefined;
  /** Of the worker's packet, as a request (Pairing.serial); 0: none. */
  readonly serial: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly packet: number;
}

export interface Job {
  readonly server: Server;
  state: State;
  /** Empty: not known yet. */
  handle: string;
  /** The handle and what the submission's or the assignment's arguments say. */
  names: Fields;
  priority: 'low' | 'normal' | 'high' | undefined;
  background: boolean | undefined;
  workloadBytes: number | undefined;
  /** Who submitted it; undefined: not seen. */
  client: Peer | undefined;
  /** Connections that the server will tell of its end, as far as they were seen. */
  clients: JobConnection[];
  /** All of them are gone: if it waits, nobody will run it. */
  abandoned: boolean;
  coalesced: number;
  /** The last one that it was given to. */
  worker: Peer | undefined;
  /** That one's connection, as long as it is open and has the job. */
  runner: JobConnection | undefined;
  /** Who had it before. */
  previous: Peer | undefined;
  reassigned: number;
  /** When it was submitted. Where a time is not known, its seconds are NaN, and so is what is reckoned with it. */
  seconds: number;
  nanoseconds: number;
  /** Since when it waits, or runs. */
  sinceSeconds: number;
  sinceNanoseconds: number;
  /** Nanoseconds: until its appointed time, in the queue, and with workers that did not finish it. */
  delay: number | undefined;
  queueWait: number;
  lostRunTime: number;
  /** It was told that it waits too long. */
  told: boolean;
  /** Bytes of its worker's connection were lost since it was given to it: its end may be among them. */
  unsure: boolean;
  /** An end that the server may refuse, and whose word it is. */
  claim: Ending | undefined;
  claimant: JobConnection | undefined;
  /** The function as one of whose running jobs it is counted (demand.ts). */
  counted: string | undefined;
  byWorker: Progress | undefined;
  toClient: Progress | undefined;
  /** Bytes that remembering it is charged with. */
  weight: number;
}

export function newJob(server: Server): Job {
  return {
    server,
    state: State.submitted,
    handle: '',
    names: {},
    priority: undefined,
    background: undefined,
    workloadBytes: undefined,
    client: undefined,
    clients: [],
    abandoned: false,
    coalesced: 0,
    worker: undefined,
    runner: undefined,
    previous: undefined,
    reassigned: 0,
    seconds: Number.NaN,
    nanoseconds: 0,
    sinceSeconds: Number.NaN,
    sinceNanoseconds: 0,
    delay: undefined,
    queueWait: Number.NaN,
    lostRunTime: 0,
    told: false,
    unsure: false,
    claim: undefined,
    claimant: undefined,
    counted: undefined,
    byWorker: undefined,
    toClient: undefined,
    weight: 0,
  };
}

type Instant = Pick<Moment, 'seconds' | 'nanoseconds'>;

/** Nanoseconds since the job was submitted; NaN: not known. */
export function age(job: Job, at: Instant): number {
  return nanosecondsBetween(job.seconds, job.nanoseconds, at);
}

/** Nanoseconds since it waits, or runs. */
export function sinceThen(job: Job, at: Instant): number {
  return nanosecondsBetween(job.sinceSeconds, job.sinceNanoseconds, at);
}

export function setSince(job: Job, at: Instant): void {
  job.sinceSeconds = at.seconds;
  job.sinceNanoseconds = at.nanoseconds;
}

/** The second before which the job is not to be run, where it was submitted for a time. */
export function dueSecond(job: Job): number | undefined {
  return typeof job.names.epoch === 'number' ? job.names.epoch : undefined;
}

/** Nanoseconds of the wait at hand that were until the appointed time. */
export function delayed(job: Job, at: Instant): number {
  const due = dueSecond(job);
  if (due === undefined || job.delay !== undefined) return 0;
  const until = nanosecondsBetween(job.sinceSeconds, job.sinceNanoseconds, { seconds: due, nanoseconds: 0 });
  return Math.max(0, Math.min(until, sinceThen(job, at)));
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

export function endingOf(action: string, fields: Fields, serial: number, at: Moment): Ending {
  const { seconds, nanoseconds, packet } = at;
  const payloadBytes = typeof fields.payload_bytes === 'number' ? fields.payload_bytes : undefined;
  return { action, payloadBytes, serial, seconds, nanoseconds, packet };
}
