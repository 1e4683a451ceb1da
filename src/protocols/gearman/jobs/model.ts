/** What is known of jobs, of who has to do with them, and of their servers. */
import type { ToWallClock } from '../../../packet/timestamp.js';
import type { Connection, Emit } from '../../protocol.js';
import type { Fields } from '../fields.js';

export const JobState = {
  /** Asked for; the server has not answered yet, so that it has no handle. */
  submitted: 0,
  /** In the server's queue. */
  waiting: 1,
  /** A worker has it. */
  running: 2,
  /** Told of: what is said of it now was said before, or comes too late. */
  done: 3,
} as const;
export type JobState = (typeof JobState)[keyof typeof JobState];

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

/** A job as it is followed, put together from the connections of its client and of its worker. */
export interface Job {
  readonly server: Server;
  state: JobState;
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
  readonly clients: Set<JobConnection>;
  /** All of them are gone: if it waits, nobody will run it. */
  abandoned: boolean;
  coalesced: number;
  /** The last one that it was given to. */
  worker: Peer | undefined;
  /** That one's connection, as long as it is open and has the job. */
  runner: JobConnection | undefined;
  /** Who had it before. */
  previousWorker: Peer | undefined;
  reassigned: number;
  /** When it was submitted. Where a time is not known, its seconds are NaN, and so is what is reckoned with it. */
  seconds: number;
  nanoseconds: number;
  /** Since when it waits, or runs. */
  stateSeconds: number;
  stateNanoseconds: number;
  /** Nanoseconds: until its appointed time, in the queue, and with workers that did not finish it. */
  delay: number | undefined;
  queueWait: number;
  lostRunTime: number;
  /** It was told that it waits too long. */
  stuckReported: boolean;
  /** Bytes of its worker's connection were lost since it was given to it: its end may be among them. */
  endMayBeLost: boolean;
  /** An end that the server may refuse, and whose word it is. */
  unacknowledged: Ending | undefined;
  unacknowledgedBy: JobConnection | undefined;
  /** The function as one of whose running jobs it is counted (demand.ts). */
  demandFunction: string | undefined;
  /** As what, and of which function, it is shown outside (gauge.ts). */
  countedState: JobState;
  countedFunction: string | undefined;
  byWorker: Progress | undefined;
  toClient: Progress | undefined;
  /** Bytes that remembering it is charged with. */
  weight: number;
}

/** What a connection has to do with jobs: as a client that submits them, as a worker that runs them. */
export interface JobConnection {
  readonly peer: Peer;
  readonly server: Server;
  readonly table: JobTable;
  /** Submissions that the server has not answered, by their number (Pairing.serial). */
  readonly submissions: Map<number, Job>;
  /** Jobs of whose end the server will tell this client. */
  readonly attached: Set<Job>;
  /** Jobs that this worker has. */
  readonly assigned: Set<Job>;
  /** Jobs that it said the end of, which the server may refuse; oldest first. */
  readonly unacknowledged: Set<Job>;
  /** The functions that it can do, and whether the server watches their time (CAN_DO_TIMEOUT). */
  readonly abilities: Map<string, boolean>;
  /** All that the server said so far was seen: what it did not assign is not this worker's. */
  sawAllResponses: boolean;
}

export interface Demand {
  /** Connections that were seen to say so (CAN_DO), or to be given such a job. */
  workers: number;
  running: number;
}

export interface Server {
  readonly key: string;
  readonly toWallClock: ToWallClock;
  /** Those that were told of, too. */
  readonly handles: Map<string, Job>;
  readonly demand: Map<string, Demand>;
  connections: number;
}

export interface JobTable {
  /** The server of a connection that is opened now; `left` when it ends. */
  server(connection: Connection): Server;
  left(server: Server): void;
  /** Remembers a job. */
  add(job: Job): void;
  /** It has names now that are to be charged for. */
  weigh(job: Job): void;
  /** It waits now, or runs. */
  show(job: Job): void;
  /** The job has this handle from now on. */
  setHandle(job: Job, handle: string): void;
  /** As if it had never been. */
  remove(job: Job): void;
  /** It was told of. */
  retire(job: Job): void;
  /** All that are not done, oldest first. */
  open(): ReadonlySet<Job>;
}
