/**
 * Where the bytes of a capture come from: a file, or standard input. Files are read at once, devices in the thread
 * pool: to hand a MiB over to it and back costs more than to copy it.
 * Pipes and sockets are not: a read that waits there for a quiet writer can't be cancelled, and Node waits
 * for it before it exits; so they are read through the event loop.
 */
import * as fs from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';
import { UserError } from '../../config/user-error.js';

/** Why a capture ended before its end, or could not be read on. */
export interface Problem {
  kind: 'truncated' | 'corrupt';
  /** A clause about the file, which a caller can put behind its name and a colon. */
  text: string;
  /** Where: in the capture once decompressed, but for a fault of the compression itself in the file. */
  offset: number;
}

export interface Source {
  /** Puts at least one byte into bytes[start, end) and returns how many; 0: no more come. */
  read(bytes: Uint8Array, start: number, end: number): Promise<number>;
  /** How many bytes of the input as it is stored have been used. */
  taken(): number;
  /** How many the input has, where that is known. */
  readonly total: number | undefined;
  /** Why no more came, if that was not the end. */
  problem(): Problem | undefined;
  close(): Promise<void>;
}

/** How often a reader of a pipe looks whether it should stop, in milliseconds. */
const STOP_POLL = 100;

const SAYINGS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file: a part of the path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'is a directory, not a capture file',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  ENXIO: 'is a socket or a device without a reader',
};

// Plain descriptors rather than FileHandles: a Socket closes the one that it reads, and a handle would close
// that number a second time, when it may already be another file.
const open = promisify(fs.open);
const close = promisify(fs.close);
const stat = promisify(fs.stat);
const fstat = promisify(fs.fstat);
const read = promisify(fs.read);

const { O_RDONLY, O_NONBLOCK } = fs.constants;

/** The input of this path, '-' being standard input. `name` is what messages call it. */
export async function openSource(path: string, name: string, stopped: () => boolean): Promise<Source> {
  try {
    if (path === '-') return await openStdin(name, stopped);
    const before = await stat(path);
    if (before.isDirectory()) throw new UserError(`${name}: ${SAYINGS.EISDIR}`);
    // Opening a named pipe that nobody writes would wait in the thread pool.
    const fd = await open(path, before.isFIFO() ? O_RDONLY | O_NONBLOCK : O_RDONLY);
    return isPipe(before) ? pipeSource(fd, name, stopped) : fileSource(fd, before, name);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(`${name}: ${SAYINGS[code ?? ''] ?? `can't be opened (${code ?? message})`}`);
  }
}

async function openStdin(name: string, stopped: () => boolean): Promise<Source> {
  if (isatty(0)) throw new UserError(`${name} is a terminal: pipe a capture into it`);
  const stats = await fstat(0);
  if (stats.isDirectory()) throw new UserError(`${name}: ${SAYINGS.EISDIR}`);
  // Left open: Node keeps the standard descriptors itself.
  return isPipe(stats)
    ? pipeSource(0, name, stopped)
    : { ...fileSource(0, stats, name), close: async () => undefined };
}

function isPipe(stats: fs.Stats): boolean {
  return stats.isFIFO() || stats.isSocket();
}

function fileSource(fd: number, stats: fs.Stats, name: string): Source {
  const isFile = stats.isFile();
  let taken = 0;
  return {
    async read(bytes, start, end) {
      try {
        const size = end - start;
        const got = isFile
          ? fs.readSync(fd, bytes, start, size, null)
          : (await read(fd, bytes, start, size, null)).bytesRead;
        taken += got;
        return got;
      } catch (error) {
        throw failed(name, error);
      }
    },
    taken: () => taken,
    total: isFile ? stats.size : undefined,
    problem: () => undefined,
    close: () => close(fd),
  };
}

function pipeSource(fd: number, name: string, stopped: () => boolean): Source {
  const socket = new Socket({ fd, readable: true, writable: false });
  const poll = setInterval(() => {
    if (stopped()) socket.destroy();
  }, STOP_POLL);
  const source = chunkSource(socket[Symbol.asyncIterator](), (error) => {
    // Destroying it makes its iterator throw.
    if (!stopped()) throw failed(name, error);
  });
  return {
    ...source,
    async close() {
      clearInterval(poll);
      socket.destroy();
    },
  };
}

/** The disk's or the network's fault, not the user's. */
function failed(name: string, error: unknown): Error {
  return new Error(`${name}: ${(error as Error).message}`, { cause: error });
}

/** A source of pieces that come as they like. `onError` throws, or lets the input end there. */
export function chunkSource(
  chunks: AsyncIterator<Uint8Array>,
  onError: (error: unknown) => void,
): Omit<Source, 'close'> {
  let chunk: Uint8Array = new Uint8Array(0);
  let at = 0;
  let taken = 0;
  let ended = false;
  return {
    async read(bytes, start, end) {
      while (at === chunk.length && !ended) {
        try {
          const { value, done } = await chunks.next();
          if (done) ended = true;
          else chunk = value;
        } catch (error) {
          ended = true;
          onError(error);
        }
        if (!ended) at = 0;
      }
      const size = Math.min(chunk.length - at, end - start);
      bytes.set(chunk.subarray(at, at + size), start);
      at += size;
      taken += size;
      return size;
    },
    taken: () => taken,
    total: undefined,
    problem: () => undefined,
  };
}

/** The first bytes of a source, at most `size`, and a source that still gives them. */
export async function peek(source: Source, size: number): Promise<{ head: Buffer; source: Source }> {
  const head = Buffer.alloc(size);
  let have = 0;
  for (let more = 1; have < size && more > 0; have += more) more = await source.read(head, have, size);
  let at = 0;
  return {
    head: head.subarray(0, have),
    source: {
      ...source,
      async read(bytes, start, end) {
        if (at === have) return source.read(bytes, start, end);
        const part = head.subarray(at, Math.min(have, at + end - start));
        bytes.set(part, start);
        at += part.length;
        return part.length;
      },
    },
  };
}
