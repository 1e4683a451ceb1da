/**
 * A file, written by pino's SonicBoom, one batch of whole lines at a time: between two of them it can be opened anew
 * or rotated, and no line is split over two files. After a fault (a full disk) the rest of the batch is tried again,
 * from the byte on at which it stopped.
 */
import sonicBoom, { type SonicBoom } from 'sonic-boom';
import type { Rotation } from '../../config/output-options.js';
import { UserError } from '../../config/user-error.js';
import type { Batch, LineSink, LineSinkFactory, SinkEvents } from '../line-sink.js';
import { type FileAccess, inspectFile, type OpenedFile, openOutputFile } from './open-file.js';
import { isDue, rotate } from './rotate.js';

export interface FileOptions extends FileAccess {
  readonly name: string;
  /** undefined: standard output, which can't be opened anew. */
  readonly path: string | undefined;
  readonly rotation: Rotation | undefined;
  /** false: a fault is the end, as for who waits for a capture file to be read. */
  readonly retries: boolean;
  /** What a new file begins with: the start line. */
  head(): Batch | undefined;
}

const RETRY_MS = 1000;
/** Sooner than a queue calls its output recovered. */
const REOPEN_AGAIN_MS = 500;
/** After a rotation that failed. */
const ROTATE_AGAIN_MS = 60000;
const NEWLINE = 10;
const NOTHING = new Uint8Array(0);

/** @throws UserError if the file can't be opened */
export function fileSink(options: FileOptions): LineSinkFactory {
  const { path } = options;
  if (path === undefined) return (events) => newFileSink(options, inspectFile(1, '/proc/self/fd/1'), events);
  let opened: OpenedFile;
  try {
    opened = openOutputFile(path, options);
  } catch (error) {
    throw new UserError(`--output ${options.name}: expected a file that can be written: ${messageOf(error)}`);
  }
  return (events) => newFileSink(options, opened, events);
}

function newFileSink(options: FileOptions, first: OpenedFile, events: SinkEvents): LineSink {
  const { name, path, retries } = options;
  let { rotation } = options;
  let file = first;
  let size = first.size;
  let since = first.since;
  let boom = newBoom(first.fd);
  /** What is written before the next batch: an end for a half line, or a start line. */
  let before: Uint8Array = first.half ? Buffer.of(NEWLINE) : NOTHING;
  let current: { bytes: Uint8Array; lost: number } | undefined;
  let at = 0;
  let retry: NodeJS.Timeout | undefined;
  let isUp = true;
  /** A write is under way, the first or another try. */
  let writing = false;
  let ending = false;
  let wantsReopen = false;
  let reopenAfter = 0;
  let rotateAfter = 0;

  function newBoom(fd: number): SonicBoom {
    const made = new sonicBoom.SonicBoom({ fd, sync: false, minLength: 0, contentMode: 'buffer' });
    made.on('write', (bytes: number) => {
      if (made === boom) advance(bytes);
    });
    made.on('error', (error: NodeJS.ErrnoException) => {
      if (made === boom) fail(error);
    });
    return made;
  }

  /** With this content mode SonicBoom takes buffers, which its types don't say. */
  function give(bytes: Uint8Array): void {
    writing = true;
    const buffer: unknown = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    boom.write(buffer as string);
  }

  function advance(bytes: number): void {
    // SonicBoom throws at a write once it is destroyed.
    if (current === undefined || ending) return;
    at += bytes;
    size += bytes;
    isUp = true;
    if (at < current.bytes.length) return;
    const { lost } = current;
    current = undefined;
    writing = false;
    if (wantsReopen && performance.now() >= reopenAfter) reopen();
    events.acknowledged(lost);
  }

  function fail(error: NodeJS.ErrnoException): void {
    if (ending) return;
    writing = false;
    if (!retries) {
      events.dead(error);
      return;
    }
    isUp = false;
    events.failed(error);
    if (wantsReopen) reopen();
    else waitAndRetry();
  }

  function waitAndRetry(): void {
    clearTimeout(retry);
    // SonicBoom keeps what it could not write, and goes on with it at the next write.
    retry = setTimeout(() => give(NOTHING), RETRY_MS).unref();
  }

  /** The file of this name, which may be another one now. */
  function reopen(): void {
    wantsReopen = false;
    if (path === undefined) return;
    let opened: OpenedFile;
    try {
      opened = openOutputFile(path, options, file.fd);
    } catch (error) {
      // The old one is better than none until then.
      wantsReopen = true;
      reopenAfter = performance.now() + REOPEN_AGAIN_MS;
      rotateAfter = performance.now() + ROTATE_AGAIN_MS;
      events.failed(error as Error);
      if (current !== undefined) waitAndRetry();
      return;
    }
    clearTimeout(retry);
    const old = boom;
    boom = newBoom(opened.fd);
    if (current === undefined) old.end();
    else old.destroy();
    file = opened;
    size = opened.size;
    since = opened.since;
    before = beginning(opened);
    events.reopened();
    if (current !== undefined) takeRest(current.bytes, current.lost);
  }

  function beginning(opened: OpenedFile): Uint8Array {
    if (opened.half) return Buffer.of(NEWLINE);
    return opened.size === 0 ? (options.head()?.bytes ?? NOTHING) : NOTHING;
  }

  /** What the old file has not: but for the line that it has a part of. */
  function takeRest(bytes: Uint8Array, lost: number): void {
    const isTorn = at > 0 && bytes[at - 1] !== NEWLINE;
    const rest = isTorn ? bytes.subarray(bytes.indexOf(NEWLINE, at) + 1) : bytes.subarray(at);
    put(rest, isTorn ? lost + 1 : lost);
  }

  function put(bytes: Uint8Array, lost: number): void {
    const all = before.length === 0 ? bytes : Buffer.concat([before, bytes]);
    if (file.half && before.length > 0) events.partialLineEnded();
    before = NOTHING;
    current = { bytes: all, lost };
    at = 0;
    if (all.length > 0) give(all);
    else {
      current = undefined;
      events.acknowledged(lost);
    }
  }

  /** By the time of day, which a file keeps when nobody runs. One from the future began when the clock was set back. */
  function age(): number {
    const now = Date.now();
    since = Math.min(since, now);
    return now - since;
  }

  /** Before the batch that would make the file too large. */
  function rotateIfDue(next: number): void {
    if (rotation === undefined || path === undefined || size === 0 || wantsReopen) return;
    if (performance.now() < rotateAfter || !isDue(rotation, size + next, age())) return;
    try {
      rotate(path, rotation.keep);
      reopen();
    } catch (error) {
      rotateAfter = performance.now() + ROTATE_AGAIN_MS;
      events.failed(error as Error);
    }
  }

  return {
    name,
    write(batch) {
      rotateIfDue(batch.bytes.length);
      put(batch.bytes, 0);
    },
    reopen() {
      if (path === undefined) return;
      wantsReopen = true;
      // What is being written may arrive: then after it, or at its next failure.
      if (!writing) reopen();
    },
    setRotation(other) {
      rotation = other;
    },
    isUp: () => isUp,
    close() {
      ending = true;
      clearTimeout(retry);
      if (path === undefined) return Promise.resolve();
      return new Promise((resolve) => {
        boom.on('close', resolve);
        boom.on('error', () => resolve());
        if (current === undefined) boom.end();
        else boom.destroy();
      });
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
