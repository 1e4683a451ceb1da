/** What a line about a job says to people. */
import { displayName, formatByteCount, formatDuration } from '../../../records/phrases.js';
import type { Fields } from '../fields.js';
import { type Ending, type Job, JobState, type Peer } from './model.js';

function jobName(job: Job): string {
  const { names } = job;
  let words = 'job';
  if (names.function !== undefined && names.function !== '') words += ` ${displayName(names.function)}`;
  if (names.handle !== undefined) words += ` ${displayName(names.handle)}`;
  const unique = names.unique_id;
  if (unique !== undefined && unique !== '') words += ` (unique ${displayName(unique)})`;
  return words;
}

function peerName(peer: Peer): string {
  const id = peer.id?.client_id;
  return id === undefined || id === '' ? `${peer.ip}:${peer.port}` : `${displayName(id)} ${peer.ip}`;
}

function history(job: Job): string {
  let words = '';
  if (job.reassigned > 0) {
    words += `, given out again ${job.reassigned === 1 ? 'once' : `${job.reassigned} times`}`;
  }
  if (job.previousWorker !== undefined) words += `, before by ${peerName(job.previousWorker)}`;
  if (job.coalesced > 0)
    words += `, ${job.coalesced} more ${job.coalesced === 1 ? 'submission' : 'submissions'}`;
  return words;
}

/** `job reverse H:lab:12 -> ok, 5 bytes; waited 1.20 ms, ran 3.40 ms by worker-7 10.0.0.3`. */
export function endSentence(
  job: Job,
  { action, payloadBytes }: Ending,
  queueWait: number | undefined,
  runTime: number | undefined,
): string {
  let words = `${jobName(job)} -> ${action === 'WORK_COMPLETE' ? 'ok' : action}`;
  if (payloadBytes !== undefined) words += `, ${formatByteCount(payloadBytes)}`;
  const times: string[] = [];
  if (job.delay !== undefined) times.push(`due after ${formatDuration(job.delay)}`);
  if (queueWait !== undefined) times.push(`waited ${formatDuration(queueWait)}`);
  const by = job.worker !== undefined && job.state === JobState.running ? ` by ${peerName(job.worker)}` : '';
  if (runTime !== undefined) times.push(`ran ${formatDuration(runTime)}${by}`);
  else if (by !== '') times.push(`run${by}`);
  if (times.length > 0) words += `; ${times.join(', ')}`;
  return words + history(job);
}

/** `job reverse (unique u1) -> refused: QUEUE_ERROR: Job queue is full`. */
export function refusedSentence(job: Job, error: Fields): string {
  const text = error.error_text === undefined ? '' : `: ${displayName(error.error_text)}`;
  return `${jobName(job)} -> refused: ${displayName(error.error_code ?? 'ERROR')}${text}`;
}

/** `job reverse H:lab:12 -> unfinished: the capture ended; running for 2.00 s by worker-7 10.0.0.3`. */
export function openSentence(job: Job, what: string, lasted: number | undefined): string {
  let words = `${jobName(job)} -> ${what}; ${job.state === JobState.waiting ? 'waiting' : 'running'}`;
  if (job.state === JobState.waiting && job.names.epoch !== undefined) {
    words += `, to be run at ${displayName(job.names.epoch)},`;
  }
  if (lasted !== undefined) words += ` for ${formatDuration(lasted)}`;
  if (job.state === JobState.running && job.worker !== undefined) words += ` by ${peerName(job.worker)}`;
  return words + history(job);
}

/** `job reverse H:lab:12 has waited 61.00 s for a worker: none that can do it was seen`. */
export function stuckSentence(job: Job, waited: number, workers: number, running: number): string {
  let words = `${jobName(job)} has waited ${formatDuration(waited)} for a worker: `;
  if (workers === 0) words += 'none that can do it was seen';
  else {
    words += `${workers} can do it, ${running === 0 ? 'none of its jobs runs' : `${running} of its jobs run`}`;
  }
  return words + history(job);
}
