/** Records about jobs: `gearman.job`. */
import type { PacketTimestamp, Timestamp } from '../../../packet/timestamp.js';
import type { EventOutcome, Level } from '../../../records/record.js';
import { ToClient, ToServer } from '../../protocol.js';
import type { Fields } from '../fields.js';
import { demandOf } from './demand.js';
import { type Ending, type Job, JobState, type Peer, type Progress } from './model.js';
import { endSentence, openSentence, refusedSentence, stuckSentence } from './sentence.js';

/** event.action of these records. */
export const JOB_ACTIONS = [
  'WORK_COMPLETE',
  'WORK_FAIL',
  'WORK_EXCEPTION',
  'refused',
  'abandoned',
  'unfinished',
  'stuck',
] as const;

/** Why the end of a job was not seen. */
export type UnfinishedReason = 'stopped' | 'handle reused' | 'bytes lost';

function unfinishedSentence(job: Job, reason: UnfinishedReason, time: number | undefined): string {
  if (reason === 'stopped') return openSentence(job, 'wiretail stopped; job still', 'after', time);
  const cause = reason === 'handle reused' ? 'its handle was reused' : 'bytes of its worker were lost';
  return openSentence(job, `end not seen, ${cause}; last seen`, 'for', time);
}

/** undefined for unknown durations (NaN), and for negative ones, from packets out of order. */
function knownDuration(nanoseconds: number): number | undefined {
  return nanoseconds >= 0 ? nanoseconds : undefined;
}

// Objects are built field by field, since spreads would dominate the cost.

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

/** The progress that its worker sent or, if the worker was not seen, that its client received. */
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

/** The fields of a job that has not ended, with the time in its state. */
function openFieldsOf(job: Job, at: Timestamp): Fields {
  const fields = fieldsOf(job);
  const time = job.timeInState(at);
  if (job.state === JobState.waiting) {
    const delay = job.delayWithin(at);
    if (job.dueSecond() !== undefined) fields.delay ??= delay;
    fields.state = 'waiting';
    fields.queue_wait = knownDuration(job.queueWait + time - delay);
  } else {
    fields.state = 'running';
    fields.run_time = knownDuration(time);
  }
  return fields;
}

/** A hash of the handle, for sampling. */
function keyOf(handle: string): number {
  let key = 0;
  for (let i = 0; i < handle.length; i++) key = (Math.imul(key, 31) + handle.charCodeAt(i)) | 0;
  return key;
}

interface JobRecord {
  readonly level: Level;
  readonly action: string;
  readonly outcome: EventOutcome;
  readonly message: string;
  readonly duration?: number | undefined;
  readonly age?: number | undefined;
  readonly fields: Fields;
}

/**
 * The record belongs to the connection of the submitter, from client to server. If the submission was not seen, it
 * belongs to the connection of the worker, from server to client.
 */
function emitJob(job: Job, at: Readonly<PacketTimestamp>, record: JobRecord): void {
  const peer = job.client ?? job.worker ?? job.previousWorker;
  if (peer === undefined) return;
  const { level, message, action, outcome, duration, age, fields } = record;
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
    age,
    callKey: keyOf(job.handle),
    sections: { gearman: { job: fields } },
  });
}

/** The worker or the server ended the job. */
export function reportEnd(job: Job, ending: Ending): void {
  const { action, payloadBytes } = ending;
  const runTime = job.state === JobState.running ? knownDuration(job.timeInState(ending)) : undefined;
  const fields = fieldsOf(job);
  fields.run_time = runTime;
  if (action === 'WORK_COMPLETE') fields.result_bytes = payloadBytes;
  else if (action === 'WORK_EXCEPTION') fields.exception_bytes = payloadBytes;
  emitJob(job, ending, {
    level: 'info',
    action,
    outcome: action === 'WORK_COMPLETE' ? 'success' : 'failure',
    message: endSentence(job, ending, knownDuration(job.queueWait), runTime),
    duration: knownDuration(job.age(ending)),
    fields,
  });
}

/** The server refused the submission. */
export function reportRefused(job: Job, error: Fields, at: PacketTimestamp): void {
  const fields = fieldsOf(job);
  fields.queue_wait = undefined;
  for (const name in error) if (name.startsWith('error_')) fields[name] = error[name];
  emitJob(job, at, {
    level: 'info',
    action: 'refused',
    outcome: 'failure',
    message: refusedSentence(job, error),
    duration: knownDuration(job.age(at)),
    fields,
  });
}

/** The last client disconnected while the job waited: the server drops it. */
export function reportAbandoned(job: Job, at: PacketTimestamp): void {
  emitJob(job, at, {
    level: 'info',
    action: 'abandoned',
    outcome: 'unknown',
    message: openSentence(
      job,
      'abandoned, its client disconnected; was',
      'for',
      knownDuration(job.timeInState(at)),
    ),
    duration: knownDuration(job.age(at)),
    fields: openFieldsOf(job, at),
  });
}

/** The end of the job was not seen and will not be. */
export function reportUnfinished(job: Job, reason: UnfinishedReason, at: PacketTimestamp): void {
  const fields = openFieldsOf(job, at);
  const age = knownDuration(job.age(at));
  fields.age = age;
  emitJob(job, at, {
    level: 'info',
    action: 'unfinished',
    outcome: 'unknown',
    message: unfinishedSentence(job, reason, knownDuration(job.timeInState(at))),
    age,
    fields,
  });
}

/** The job has waited for a worker longer than the limit. */
export function reportStuck(job: Job, wait: number, at: PacketTimestamp): void {
  const { workers, running } = demandOf(job);
  const fields = openFieldsOf(job, at);
  fields.age = knownDuration(job.age(at));
  fields.workers = workers;
  fields.running = running;
  const { seconds, nanoseconds } = at;
  // Caused by a timer, not by a packet.
  emitJob(
    job,
    { seconds, nanoseconds, packet: 0 },
    {
      level: 'warn',
      action: 'stuck',
      outcome: 'unknown',
      message: stuckSentence(job, wait, workers, running),
      age: wait,
      fields,
    },
  );
}
