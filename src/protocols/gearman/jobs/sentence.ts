/** The sentences of records about jobs. */
import { displayName, formatByteCount, formatDuration } from '../../../records/phrases.js';
import type { Fields } from '../fields.js';
import { type Ending, type Job, JobState, type Peer } from './model.js';

/** `job reverse H:lab:12 (unique u1)` */
function jobName(job: Job): string {
  const { names } = job;
  let name = 'job';
  if (names.function !== undefined && names.function !== '') name += ` ${displayName(names.function)}`;
  if (names.handle !== undefined) name += ` ${displayName(names.handle)}`;
  const unique = names.unique_id;
  if (unique !== undefined && unique !== '') name += ` (unique ${displayName(unique)})`;
  return name;
}

function peerName(peer: Peer): string {
  const id = peer.id?.client_id;
  return id === undefined || id === '' ? `${peer.ip}:${peer.port}` : `${displayName(id)} ${peer.ip}`;
}

/** `, reassigned once, previous worker worker-6 10.0.0.4, 2 coalesced submissions` */
function history(job: Job): string {
  let text = '';
  if (job.reassigned > 0) {
    text += `, reassigned ${job.reassigned === 1 ? 'once' : `${job.reassigned} times`}`;
  }
  if (job.previousWorker !== undefined) text += `, previous worker ${peerName(job.previousWorker)}`;
  if (job.coalesced > 0) {
    text += `, ${job.coalesced} coalesced ${job.coalesced === 1 ? 'submission' : 'submissions'}`;
  }
  return text;
}

/** `job reverse H:lab:12 -> ok, 5 bytes; queued 1.20 ms, ran 3.40 ms on worker-7 10.0.0.3` */
export function endSentence(
  job: Job,
  { action, payloadBytes }: Ending,
  queueWait: number | undefined,
  runTime: number | undefined,
): string {
  let text = `${jobName(job)} -> ${action === 'WORK_COMPLETE' ? 'ok' : action}`;
  if (payloadBytes !== undefined) text += `, ${formatByteCount(payloadBytes)}`;
  const times: string[] = [];
  if (job.delay !== undefined) times.push(`delayed ${formatDuration(job.delay)}`);
  if (queueWait !== undefined) times.push(`queued ${formatDuration(queueWait)}`);
  const worker =
    job.worker !== undefined && job.state === JobState.running ? ` on ${peerName(job.worker)}` : '';
  if (runTime !== undefined) times.push(`ran ${formatDuration(runTime)}${worker}`);
  else if (worker !== '') times.push(`ran${worker}`);
  if (times.length > 0) text += `; ${times.join(', ')}`;
  return text + history(job);
}

/** `job reverse (unique u1) -> refused: QUEUE_ERROR: Job queue is full` */
export function refusedSentence(job: Job, error: Fields): string {
  const text = error.error_text === undefined ? '' : `: ${displayName(error.error_text)}`;
  return `${jobName(job)} -> refused: ${displayName(error.error_code ?? 'ERROR')}${text}`;
}

/** `job reverse H:lab:12 -> wiretail stopped; job still running after 2.00 s on worker-7 10.0.0.3` */
export function openSentence(
  job: Job,
  status: string,
  preposition: 'after' | 'for',
  timeInState: number | undefined,
): string {
  let text = `${jobName(job)} -> ${status} ${job.state === JobState.waiting ? 'queued' : 'running'}`;
  if (timeInState !== undefined) text += ` ${preposition} ${formatDuration(timeInState)}`;
  if (job.state === JobState.waiting && job.names.epoch !== undefined) {
    text += `, scheduled for ${displayName(job.names.epoch)}`;
  }
  if (job.state === JobState.running && job.worker !== undefined) text += ` on ${peerName(job.worker)}`;
  return text + history(job);
}

/** `job reverse H:lab:12 queued for 61.00 s: no worker of the function was seen` */
export function stuckSentence(job: Job, wait: number, workers: number, running: number): string {
  let text = `${jobName(job)} queued for ${formatDuration(wait)}: `;
  if (workers === 0) text += 'no worker of the function was seen';
  else {
    text += `${workers} ${workers === 1 ? 'worker' : 'workers'} of the function, `;
    text += `${running} of its ${running === 1 ? 'jobs runs' : 'jobs run'}`;
  }
  return text + history(job);
}
