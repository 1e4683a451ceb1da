/** The decoder threads. A thread that dies is logged, counted and restarted, up to the crash-loop limit. */
import { Worker } from 'node:worker_threads';
import type { Select } from '../../config/select-options.js';
import { isBefore, type Timestamp } from '../../packet/timestamp.js';
import type { DiscoveredBrick } from '../../protocols/protocol.js';
import type { Action } from '../../records/datasets.js';
import { readerPosition } from '../../ring/reader.js';
import { DECODER_HEAP } from './gc.js';
import type { DecoderData, FromDecoder, ToDecoder } from './messages.js';

export interface DecoderEvents {
  /** @param since timestamp of the oldest packet with a line in the batch, in milliseconds of monotonic(); NaN: unknown */
  onLines(decoder: number, lines: Uint8Array, count: number, since: number): void;
  onActions(actions: readonly Action[]): void;
  /** The thread died and is restarted. */
  onDeath(decoder: number, reason: string): void;
  /** The thread died CRASH_LOOP_LIMIT times at one position of the ring: it stays down. */
  onCrashLoop(decoder: number, reason: string): void;
}

/** Delays before the restarts of a decoder that dies repeatedly, in milliseconds; the last one repeats. */
const RESTART_DELAYS_MS: readonly number[] = [0, 50, 200, 1000];
const CRASH_LOOP_LIMIT = 10;
/** After this time alive, the delays start over. */
const HEALTHY_MS = 10000;

export class DecoderPool {
  /** Resolves when every decoder has finished, with the timestamp of the latest packet. */
  readonly done: Promise<Timestamp>;
  readonly events: DecoderEvents;
  private readonly script: URL;
  private readonly workers = new Set<Worker>();
  private isTerminated = false;
  /** Set by select(); restarted decoders get it too. */
  private selected: Select | undefined = undefined;

  /** @param script the decoder thread's module; tests use one that dies */
  constructor(
    decoders: readonly DecoderData[],
    events: DecoderEvents,
    script: URL = new URL('./decoder-thread.js', import.meta.url),
  ) {
    this.events = events;
    this.script = script;
    this.done = Promise.all(decoders.map((data) => new SupervisedDecoder(this, data).finished)).then(
      latestOf,
    );
  }

  /** Changes which records become lines. */
  select(select: Select): void {
    this.selected = select;
    for (const worker of this.workers) post(worker, { kind: 'select', select });
  }

  terminate(): void {
    this.isTerminated = true;
    for (const worker of this.workers) void worker.terminate();
  }

  /** Starts a thread, unless the pool is terminated. */
  startWorker(data: DecoderData): Worker | undefined {
    if (this.isTerminated) return undefined;
    const { selected } = this;
    const options = selected === undefined ? data.options : { ...data.options, select: selected };
    const worker = new Worker(this.script, {
      workerData: { ...data, options },
      resourceLimits: DECODER_HEAP,
    });
    this.workers.add(worker);
    return worker;
  }

  /** @returns whether its decoder is to be restarted if it has not finished */
  removeWorker(worker: Worker): boolean {
    this.workers.delete(worker);
    return !this.isTerminated;
  }

  forwardBrick(from: Worker, brick: DiscoveredBrick): void {
    for (const worker of this.workers) {
      if (worker !== from) post(worker, { kind: 'brickDiscovered', brick });
    }
  }
}

/** One decoder over the lives of its threads. */
class SupervisedDecoder {
  /** Resolves when a thread has finished in order; never after a crash loop. */
  readonly finished: Promise<Timestamp>;
  private readonly pool: DecoderPool;
  private readonly data: DecoderData;
  private isFinished = false;
  private finish: (latest: Timestamp) => void = () => {};
  /** Deaths without a healthy life in between: the index into RESTART_DELAYS_MS. */
  private deaths = 0;
  /** Deaths in a row at one position of the ring. */
  private deathsAtPosition = 0;
  private position = '';
  private startedAt = 0;
  /** The exception that ended the current thread. */
  private error = '';

  constructor(pool: DecoderPool, data: DecoderData) {
    this.pool = pool;
    this.data = data;
    this.finished = new Promise((resolve) => {
      this.finish = resolve;
    });
    this.start();
  }

  private start(): void {
    const worker = this.pool.startWorker(this.data);
    if (worker === undefined) return;
    this.startedAt = performance.now();
    this.error = '';
    worker.on('message', (message: FromDecoder) => this.handleMessage(worker, message));
    worker.on('error', (error: unknown) => {
      this.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.on('exit', (code) => {
      if (this.pool.removeWorker(worker) && !this.isFinished) this.handleDeath(code);
    });
  }

  private handleMessage(worker: Worker, message: FromDecoder): void {
    const { events } = this.pool;
    switch (message.kind) {
      case 'lines':
        events.onLines(this.data.decoder, message.lines, message.count, message.since);
        break;
      case 'actions':
        events.onActions(message.actions);
        break;
      case 'brickDiscovered':
        this.pool.forwardBrick(worker, message.brick);
        break;
      case 'done':
        this.isFinished = true;
        this.finish({ seconds: message.seconds, nanoseconds: message.nanoseconds });
        break;
    }
  }

  private handleDeath(code: number): void {
    const { decoder, ring } = this.data;
    const { events } = this.pool;
    const reason = this.error || `its thread exited with code ${code}`;
    events.onDeath(decoder, reason);
    const position = readerPosition(ring, decoder);
    this.deathsAtPosition = position === this.position ? this.deathsAtPosition + 1 : 1;
    this.position = position;
    if (this.deathsAtPosition >= CRASH_LOOP_LIMIT) {
      events.onCrashLoop(decoder, reason);
      return;
    }
    if (performance.now() - this.startedAt > HEALTHY_MS) this.deaths = 0;
    const delay = RESTART_DELAYS_MS[Math.min(this.deaths, RESTART_DELAYS_MS.length - 1)];
    this.deaths++;
    setTimeout(() => this.start(), delay);
  }
}

function latestOf(times: readonly Timestamp[]): Timestamp {
  return times.reduce((latest, time) => (isBefore(latest, time) ? time : latest));
}

function post(worker: Worker, message: ToDecoder): void {
  worker.postMessage(message);
}
