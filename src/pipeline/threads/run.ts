/**
 * One run from the first packet to the last line, in the main thread: starts the capture thread and the
 * decoders, owns the outputs, and ends in order: by the end of input, by a signal, or by a fault.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { bricksOf } from '../../config/gluster-state.js';
import type { CommonConfig } from '../../config/options.js';
import type { Select } from '../../config/select-options.js';
import { UserError } from '../../config/user-error.js';
import { createCounters } from '../../observe/counters.js';
import type { Observed } from '../../observe/observed.js';
import type { Outputs } from '../../output/run-outputs.js';
import { Tunnel } from '../../packet/tunnel.js';
import { FIRST_DYNAMIC_PORT } from '../../protocols/registry.js';
import type { JsonObject } from '../../records/record.js';
import { createRing } from '../../ring/ring.js';
import { DEFAULT_LIMITS } from '../../stream/limits.js';
import { CHECKPOINT_BYTES } from '../decode/checkpoint.js';
import { startCapture } from './capture-worker.js';
import { startClockEvents } from './clock-events.js';
import { startDecoders } from './decoder-pool.js';
import { scheduleGc } from './gc.js';
import { newLineRouter } from './line-router.js';
import { newMainLines, type Time, wallClock } from './main-lines.js';
import {
  createControl,
  type DecoderData,
  type InputProblem,
  type Shared,
  type Source,
  type StartInfo,
} from './messages.js';
import { createTallies, newObserver } from './observer.js';
import { newShutdown } from './shutdown.js';

export interface RunOptions {
  readonly version: string;
  readonly config: CommonConfig;
  readonly source: Source;
  /** What the start line says of the configuration. */
  readonly described: JsonObject;
  /** Milliseconds between stats lines; 0: only the last. */
  readonly statsInterval: number;
  readonly outputs: Outputs;
  /** Statistics tell of each output, as those of a capture always do. */
  readonly countOutputs?: boolean;
  readonly diagnostics: Logger;
  /** The start line is written. */
  opened?(start: StartInfo): void;
  /** A stats line is written, of these numbers. */
  counted?(stats: JsonObject): void;
  /** The run is to end, for whatever reason. */
  ending?(): void;
  progress?(bytes: number, total: number | undefined): void;
  /** A decoder thread's module other than the real one, for tests of its death. */
  readonly decoderScript?: URL;
}

/** How a run has ended. */
export interface Ending {
  /** The exit code. */
  readonly code: number;
  /** An output has not taken its lines, or has not ended, and was not waited for any longer: it may hang for ever. */
  readonly stalled: boolean;
  /** What the user can mend, where lines had been written already. */
  readonly mistake: UserError | undefined;
}

export interface Run {
  /** Rejects with a UserError, if nothing has been written. */
  readonly ended: Promise<Ending>;
  /** Other lines are written from here on. */
  select(select: Select): void;
  /** Milliseconds between stats lines from here on; live only. */
  setStatsInterval(milliseconds: number): void;
  /** Ends the run: what was captured is drained, the last lines are written. */
  stop(): void;
  readonly observed: Observed;
  /** Opens files anew that were renamed. */
  reopen(): void;
  /** Other outputs from here on (Outputs.change). */
  changeOutputs: Outputs['reconfigure'];
}

/** Lines that may be on their way to the outputs, in bytes, over all decoders. */
const PENDING_BYTES = 64 << 20;
/** So long lines wait for others at most. */
const LINGER_MS = 20;
/** Connections and transports may take so long to close. */
const END_MS = 3000;
/** And so long after the time for everything is over: one that is stalled is not to cut the others short. */
const LAST_MS = 500;

const pause = (milliseconds: number) => sleep(milliseconds, undefined, { ref: false });

export function startRun(options: RunOptions): Run {
  const { config, source, outputs, diagnostics } = options;
  const live = source.kind === 'live';
  const shared: Shared = {
    ring: createRing(config.ringBytes, config.ringSlots, config.workers),
    counters: createCounters(config.workers + 1),
    control: createControl(config.workers),
    tallies: createTallies(config.workers),
  };
  const control = new Int32Array(shared.control);
  const outlet = newLineRouter(outputs, control);
  const stopper = newShutdown(control);
  const lines = newMainLines(options.version, config.maxLine, outlet.line);
  const problems: InputProblem[] = [];
  let exitCode = 0;
  let decoderRestarts = 0;
  let noOutput = false;
  let outOfTime = false;
  let stalled = false;
  /** The time of a line that no packet gives one: the capture's when reading, else the clock's. */
  let fileTime: Time = { seconds: 0, nanoseconds: 0 };
  const now = (): Time => (live ? wallClock() : fileTime);

  const clock = startClockEvents((event, message) => {
    if (!live) return;
    diagnostics.warn(message);
    outlet.afterStart(() => lines.clock(event, message));
  });
  const observer = newObserver(options.version, shared, config.workers, live, () => ({
    lines: outlet.counts(),
    outputs: live || options.countOutputs ? outputs.counts() : undefined,
    decoderRestarts,
    outOfTime,
    clock: clock.counts(),
  }));

  const decoders = startDecoders(
    // Who wants to wait less for packets wants that of lines too.
    decoderData(config, shared, live, live ? Math.min(source.options.readTimeout, LINGER_MS) : LINGER_MS),
    {
      lines: (decoder, bytes, count, since) =>
        outlet.batch(decoder, bytes, count, () => observer.written(since)),
      actions: observer.actions,
      died(decoder, reason) {
        decoderRestarts++;
        diagnostics.error({ decoder, reason }, 'a decoder died and is replaced');
        outlet.afterStart(() => lines.decoderDied(decoder, reason));
      },
      hopeless(decoder, reason) {
        exitCode = 1;
        diagnostics.fatal({ decoder, reason }, 'a decoder dies whenever it starts');
        stopper.giveUp();
      },
    },
    options.decoderScript,
  );

  const capture = startCapture(
    { ...shared, source, counterRow: 0 },
    (message) => {
      switch (message.kind) {
        case 'ready':
          fileTime = message.start.first ?? fileTime;
          lines.start(message.start, options.described, now());
          outlet.open();
          observer.opened();
          if (live) diagnostics.info({ ...message.start }, 'capturing');
          // With --user it is that user by now.
          if (live && process.geteuid?.() === 0) {
            diagnostics.warn('running as root; use --user NAME to drop privileges after opening the capture');
          }
          options.opened?.(message.start);
          break;
        case 'anomaly':
          diagnostics.warn(message.anomaly.message);
          outlet.afterStart(() => lines.capture(message.anomaly));
          break;
        case 'problem':
          exitCode = 1;
          problems.push(message.problem);
          break;
        case 'progress':
          options.progress?.(message.bytes, message.total);
          break;
      }
    },
    (reason) => {
      exitCode = 1;
      diagnostics.error({ reason }, 'the capture failed');
      // As by a signal: what an output does not take is not waited for without end.
      if (live) stopper.stop();
    },
  );

  outputs.setListener({
    startLine: () => (outlet.isOpen() ? lines.startAgain(now()) : undefined),
    onEvent(event) {
      diagnostics[event.level]({ dropped: event.dropped }, event.message);
      outlet.afterStart(() => lines.output(event, now()));
    },
    onDead(name, error, left) {
      exitCode = 1;
      const what = name === 'stdout' ? 'standard output' : name;
      // Who reads a file into `head` need not be told that it has enough.
      if (error.code !== 'EPIPE' || live || left > 0)
        diagnostics.error(
          `${what} failed: ${error.message}${left === 0 ? '; no output is left, so the run ends' : ''}`,
        );
      noOutput = left === 0;
      if (noOutput) stopper.giveUp();
      else {
        const event = {
          action: 'output_failed',
          level: 'error',
          output: name,
          error: error.message,
        } as const;
        outlet.afterStart(() =>
          lines.output({ ...event, message: `${name} failed for good: ${error.message}` }, now()),
        );
      }
    },
  });

  const stats = (final: boolean) => {
    const numbers = observer.line(final);
    lines.stats(numbers, final, now());
    options.counted?.(numbers);
  };
  const ending = () => {
    observer.ending();
    options.ending?.();
  };
  const tidying = live ? scheduleGc() : undefined;
  let interval: NodeJS.Timeout | undefined;
  const setStatsInterval = (milliseconds: number) => {
    clearInterval(interval);
    if (!live || milliseconds === 0) return;
    interval = setInterval(() => outlet.afterStart(() => stats(false)), milliseconds);
  };
  setStatsInterval(options.statsInterval);

  const work = async (): Promise<Ending> => {
    let mistake: UserError | undefined;
    // What was read before a file that can't be is told all the same.
    const captured = capture.ended.catch((error: unknown) => {
      if (!(error instanceof UserError && outlet.isOpen())) throw error;
      mistake = error;
    });
    try {
      await Promise.race([captured, stopper.gaveUp]);
      ending();
      observer.captureEnded();
      const last = await Promise.race([decoders.done, stopper.gaveUp]);
      outOfTime = last === undefined;
      // A filter may have left no packet: then the first packet's time is the latest that is known.
      if (last !== undefined && last.seconds > fileTime.seconds) fileTime = last;
      for (const problem of problems) lines.problem(problem, now());
      // So that the numbers of a file's last line are the same each time.
      if (!live) await Promise.race([outputs.flush(), stopper.gaveUp]);
      if (outlet.isOpen()) stats(true);
      outlet.close();
      await Promise.race([outputs.flush(), stopper.gaveUp]);
      for (const { output, waiting } of noOutput ? [] : outputs.counts()) {
        if (waiting === 0) continue;
        stalled = true;
        if (!live) exitCode = 1;
        const what = output === 'stdout' ? 'standard output' : output;
        diagnostics.warn(`${what} is stalled: ${waiting} lines are not written`);
      }
      // The end of a file waits for its disk (fsync(2)), though each write went well.
      const over = outputs.close().then(() => true);
      const isOver = await Promise.race([over, stopper.gaveUp.then(() => pause(LAST_MS)), pause(END_MS)]);
      return { code: exitCode, stalled: stalled || isOver !== true, mistake };
    } finally {
      clearInterval(interval);
      clearInterval(tidying);
      clock.end();
      stopper.clear();
      decoders.terminate();
      capture.terminate();
    }
  };
  return {
    ended: work(),
    select: decoders.select,
    setStatsInterval,
    stop() {
      ending();
      stopper.stop();
    },
    observed: observer.observed,
    reopen: () => outputs.reopenFiles(),
    async changeOutputs(to) {
      const left = await outputs.reconfigure(to);
      if (left.length > 0) stalled = true;
      return left;
    },
  };
}

/** What each decoder starts with. */
export function decoderData(
  config: CommonConfig,
  shared: Shared,
  live: boolean,
  linger = LINGER_MS,
): DecoderData[] {
  const { glusterStateDir } = config;
  const bricks = glusterStateDir === undefined ? [] : bricksOf(glusterStateDir, live);
  return Array.from({ length: config.workers }, (_, decoder) => ({
    ...shared,
    decoder,
    counterRow: decoder + 1,
    place: new SharedArrayBuffer(CHECKPOINT_BYTES),
    pendingLimit: Math.floor(PENDING_BYTES / config.workers),
    linger,
    live,
    options: {
      shard: decoder,
      shards: config.workers,
      ports: config.ports,
      servicePorts: config.servicePorts,
      dynamicPortsFrom: FIRST_DYNAMIC_PORT,
      view: config.view,
      detail: config.detail,
      payloadBytes: config.payloadBytes,
      redactKey: config.redactKey,
      maxLine: config.maxLine,
      snaplen: config.snaplen,
      tunnels: config.decapsulate.reduce((bits, name) => bits | Tunnel[name], 0),
      limits: DEFAULT_LIMITS,
      numbered: !live,
      select: config.select,
      callTimeout: config.callTimeout,
      stuck: config.stuck,
      maxPaths: Math.ceil(config.maxPaths / config.workers),
      bricks,
    },
  }));
}
