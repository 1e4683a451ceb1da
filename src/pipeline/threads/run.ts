/**
 * One run from the first packet to the last line, in the main thread: starts the capture thread and the decoders, owns
 * the outputs, and ends in order after the end of the input, a signal or a fault.
 */
import type { Logger } from 'pino';
import type { CommonConfig } from '../../config/options.js';
import type { Select } from '../../config/select-options.js';
import { UserError } from '../../config/user-error.js';
import { createCounters } from '../../observe/counters.js';
import type { Observed } from '../../observe/observed.js';
import type { MainCounts } from '../../observe/stats.js';
import type { OutputEvent } from '../../output/line-sink.js';
import type { Outputs } from '../../output/run-outputs.js';
import type { Timestamp } from '../../packet/timestamp.js';
import type { JsonObject } from '../../records/record.js';
import { createRing } from '../../ring/ring.js';
import { type CaptureMessage, CaptureWorker } from './capture-worker.js';
import { ClockEvents } from './clock-events.js';
import { newDecoderData } from './decoder-data.js';
import { DecoderPool } from './decoder-pool.js';
import { scheduleGc } from './gc.js';
import { LineRouter } from './line-router.js';
import { MainLines, wallClock } from './main-lines.js';
import { createControl, type InputProblem, type Shared, type Source, type StartInfo } from './messages.js';
import { createRecordCounters, Observer } from './observer.js';
import { Shutdown } from './shutdown.js';
import { Timeouts } from './timeouts.js';

export interface RunOptions {
  readonly version: string;
  readonly config: CommonConfig;
  readonly source: Source;
  /** The configuration, as the start line shows it. */
  readonly described: JsonObject;
  /** Milliseconds between stats lines; 0: only the final one. */
  readonly statsInterval: number;
  readonly outputs: Outputs;
  /** Stats lines include the counts of each output; in a live capture they always do. */
  readonly countOutputs?: boolean;
  readonly diagnostics: Logger;
  /** Called when the start line is written. */
  onStart?(start: StartInfo): void;
  /** Called when a stats line with these numbers is written. */
  onStats?(stats: JsonObject): void;
  /** Called when the run starts to stop, for any reason. */
  onStopping?(): void;
  onProgress?(bytes: number, total: number | undefined): void;
  /** Replaces the module of decoder threads, for tests of their death. */
  readonly decoderScript?: URL;
}

export interface RunResult {
  readonly exitCode: number;
  /** An output has not taken its lines or has not closed in time: it may hang forever. */
  readonly outputsStalled: boolean;
  /** An error that the user can fix, found after lines were written. */
  readonly userError: UserError | undefined;
}

/** How long connections and transports may take to close. */
const CLOSE_MS = 3000;
/** The same after the shutdown deadline: a stalled output leaves the others time to close. */
const CLOSE_AFTER_DEADLINE_MS = 500;

const displayName = (output: string) => (output === 'stdout' ? 'standard output' : output);

export class Run {
  /** Rejects with a UserError if nothing has been written. */
  readonly ended: Promise<RunResult>;
  readonly observed: Observed;
  private readonly options: RunOptions;
  private readonly isLive: boolean;
  private readonly router: LineRouter;
  private readonly lines: MainLines;
  private readonly shutdown: Shutdown;
  private readonly observer: Observer;
  private readonly clockEvents: ClockEvents;
  private readonly decoders: DecoderPool;
  private readonly capture: CaptureWorker;
  private readonly timeouts = new Timeouts();
  private readonly problems: InputProblem[] = [];
  private readonly gcTimer: NodeJS.Timeout | undefined;
  private statsTimer: NodeJS.Timeout | undefined = undefined;
  /** Timestamp of lines without a packet, when files are read: the first packet's; at the end, the last packet's. */
  private fileTime: Timestamp = { seconds: 0, nanoseconds: 0 };
  private exitCode = 0;
  private decoderRestarts = 0;
  private userError: UserError | undefined = undefined;
  private allOutputsFailed = false;
  private outputsStalled = false;
  /** The shutdown deadline came before the decoders had finished. */
  private outOfTime = false;

  constructor(options: RunOptions) {
    const { config, source, outputs } = options;
    const shared: Shared = {
      ring: createRing(config.ringBytes, config.ringSlots, config.workers),
      counters: createCounters(config.workers + 1),
      control: createControl(config.workers),
      recordCounters: createRecordCounters(config.workers),
    };
    const control = new Int32Array(shared.control);
    this.options = options;
    this.isLive = source.kind === 'live';
    this.router = new LineRouter(outputs, control);
    this.lines = new MainLines(options.version, config.maxLine, (line) => this.router.writeLine(line));
    this.shutdown = new Shutdown(control);
    this.clockEvents = new ClockEvents((event, message) => {
      if (!this.isLive) return;
      options.diagnostics.warn(message);
      this.router.afterStart(() => this.lines.writeClockEvent(event, message));
    });
    this.observer = new Observer(options.version, shared, config.workers, this.isLive, () =>
      this.mainCounts(),
    );
    this.observed = this.observer.observed;
    this.decoders = this.startDecoders(shared);
    this.capture = new CaptureWorker(
      { ...shared, source, counterRow: 0 },
      (message) => this.handleCaptureMessage(message),
      (reason) => this.handleCaptureFailure(reason),
    );
    this.listenToOutputs();
    this.gcTimer = this.isLive ? scheduleGc() : undefined;
    this.setStatsInterval(options.statsInterval);
    this.ended = this.runToEnd();
  }

  /** Changes which records become lines. */
  select(select: Select): void {
    this.decoders.select(select);
  }

  /** @param milliseconds between stats lines; 0: none. Live only. */
  setStatsInterval(milliseconds: number): void {
    clearInterval(this.statsTimer);
    if (!this.isLive || milliseconds === 0) return;
    this.statsTimer = setInterval(() => this.router.afterStart(() => this.writeStats(false)), milliseconds);
  }

  /** Stops the run: captured packets are drained and the last lines written. */
  stop(): void {
    this.announceStopping();
    this.shutdown.stop();
  }

  /** Reopens files that were renamed. */
  reopenFiles(): void {
    this.options.outputs.reopenFiles();
  }

  /** See Outputs.reconfigure. */
  async reconfigureOutputs(...args: Parameters<Outputs['reconfigure']>): ReturnType<Outputs['reconfigure']> {
    const unwritten = await this.options.outputs.reconfigure(...args);
    if (unwritten.length > 0) this.outputsStalled = true;
    return unwritten;
  }

  private startDecoders(shared: Shared): DecoderPool {
    const { config, source, diagnostics, decoderScript } = this.options;
    const readTimeout = source.kind === 'live' ? source.options.readTimeout : undefined;
    const events = {
      onLines: (decoder: number, bytes: Uint8Array, count: number, since: number) =>
        this.router.writeBatch(decoder, bytes, count, () => this.observer.recordLag(since)),
      onActions: (actions: Parameters<Observer['setActions']>[0]) => this.observer.setActions(actions),
      onDeath: (decoder: number, reason: string) => {
        this.decoderRestarts++;
        diagnostics.error({ decoder, reason }, 'a decoder died and is restarted');
        this.router.afterStart(() => this.lines.writeDecoderDeath(decoder, reason));
      },
      onCrashLoop: (decoder: number, reason: string) => {
        this.exitCode = 1;
        diagnostics.fatal({ decoder, reason }, 'a decoder dies repeatedly at the same packet: giving up');
        this.shutdown.abort();
      },
    };
    return new DecoderPool(newDecoderData(config, shared, readTimeout), events, decoderScript);
  }

  private handleCaptureMessage(message: CaptureMessage): void {
    switch (message.kind) {
      case 'ready':
        this.handleStart(message.start);
        break;
      case 'anomaly':
        this.options.diagnostics.warn(message.anomaly.message);
        this.router.afterStart(() => this.lines.writeCaptureAnomaly(message.anomaly));
        break;
      case 'problem':
        this.exitCode = 1;
        this.problems.push(message.problem);
        break;
      case 'progress':
        this.options.onProgress?.(message.bytes, message.total);
        break;
    }
  }

  private handleStart(start: StartInfo): void {
    const { described, diagnostics } = this.options;
    this.fileTime = start.first ?? this.fileTime;
    this.lines.writeStart(start, described, this.now());
    this.router.open();
    this.observer.setReady();
    if (this.isLive) {
      diagnostics.info({ ...start }, 'capturing');
      // Privileges are dropped by now if --user is given.
      if (process.geteuid?.() === 0) {
        diagnostics.warn('running as root; use --user NAME to drop privileges after opening the capture');
      }
    }
    this.options.onStart?.(start);
  }

  private handleCaptureFailure(reason: string): void {
    this.exitCode = 1;
    this.options.diagnostics.error({ reason }, 'the capture failed');
    // With a deadline, as after a signal: a stalled output must not block the end of the run.
    if (this.isLive) this.shutdown.stop();
  }

  private listenToOutputs(): void {
    const { outputs, diagnostics } = this.options;
    outputs.setListener({
      startLine: () => (this.router.hasStarted() ? this.lines.continuationLine(this.now()) : undefined),
      onEvent: (event) => {
        diagnostics[event.level]({ dropped: event.dropped }, event.message);
        this.writeOutputEvent(event);
      },
      onDead: (name, error, left) => this.handleDeadOutput(name, error, left),
    });
  }

  private handleDeadOutput(name: string, error: NodeJS.ErrnoException, left: number): void {
    this.exitCode = 1;
    this.allOutputsFailed = left === 0;
    const consequence = left === 0 ? '; no output is left, so the run ends' : '';
    // A reader such as `head` closes the pipe when it has enough.
    const isExpected = error.code === 'EPIPE' && !this.isLive && left === 0;
    if (!isExpected) {
      this.options.diagnostics.error(`${displayName(name)} failed: ${error.message}${consequence}`);
    }
    if (left === 0) {
      this.shutdown.abort();
      return;
    }
    const message = `${name} failed permanently: ${error.message}`;
    this.writeOutputEvent({
      action: 'output_failed',
      level: 'error',
      output: name,
      error: error.message,
      message,
    });
  }

  private writeOutputEvent(event: OutputEvent): void {
    this.router.afterStart(() => this.lines.writeOutputEvent(event, this.now()));
  }

  private writeStats(isFinal: boolean): void {
    const stats = this.observer.statsLine(isFinal);
    this.lines.writeStats(stats, isFinal, this.now());
    this.options.onStats?.(stats);
  }

  private announceStopping(): void {
    this.observer.setDraining();
    this.options.onStopping?.();
  }

  private now(): Timestamp {
    return this.isLive ? wallClock() : this.fileTime;
  }

  private mainCounts(): MainCounts {
    const { outputs, countOutputs } = this.options;
    return {
      lines: this.router.counts(),
      outputs: this.isLive || countOutputs ? outputs.counts() : undefined,
      decoderRestarts: this.decoderRestarts,
      outOfTime: this.outOfTime,
      clock: this.clockEvents.counts(),
    };
  }

  private async runToEnd(): Promise<RunResult> {
    try {
      await this.untilDeadline(this.captured());
      this.announceStopping();
      this.observer.captureEnded();
      await this.drainDecoders();
      await this.writeLastLines();
      this.reportStalledOutputs();
      await this.closeOutputs();
      const { exitCode, outputsStalled, userError } = this;
      return { exitCode, outputsStalled, userError };
    } finally {
      clearInterval(this.statsTimer);
      clearInterval(this.gcTimer);
      this.clockEvents.end();
      this.shutdown.clearTimers();
      this.timeouts.clear();
      this.decoders.terminate();
      this.capture.terminate();
    }
  }

  private untilDeadline<Result>(work: Promise<Result>): Promise<Result | undefined> {
    return Promise.race([work, this.shutdown.deadlineReached.then(() => undefined)]);
  }

  /** Resolves when the capture has ended. Files before one that can't be read keep their lines. */
  private async captured(): Promise<void> {
    try {
      await this.capture.ended;
    } catch (error) {
      if (!(error instanceof UserError && this.router.hasStarted())) throw error;
      this.userError = error;
    }
  }

  private async drainDecoders(): Promise<void> {
    const latest = await this.untilDeadline(this.decoders.done);
    this.outOfTime = latest === undefined;
    // If a filter has left no packet, the first packet's timestamp is the latest known.
    if (latest !== undefined && latest.seconds > this.fileTime.seconds) this.fileTime = latest;
  }

  private async writeLastLines(): Promise<void> {
    const { outputs } = this.options;
    for (const problem of this.problems) this.lines.writeInputProblem(problem, this.now());
    // The numbers of a file's final line are the same in each run.
    if (!this.isLive) await this.untilDeadline(outputs.flush());
    if (this.router.hasStarted()) this.writeStats(true);
    this.router.close();
    await this.untilDeadline(outputs.flush());
  }

  private reportStalledOutputs(): void {
    const { outputs, diagnostics } = this.options;
    for (const { output, waiting } of this.allOutputsFailed ? [] : outputs.counts()) {
      if (waiting === 0) continue;
      this.outputsStalled = true;
      if (!this.isLive) this.exitCode = 1;
      diagnostics.warn(`${displayName(output)} is stalled: ${waiting} lines lost`);
    }
  }

  /** The end of a file waits for its disk (fsync(2)), though each write went well. */
  private async closeOutputs(): Promise<void> {
    const { timeouts, shutdown } = this;
    const isClosed = await Promise.race([
      this.options.outputs.close().then(() => true),
      shutdown.deadlineReached.then(() => timeouts.wait(CLOSE_AFTER_DEADLINE_MS)).then(() => false),
      timeouts.wait(CLOSE_MS).then(() => false),
    ]);
    if (!isClosed) this.outputsStalled = true;
  }
}
