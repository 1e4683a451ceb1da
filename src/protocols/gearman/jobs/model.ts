/** Jobs, the connections that submit and run them, and their servers. */
import { nanosecondsBetween, type Timestamp, type ToWallClock } from '../../../packet/timestamp.js';
import type { Connection, Emit } from '../../protocol.js';
import type { Fields } from '../fields.js';

export const JobState = {
  /** The server has not answered the submission, so that the job has no handle. */
  submitted: 0,
  /** In the server's queue. */
  waiting: 1,
  /** Assigned to a worker. */
  running: 2,
  /** Reported. Later packets about it are ignored. */
  done: 3,
} as const;
export type JobState = (typeof JobState)[keyof typeof JobState];

/** A client or worker. Small, since jobs refer to it after its connection has ended. */
export interface Peer {
  readonly emit: Emit;
  readonly ip: string;
  readonly port: number;
  /** The `client_id` fields of SET_CLIENT_ID. */
  id: Fields | undefined;
}

/** What a worker sent while a job ran, or what the server relayed to the client. */
export interface Progress {
  dataPackets: number;
  dataBytes: number;
  warnings: number;
  status: Fields | undefined;
}

/** The packet that ended a job, from its worker or from the server. */
export interface Ending {
  readonly action: string;
  readonly payloadBytes: number | undefined;
  /** The worker's packet as a request (Pairing.serial); 0: from the server. */
  readonly serial: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly packet: number;
}

/** A job, assembled from the connections of its client and of its worker. lifecycle.ts has its transitions. */
export class Job {
  readonly server: Server;
  state: JobState = JobState.submitted;
  /** Empty: not known yet. */
  handle = '';
  /** The handle, and the arguments of the submission or the assignment. */
  names: Fields = {};
  priority: 'low' | 'normal' | 'high' | undefined = undefined;
  background: boolean | undefined = undefined;
  workloadBytes: number | undefined = undefined;
  /** The submitter; undefined: not seen. */
  client: Peer | undefined = undefined;
  /** Connections that the server notifies of the job's end, as far as captured. */
  readonly clients: Set<JobConnection> = new Set();
  /** All clients have disconnected: if the job waits, the server drops it. */
  abandoned = false;
  /** Further submissions that the server joined to this job. */
  coalesced = 0;
  /** The worker of the last assignment. */
  worker: Peer | undefined = undefined;
  /** The connection of that worker while it has the job. */
  runner: JobConnection | undefined = undefined;
  previousWorker: Peer | undefined = undefined;
  reassigned = 0;
  /** Time of the submission. Seconds of an unknown time are NaN, like all durations computed from it. */
  seconds = Number.NaN;
  nanoseconds = 0;
  /** Time at which the job entered its state. */
  stateSeconds = Number.NaN;
  stateNanoseconds = 0;
  /** Nanoseconds until the scheduled time, in the queue, and with workers that did not finish the job. */
  delay: number | undefined = undefined;
  queueWait = Number.NaN;
  lostRunTime = 0;
  stuckReported = false;
  /** Bytes of the worker were lost since the assignment, perhaps with the completion. */
  endMayBeLost = false;
  /** A completion that the server may still refuse, and the connection that sent it. */
  unacknowledged: Ending | undefined = undefined;
  unacknowledgedBy: JobConnection | undefined = undefined;
  /** The function for which the job counts as running (demand.ts). */
  demandFunction: string | undefined = undefined;
  /** The state and function under which the job is counted (gauge.ts). */
  countedState: JobState = JobState.done;
  countedFunction: string | undefined = undefined;
  byWorker: Progress | undefined = undefined;
  toClient: Progress | undefined = undefined;
  /** Bytes that the job counts for in the limit of the table. */
  weight = 0;

  constructor(server: Server) {
    this.server = server;
  }

  /** Nanoseconds since the submission; NaN: unknown. */
  age(at: Timestamp): number {
    return nanosecondsBetween(this.seconds, this.nanoseconds, at);
  }

  /** Nanoseconds since the job entered its state; NaN: unknown. */
  timeInState(at: Timestamp): number {
    return nanosecondsBetween(this.stateSeconds, this.stateNanoseconds, at);
  }

  restartTimeInState(at: Timestamp): void {
    this.stateSeconds = at.seconds;
    this.stateNanoseconds = at.nanoseconds;
  }

  /** The wall-clock second before which the job may not run (SUBMIT_JOB_EPOCH); undefined: none. */
  dueSecond(): number | undefined {
    return typeof this.names.epoch === 'number' ? this.names.epoch : undefined;
  }

  /** Nanoseconds since dueSecond(); undefined: none. */
  timeSinceDue(at: Timestamp): number | undefined {
    const due = this.dueSecond();
    if (due === undefined) return undefined;
    return nanosecondsBetween(due, 0, this.server.toWallClock(at.seconds, at.nanoseconds));
  }

  /** Nanoseconds of the present wait that were before the scheduled time. */
  delayWithin(at: Timestamp): number {
    const sinceDue = this.timeSinceDue(at);
    if (sinceDue === undefined || this.delay !== undefined) return 0;
    const wait = this.timeInState(at);
    return Math.max(0, Math.min(wait - sinceDue, wait));
  }
}

/** The jobs of a connection: submitted as a client, or run as a worker. */
export interface JobConnection {
  readonly peer: Peer;
  readonly server: Server;
  readonly table: JobTable;
  /** Submissions that the server has not answered, by their number (Pairing.serial). */
  readonly submissions: Map<number, Job>;
  /** Jobs whose end the server reports to this client. */
  readonly attached: Set<Job>;
  /** Jobs that are assigned to this worker. */
  readonly assigned: Set<Job>;
  /** Jobs whose completion by this worker the server may still refuse; oldest first. */
  readonly unacknowledged: Set<Job>;
  /** Functions that the worker registered, and whether they have a timeout (CAN_DO_TIMEOUT). */
  readonly abilities: Map<string, boolean>;
  /** All responses so far were captured: a job that they did not assign is not this worker's. */
  sawAllResponses: boolean;
}

/** Workers and running jobs of a function. */
export interface Demand {
  /** Connections that registered the function (CAN_DO), or were assigned a job of it. */
  workers: number;
  running: number;
}

export interface Server {
  readonly key: string;
  readonly toWallClock: ToWallClock;
  /** By handle; recently reported jobs too. */
  readonly handles: Map<string, Job>;
  readonly demand: Map<string, Demand>;
  connections: number;
}

/** table.ts */
export interface JobTable {
  /** Jobs that are not done, oldest first. */
  readonly openJobs: ReadonlySet<Job>;
  /** The server of a new connection, until releaseServer(). */
  acquireServer(connection: Connection): Server;
  releaseServer(server: Server): void;
  add(job: Job): void;
  /** Call after a change of the job's names. */
  updateWeight(job: Job): void;
  /** Call after a change of the job's state. */
  updateGauge(job: Job): void;
  setHandle(job: Job, handle: string): void;
  /** Removes a job, and its handle with it. */
  remove(job: Job): void;
  /** Marks a job done. Its handle stays known for a while. */
  retire(job: Job): void;
}
