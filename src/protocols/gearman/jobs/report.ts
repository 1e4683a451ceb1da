/** The lines about jobs: `gearman.job`. */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import type { EventOutcome, Level } from '../../../records/record.js';
import { ToClient, ToServer } from '../../protocol.js';
import type { Fields } from '../fields.js';
import { demandOf } from './demand.js';
import { age, delayWithin, dueSecond, timeInState } from './job.js';
import { type Ending, type Job, JobState, type Peer, type Progress } from './model.js';
import { endSentence, openSentence, refusedSentence, stuckSentence } from './sentence.js';

/** What a line about a job can tell. */
export const JOB_ACTIONS = [
  'WORK_COMPLETE',
  'WORK_FAIL',
  'WORK_EXCEPTION',
  'refused',
  'abandoned',
  'unfinished',
  'stuck',
] as const;

/** What is not known is NaN, and what would be negative was seen in the wrong order. */
export function knownDuration(nanoseconds: number): number | undefined {
  return nanoseconds >= 0 ? nanoseconds : undefined;
}

// Here objects are made without spreading one into another, which is most of what they would cost.

function peerFields(peer: Peer | undefined): Fields | undefined {
  if (peer === undefined) return undefined;
  const { id, ip, port } = peer;
  if (id === undefined) return { ip, port };
  const { client_id, client_id_hex, client_id_bytes } = id;
  return { client_id, client_id_hex, client_id_bytes, ip, port };
}

function positive(count: number): number | undefined {
  return count > 0 ? count : undefined;
}

/** What its worker sent, or, where that was not seen, what its client was sent of it. */
function progressOf(job: Job): Progress | undefined {
  return job.byWorker ?? (job.worker === undefined ? job.toClient : undefined);
}

function fieldsOf(job: Job): Fields {
  const progress = progressOf(job);
  const id = job.client?.id;
  const fields: Fields = { ...job.names };
  fields.priority = job.priority;
  fields.background = job.background;
  fields.workload_bytes = job.workloadBytes;
  Object.assign(fields, id);
  fields.coalesced = positive(job.coalesced);
  fields.worker = peerFields(job.worker);
  fields.previous_worker = peerFields(job.previousWorker);
  fields.reassigned = positive(job.reassigned);
  fields.delay = job.delay;
  fields.queue_wait = knownDuration(job.queueWait);
  fields.lost_run_time = positive(job.lostRunTime);
  if (progress !== undefined) {
    fields.data_packets = positive(progress.dataPackets);
    fields.data_bytes = progress.dataPackets > 0 ? progress.dataBytes : undefined;
    fields.warnings = positive(progress.warnings);
    fields.last_status = progress.status;
  }
  fields.abandoned = job.abandoned || undefined;
  return fields;
}

/** Well-mixed enough to choose one job in so many: a handle ends with a number that counts. */
function keyOf(handle: string): number {
  let key = 0;
  for (let i = 0; i < handle.length; i++) key = (Math.imul(key, 31) + handle.charCodeAt(i)) | 0;
  return key;
}

/**
 * Writes a line. It is the submitter's, from client to server; where that was not seen, it is of the worker's
 * connection, from the server that gives the job to the worker.
 */
function emitJob(
  job: Job,
  at: PacketTimestamp,
  level: Level,
  action: string,
  outcome: EventOutcome,
  message: string,
  duration: number | undefined,
  waiting: number | undefined,
  fields: Fields,
): void {
  const peer = job.client ?? job.worker ?? job.previousWorker;
  if (peer === undefined) return;
  peer.emit(peer === job.client ? ToServer : ToClient, {
    level,
    message,
    seconds: at.seconds,
    nanoseconds: at.nanoseconds,
    packet: at.packet,
    replyPacket: 0,
    dataset: 'gearman.job',
    action,
    outcome,
    duration,
    age: waiting,
    callKey: keyOf(job.handle),
    sections: { gearman: { job: fields } },
  });
}

/** It has ended, by the word of its worker or of the server. */
export function reportEnd(job: Job, ending: Ending): void {
  const { action, payloadBytes } = ending;
  const runTime = job.state === JobState.running ? knownDuration(timeInState(job, ending)) : undefined;
  const fields = fieldsOf(job);
  fields.run_time = runTime;
  if (action === 'WORK_COMPLETE') fields.result_bytes = payloadBytes;
  else if (action === 'WORK_EXCEPTION') fields.exception_bytes = payloadBytes;
  const outcome = action === 'WORK_COMPLETE' ? 'success' : 'failure';
  const message = endSentence(job, ending, knownDuration(job.queueWait), runTime);
  emitJob(job, ending, 'info', action, outcome, message, knownDuration(age(job, ending)), undefined, fields);
}

/** The server did not take it. */
export function reportRefused(job: Job, error: Fields, at: PacketTimestamp): void {
  const fields = fieldsOf(job);
  fields.queue_wait = undefined;
  for (const name in error) if (name.startsWith('error_')) fields[name] = error[name];
  const message = refusedSentence(job, error);
  emitJob(job, at, 'info', 'refused', 'failure', message, knownDuration(age(job, at)), undefined, fields);
}

/** Nobody will run it: its last client went away while it waited. */
export function reportAbandoned(job: Job, at: PacketTimestamp): void {
  const message = openSentence(job, 'abandoned: its client went away', knownDuration(timeInState(job, at)));
  const duration = knownDuration(age(job, at));
  emitJob(job, at, 'info', 'abandoned', 'unknown', message, duration, undefined, openFields(job, at));
}

/** How it ended was not seen, and will not be. */
export function reportUnfinished(job: Job, why: string, at: PacketTimestamp): void {
  const fields = openFields(job, at);
  const sinceSubmission = knownDuration(age(job, at));
  fields.age = sinceSubmission;
  const message = openSentence(job, `unfinished: ${why}`, knownDuration(timeInState(job, at)));
  emitJob(job, at, 'info', 'unfinished', 'unknown', message, undefined, sinceSubmission, fields);
}

/** It waits for longer than it should. */
export function reportStuck(job: Job, waited: number, at: PacketTimestamp): void {
  const { workers, running } = demandOf(job);
  const fields = openFields(job, at);
  fields.age = knownDuration(age(job, at));
  fields.workers = workers;
  fields.running = running;
  const message = stuckSentence(job, waited, workers, running);
  // No packet tells it.
  const now = { ...at, packet: 0 };
  emitJob(job, now, 'warn', 'stuck', 'unknown', message, undefined, waited, fields);
}

/** The fields of a job that has not ended: with the time of what it is at. */
function openFields(job: Job, at: PacketTimestamp): Fields {
  const fields = fieldsOf(job);
  const lasted = timeInState(job, at);
  if (job.state === JobState.waiting) {
    const delay = delayWithin(job, at);
    if (dueSecond(job) !== undefined) fields.delay ??= delay;
    fields.state = 'waiting';
    fields.queue_wait = knownDuration(job.queueWait + lasted - delay);
  } else {
    fields.state = 'running';
    fields.run_time = knownDuration(lasted);
  }
  return fields;
}
