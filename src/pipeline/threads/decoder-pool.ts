/** The decoder threads and who supervises them: one that dies is logged, counted and replaced. */
import { Worker } from 'node:worker_threads';
import type { Select } from '../../config/select-options.js';
import type { Action } from '../../records/datasets.js';
import { readerPosition } from '../../ring/reader.js';
import { DECODER_HEAP } from './gc.js';
import type { DecoderData, FromDecoder, ToDecoder } from './messages.js';

export interface DecoderEvents {
  /** @param since the time of the oldest packet with a line in it, in milliseconds of monotonic(); NaN: not known */
  lines(decoder: number, lines: Uint8Array, count: number, since: number): void;
  actions(actions: readonly Action[]): void;
  died(decoder: number, reason: string): void;
  /** It dies again and again without taking a record, so it is not replaced any more. */
  hopeless(decoder: number, reason: string): void;
}

/** Waits before a decoder is replaced, in milliseconds, while it dies again and again. */
const REPLACE_MS: readonly number[] = [0, 50, 200, 1000];
/** Deaths in a row in one place of the ring, after which another try would end the same way. */
const HOPELESS = 10;
/** A decoder that lived so long dies for the first time again. */
const HEALTHY_MS = 10000;

export interface Decoders {
  /** Resolves when every decoder has ended in order, with the latest packet's time. */
  readonly done: Promise<{ seconds: number; nanoseconds: number }>;
  /** Other lines are written from here on. */
  select(select: Select): void;
  /** Takes down what still runs. */
  terminate(): void;
}

/** @param script the decoder thread's module; a test gives one that dies */
export function startDecoders(
  all: readonly DecoderData[],
  events: DecoderEvents,
  script: URL = new URL('./decoder-thread.js', import.meta.url),
): Decoders {
  const workers = new Set<Worker>();
  let over = false;
  /** What was selected since the start: a replacement gets it too. */
  let selected: Select | undefined;

  const run = (data: DecoderData) =>
    new Promise<{ seconds: number; nanoseconds: number }>((resolve) => {
      let deaths = 0;
      let inPlace = 0;
      let place = '';
      const start = () => {
        if (over) return;
        const worker = new Worker(script, {
          workerData: withSelect(data, selected),
          resourceLimits: DECODER_HEAP,
        });
        const born = performance.now();
        let finished = false;
        let reason = '';
        workers.add(worker);
        worker.on('message', (message: FromDecoder) => {
          if (message.kind === 'lines') {
            events.lines(data.decoder, message.lines, message.count, message.since);
          } else if (message.kind === 'actions') events.actions(message.actions);
          else if (message.kind === 'found') {
            for (const other of workers) if (other !== worker) say(other, message);
          } else {
            finished = true;
            resolve({ seconds: message.seconds, nanoseconds: message.nanoseconds });
          }
        });
        worker.on('error', (error: unknown) => {
          reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
        });
        worker.on('exit', (code) => {
          workers.delete(worker);
          if (finished || over) return;
          if (performance.now() - born > HEALTHY_MS) deaths = 0;
          const why = reason || `its thread ended with code ${code}`;
          events.died(data.decoder, why);
          const where = readerPosition(data.ring, data.decoder);
          inPlace = where === place ? inPlace + 1 : 1;
          place = where;
          if (inPlace >= HOPELESS) {
            events.hopeless(data.decoder, why);
            return;
          }
          setTimeout(start, REPLACE_MS[Math.min(deaths++, REPLACE_MS.length - 1)]);
        });
      };
      start();
    });

  return {
    done: Promise.all(all.map(run)).then((times) =>
      times.reduce((latest, time) =>
        time.seconds > latest.seconds ||
        (time.seconds === latest.seconds && time.nanoseconds > latest.nanoseconds)
          ? time
          : latest,
      ),
    ),
    select(select) {
      selected = select;
      for (const worker of workers) say(worker, { kind: 'select', select });
    },
    terminate() {
      over = true;
      for (const worker of workers) void worker.terminate();
    },
  };
}

function say(worker: Worker, message: ToDecoder): void {
  worker.postMessage(message);
}

function withSelect(data: DecoderData, select: Select | undefined): DecoderData {
  return select === undefined ? data : { ...data, options: { ...data.options, select } };
}
