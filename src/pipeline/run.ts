/**
 * One run from the first packet to the last line, in the main thread: starts the capture thread and the
 * decoders, owns the destination, and ends in order: by the end of input, by a signal, or by a fault.
 */
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { CommonConfig } from '../config/options.js';
import { UserError } from '../config/user-error.js';
import { createCounters } from '../observe/counters.js';
import { liveStatsOf, statsOf } from '../observe/stats.js';
import type { Destination } from '../output/destination.js';
import type { JsonObject } from '../records/record.js';
import { createRing } from '../ring/ring.js';
import { openWriter } from '../ring/writer.js';
import { DEFAULT_LIMITS } from '../stream/limits.js';
import { startDecoders } from './decoders.js';
import { newMainLines, type Time, wallClock } from './main-lines.js';
import {
  type CaptureData,
  ControlWord,
  createControl,
  type DecoderData,
  type FromCapture,
  pendingWord,
  type Source,
} from './messages.js';

export interface RunOptions {
  readonly version: string;
  readonly config: CommonConfig;
  readonly source: Source;
  /** What the start line says of the configuration. */
  readonly described: JsonObject;
  /** Milliseconds between stats lines; 0: only the last. */
  readonly statsInterval: number;
  readonly destination: Destination;
  readonly diagnostics: Logger;
  progress?(bytes: number, total: number | undefined): void;
  /** A decoder thread's module other than the real one, for tests of its death. */
  readonly decoderScript?: URL;
}

export interface Run {
  /** Resolves with the exit code; rejects with a UserError. */
  readonly ended: Promise<number>;
  /** Ends the run: what was captured is drained, the last lines are written. */
  stop(): void;
}

/** Lines that may wait for the destination, in bytes, over all decoders. */
const PENDING_BYTES = 64 << 20;
/** After a signal, by these times: the draining ends, and the waiting for the destination too. */
const DRAIN_MS = 3000;
const WRITE_MS = 4000;

export function startRun(options: RunOptions): Run {
  const { config, source, destination, diagnostics } = options;
  const live = source.kind === 'live';
  const ring = createRing(config.ringBytes, config.ringSlots, config.workers);
  const counters = createCounters(config.workers + 1);
  const controlMemory = createControl(config.workers);
  const control = new Int32Array(controlMemory);
  const shared = { ring, counters, control: controlMemory };

  let exitCode = 0;
  let linesWritten = 0;
  let decoderRestarts = 0;
  /** Batches that came before the start line could be written; undefined once it is. */
  let early: (() => void)[] | undefined = [];
  let firstTime: Time | undefined;
  let stopTimers: NodeJS.Timeout[] = [];

  const mainLines = newMainLines(options.version, config.maxLine, (line) => {
    linesWritten++;
    destination.write(Buffer.from(line), () => {});
  });
  const inOrder = (write: () => void) => {
    if (early === undefined) write();
    else early.push(write);
  };
  /** The time of a line that no packet gives one: of the capture when reading, else the clock's. */
  const now = (): Time => (live ? wallClock() : (firstTime ?? { seconds: 0, nanoseconds: 0 }));

  const decoderData: DecoderData[] = Array.from({ length: config.workers }, (_, decoder) => ({
    ...shared,
    decoder,
    counterRow: decoder + 1,
    place: new SharedArrayBuffer(16),
    pendingLimit: Math.floor(PENDING_BYTES / config.workers),
    live,
    options: {
      shard: decoder,
      shards: config.workers,
      servicePorts: config.servicePorts,
      gearmanPorts: config.gearmanPorts,
      view: config.view,
      detail: config.detail,
      payloadBytes: config.payloadBytes,
      maxLine: config.maxLine,
      snaplen: config.snaplen,
      limits: DEFAULT_LIMITS,
      numbered: !live,
    },
  }));
  const decoders = startDecoders(
    decoderData,
    {
      lines(decoder, lines, count) {
        inOrder(() => {
          linesWritten += count;
          destination.write(lines, () => {
            const word = pendingWord(decoder);
            Atomics.sub(control, word, lines.length);
            Atomics.notify(control, word);
          });
        });
      },
      died(decoder, reason) {
        decoderRestarts++;
        diagnostics.error({ decoder, reason }, 'a decoder died and is replaced');
        inOrder(() => mainLines.decoderDied(decoder, reason));
      },
    },
    options.decoderScript,
  );

  const captureData: CaptureData = { ...shared, source, counterRow: 0 };
  const capture = new Worker(new URL('./capture-thread.js', import.meta.url), { workerData: captureData });
  const captured = new Promise<void>((resolve, reject) => {
    capture.on('message', (message: FromCapture) => {
      switch (message.kind) {
        case 'ready': {
          firstTime = message.start.first;
          mainLines.start(message.start, options.described, now());
          for (const write of early ?? []) write();
          early = undefined;
          if (live) diagnostics.info({ ...message.start }, 'capturing');
          break;
        }
        case 'anomaly':
          diagnostics.warn(message.anomaly.message);
          inOrder(() => mainLines.capture(message.anomaly));
          break;
        case 'problem':
          exitCode = 1;
          problems.push(message.problem);
          break;
        case 'progress':
          options.progress?.(message.bytes, message.total);
          break;
        case 'failed':
          if (message.user) reject(new UserError(message.reason));
          else {
            exitCode = 1;
            diagnostics.error({ reason: message.reason }, 'the capture failed');
          }
          break;
      }
    });
    capture.on('error', (error) => {
      exitCode = 1;
      diagnostics.error(error, 'the capture thread died');
    });
    capture.on('exit', () => {
      // However it ended: the decoders need not wait for more.
      openWriter(ring).finish();
      resolve();
    });
  });
  const problems: (FromCapture & { kind: 'problem' })['problem'][] = [];

  const stop = () => {
    if (Atomics.exchange(control, ControlWord.stop, 1) === 1) return;
    stopTimers = [
      setTimeout(() => Atomics.store(control, ControlWord.abandon, 1), DRAIN_MS),
      setTimeout(() => giveUp(), WRITE_MS),
    ];
  };
  let giveUp: () => void = () => {};
  const gaveUp = new Promise<void>((resolve) => {
    giveUp = resolve;
  });

  let outputFailed = false;
  destination.failed = (error) => {
    if (outputFailed) return;
    outputFailed = true;
    exitCode = 1;
    // Who reads a file into `head` need not be told that it has enough.
    if (error.code !== 'EPIPE' || live) diagnostics.error(`standard output failed: ${error.message}`);
    Atomics.store(control, ControlWord.abandon, 1);
    stop();
    giveUp();
  };

  const stats = (final: boolean, at: Time) => {
    const body = statsOf(counters, { linesWritten, decoderRestarts }, final);
    mainLines.stats(live ? { ...body, ...liveStatsOf(counters, ring) } : body, final, at);
  };
  const interval =
    live && options.statsInterval > 0
      ? setInterval(() => early === undefined && stats(false, wallClock()), options.statsInterval)
      : undefined;

  const work = async (): Promise<number> => {
    try {
      await captured;
      const last = await Promise.race([decoders.done, gaveUp.then(now)]);
      for (const problem of problems) mainLines.problem(problem, live ? wallClock() : last);
      if (early === undefined) stats(true, live ? wallClock() : last);
      await Promise.race([written(destination), gaveUp]);
      const left = destination.pending();
      if (left > 0 && !outputFailed) diagnostics.warn(`standard output is stalled: ${left} batches of lines are not written`);
      return exitCode;
    } finally {
      clearInterval(interval);
      for (const timer of stopTimers) clearTimeout(timer);
      decoders.terminate();
      void capture.terminate();
    }
  };
  return { ended: work(), stop };
}

/** Resolves when the destination has taken everything. */
async function written(destination: Destination): Promise<void> {
  while (destination.pending() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
