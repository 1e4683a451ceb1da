/**
 * Writes a file through pino's SonicBoom, one batch of whole lines at a time. Between two batches the file can be reopened
 * or rotated, so that no line is split over two files. After a fault, such as a full disk, the rest of the batch is
 * written from the byte where it stopped.
 */
import sonicBoom, { type SonicBoom } from 'sonic-boom';
import type { Rotation } from '../../config/output-options.js';
import { UserError } from '../../config/user-error.js';
import type { Batch, LineSink, LineSinkFactory, SinkEvents } from '../line-sink.js';
import { type FileAccess, inspectFile, type OpenedFile, openOutputFile } from './open-file.js';
import { RotationSchedule, rotateFiles } from './rotate.js';

export interface FileSinkOptions extends FileAccess {
  readonly name: string;
  /** undefined: standard output, which can't be reopened. */
  readonly path: string | undefined;
  readonly rotation: Rotation | undefined;
  /** False: the first fault is final, as when a capture file is read. */
  readonly retries: boolean;
  /** What a new file begins with: the start line. */
  header(): Batch | undefined;
}

/** @throws UserError if the file can't be opened */
export function fileSink(options: FileSinkOptions): LineSinkFactory {
  const { path } = options;
  if (path === undefined) return (events) => new FileSink(options, inspectFile(1, '/proc/self/fd/1'), events);
  let file: OpenedFile;
  try {
    file = openOutputFile(path, options);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`--output ${options.name}: expected a writable file: ${why}`);
  }
  return (events) => new FileSink(options, file, events);
}

/**
 * What the sink does with the batch in hand:
 *
 *     idle      --write()-->                        writing
 *     writing   --all bytes are written-->          idle
 *     writing   --a fault-->                        waiting, or failed if it does not retry
 *     waiting   --RETRY_MS pass, or a new file-->   retrying
 *     retrying  --a fault-->                        waiting
 *     retrying  --some bytes are written-->         writing
 *     retrying  --a new file needs none of it-->    idle
 *     any       --close()-->                        closed
 */
const State = { idle: 0, writing: 1, waiting: 2, retrying: 3, failed: 4, closed: 5 } as const;
type State = (typeof State)[keyof typeof State];

const RETRY_MS = 1000;
/** Before another try to reopen. Shorter than the queue's recovery hold-down, which a failed try restarts. */
const REOPEN_RETRY_MS = 500;
const NEWLINE = 10;
const NO_BYTES = new Uint8Array(0);

class FileSink implements LineSink {
  readonly name: string;
  private readonly options: FileSinkOptions;
  private readonly events: SinkEvents;
  private readonly schedule: RotationSchedule;
  private file: OpenedFile;
  private fileSize: number;
  private boom: SonicBoom;
  private state: State = State.idle;
  /** The batch in hand, and how much of it is written. */
  private bytes: Uint8Array = NO_BYTES;
  private position = 0;
  /** Lines of the batch in hand that are lost. */
  private lost = 0;
  /** Written before the next batch: the end of a partial line, or a start line. */
  private preamble: Uint8Array;
  private retryTimer: NodeJS.Timeout | undefined;
  private isReopenPending = false;
  private reopenNotBefore = 0;

  constructor(options: FileSinkOptions, file: OpenedFile, events: SinkEvents) {
    this.name = options.name;
    this.options = options;
    this.events = events;
    this.schedule = new RotationSchedule(options.rotation, file.started);
    this.file = file;
    this.fileSize = file.size;
    this.boom = this.newBoom(file.fd);
    this.preamble = file.endsInPartialLine ? Buffer.of(NEWLINE) : NO_BYTES;
  }

  write(batch: Batch): void {
    this.rotateIfDue(batch.bytes.length);
    this.writeBatch(batch.bytes, 0);
  }

  reopen(): void {
    if (this.options.path === undefined) return;
    this.isReopenPending = true;
    // The write under way may still arrive in the old file: reopens after it, or at its next fault.
    if (this.state !== State.writing && this.state !== State.retrying) this.openByName();
  }

  setRotation(rotation: Rotation | undefined): void {
    this.schedule.rotation = rotation;
  }

  isUp(): boolean {
    return this.state !== State.waiting && this.state !== State.retrying;
  }

  close(): Promise<void> {
    const hasBatch = this.state !== State.idle;
    this.state = State.closed;
    clearTimeout(this.retryTimer);
    if (this.options.path === undefined) return Promise.resolve();
    const { boom } = this;
    return new Promise((resolve) => {
      boom.on('close', resolve);
      boom.on('error', () => resolve());
      if (hasBatch) boom.destroy();
      else boom.end();
    });
  }

  private newBoom(fd: number): SonicBoom {
    const boom = new sonicBoom.SonicBoom({ fd, sync: false, minLength: 0, contentMode: 'buffer' });
    boom.on('write', (bytes: number) => {
      if (boom === this.boom) this.onWritten(bytes);
    });
    boom.on('error', (error: NodeJS.ErrnoException) => {
      if (boom === this.boom) this.onFault(error);
    });
    return boom;
  }

  /** With this content mode SonicBoom takes buffers, against its types. */
  private passToBoom(bytes: Uint8Array): void {
    const buffer: unknown = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.boom.write(buffer as string);
  }

  private onWritten(bytes: number): void {
    if (this.state !== State.writing && this.state !== State.retrying) return;
    this.state = State.writing;
    this.position += bytes;
    this.fileSize += bytes;
    if (this.position < this.bytes.length) return;
    this.state = State.idle;
    if (this.isReopenPending && performance.now() >= this.reopenNotBefore) this.openByName();
    this.acknowledge();
  }

  private onFault(error: NodeJS.ErrnoException): void {
    if (this.state === State.closed) return;
    if (!this.options.retries) {
      this.state = State.failed;
      this.events.dead(error);
      return;
    }
    this.state = State.waiting;
    this.events.failed(error);
    if (this.isReopenPending) this.openByName();
    else this.retryLater();
  }

  private retryLater(): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => {
      this.state = State.retrying;
      // SonicBoom keeps what it could not write, and writes it at the next write().
      this.passToBoom(NO_BYTES);
    }, RETRY_MS).unref();
  }

  /** Opens the file of this name, which may be a different file now, and continues there. */
  private openByName(): void {
    const { options, events } = this;
    if (options.path === undefined) return;
    this.isReopenPending = false;
    let file: OpenedFile;
    try {
      file = openOutputFile(options.path, options, this.file.fd);
    } catch (error) {
      // Until the next try, writes continue in the old file.
      this.isReopenPending = true;
      this.reopenNotBefore = performance.now() + REOPEN_RETRY_MS;
      this.schedule.postpone();
      events.failed(error as Error);
      if (this.state === State.waiting) this.retryLater();
      return;
    }
    clearTimeout(this.retryTimer);
    const old = this.boom;
    this.boom = this.newBoom(file.fd);
    if (this.state === State.waiting) old.destroy();
    else old.end();
    this.file = file;
    this.fileSize = file.size;
    this.schedule.startFile(file.started);
    this.preamble = this.preambleOf(file);
    events.reopened();
    if (this.state === State.waiting) this.writeRest();
  }

  private preambleOf(file: OpenedFile): Uint8Array {
    if (file.endsInPartialLine) return Buffer.of(NEWLINE);
    return file.size === 0 ? (this.options.header()?.bytes ?? NO_BYTES) : NO_BYTES;
  }

  /** Writes what the old file lacks, except for the line that it holds a part of. */
  private writeRest(): void {
    const { bytes, position } = this;
    const isLineSplit = position > 0 && bytes[position - 1] !== NEWLINE;
    const from = isLineSplit ? bytes.indexOf(NEWLINE, position) + 1 : position;
    this.writeBatch(bytes.subarray(from), isLineSplit ? this.lost + 1 : this.lost);
  }

  private writeBatch(bytes: Uint8Array, lost: number): void {
    const { preamble } = this;
    if (this.file.endsInPartialLine && preamble.length > 0) this.events.partialLineEnded();
    this.preamble = NO_BYTES;
    this.bytes = preamble.length === 0 ? bytes : Buffer.concat([preamble, bytes]);
    this.position = 0;
    this.lost = lost;
    if (this.bytes.length > 0) {
      this.state = this.state === State.waiting ? State.retrying : State.writing;
      this.passToBoom(this.bytes);
    } else {
      this.state = State.idle;
      this.acknowledge();
    }
  }

  private acknowledge(): void {
    this.bytes = NO_BYTES;
    this.events.acknowledged(this.lost);
  }

  /** Rotates before the batch that would make the file too large. */
  private rotateIfDue(batchBytes: number): void {
    const { schedule, fileSize } = this;
    const { path } = this.options;
    if (path === undefined || fileSize === 0 || this.isReopenPending) return;
    if (schedule.rotation === undefined || !schedule.isDue(fileSize + batchBytes)) return;
    try {
      rotateFiles(path, schedule.rotation.keep);
    } catch (error) {
      schedule.postpone();
      this.events.failed(error as Error);
      return;
    }
    this.openByName();
  }
}
