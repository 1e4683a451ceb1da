/**
 * The bytes of a capture: a file, or standard input. Regular files are read synchronously, devices in libuv's thread
 * pool: passing a MiB to the pool and back costs more than copying it.
 * Pipes and sockets are read through the event loop: a blocking read of a quiet writer can't be cancelled, and Node
 * waits for it before it exits.
 */
import * as fs from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';
import { UserError } from '../../config/user-error.js';

/** Why reading a capture ended before its end. */
export interface ReadProblem {
  kind: 'truncated' | 'corrupt';
  /** A clause to follow the file's name and a colon. */
  text: string;
  /** The position in the decompressed capture; for a fault of the compression itself, in the file. */
  offset: number;
}

export interface ByteSource {
  /** Puts at least one byte into bytes[start, end) and returns their number; 0: the end. */
  read(bytes: Uint8Array, start: number, end: number): Promise<number>;
  /** The bytes read so far of the input as it is stored. */
  bytesRead(): number;
  /** The input's size, if it is known. */
  readonly total: number | undefined;
  /** Why reading ended, if not at the end. */
  problem(): ReadProblem | undefined;
  close(): Promise<void>;
}

/** Milliseconds between checks whether the reader of a pipe is to stop. */
const STOP_POLL_MS = 100;

const ERROR_TEXTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file: a part of the path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'is a directory, not a capture file',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  ENXIO: 'is a socket or a device without a reader',
};

// Plain descriptors, not FileHandles: a Socket closes its descriptor, and a handle would close the same number again
// when it may belong to another file.
const open = promisify(fs.open);
const close = promisify(fs.close);
const stat = promisify(fs.stat);
const fstat = promisify(fs.fstat);
const read = promisify(fs.read);

const { O_RDONLY, O_NONBLOCK } = fs.constants;

/**
 * Opens the input; the path '-' is standard input.
 *
 * @param name the input's name in messages
 * @throws UserError if it can't be opened
 */
export async function openSource(path: string, name: string, stopped: () => boolean): Promise<ByteSource> {
  try {
    if (path === '-') return await openStdin(name, stopped);
    const stats = await stat(path);
    if (stats.isDirectory()) throw new UserError(`${name}: ${ERROR_TEXTS.EISDIR}`);
    // Without O_NONBLOCK, opening a named pipe without a writer would block a thread of the pool.
    const fd = await open(path, stats.isFIFO() ? O_RDONLY | O_NONBLOCK : O_RDONLY);
    return isPipe(stats) ? pipeSource(fd, name, stopped) : fileSource(fd, stats, name);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(`${name}: ${ERROR_TEXTS[code ?? ''] ?? `can't be opened (${code ?? message})`}`);
  }
}

async function openStdin(name: string, stopped: () => boolean): Promise<ByteSource> {
  if (isatty(0)) throw new UserError(`${name} is a terminal: pipe a capture into it`);
  const stats = await fstat(0);
  if (stats.isDirectory()) throw new UserError(`${name}: ${ERROR_TEXTS.EISDIR}`);
  // Not closed: Node owns the standard descriptors.
  return isPipe(stats)
    ? pipeSource(0, name, stopped)
    : { ...fileSource(0, stats, name), close: async () => undefined };
}

function isPipe(stats: fs.Stats): boolean {
  return stats.isFIFO() || stats.isSocket();
}

function fileSource(fd: number, stats: fs.Stats, name: string): ByteSource {
  const isFile = stats.isFile();
  let bytesRead = 0;
  return {
    async read(bytes, start, end) {
      try {
        const size = end - start;
        const count = isFile
          ? fs.readSync(fd, bytes, start, size, null)
          : (await read(fd, bytes, start, size, null)).bytesRead;
        bytesRead += count;
        return count;
      } catch (error) {
        throw readError(name, error);
      }
    },
    bytesRead: () => bytesRead,
    total: isFile ? stats.size : undefined,
    problem: () => undefined,
    close: () => close(fd),
  };
}

function pipeSource(fd: number, name: string, stopped: () => boolean): ByteSource {
  const socket = new Socket({ fd, readable: true, writable: false });
  const poll = setInterval(() => {
    if (stopped()) socket.destroy();
  }, STOP_POLL_MS);
  const source = chunkSource(socket[Symbol.asyncIterator](), (error) => {
    // The iterator of a destroyed socket throws, which is no error after a stop.
    if (!stopped()) throw readError(name, error);
  });
  return {
    ...source,
    async close() {
      clearInterval(poll);
      socket.destroy();
    },
  };
}

/** A fault of the disk or network, not a UserError. */
function readError(name: string, error: unknown): Error {
  return new Error(`${name}: ${(error as Error).message}`, { cause: error });
}

/** A source over chunks of any size. `onError` throws, or returns to end the input there. */
export function chunkSource(
  chunks: AsyncIterator<Uint8Array>,
  onError: (error: unknown) => void,
): Omit<ByteSource, 'close'> {
  let chunk: Uint8Array = new Uint8Array(0);
  let position = 0;
  let bytesRead = 0;
  let ended = false;
  return {
    async read(bytes, start, end) {
      while (position === chunk.length && !ended) {
        try {
          const { value, done } = await chunks.next();
          if (done) ended = true;
          else chunk = value;
        } catch (error) {
          ended = true;
          onError(error);
        }
        if (!ended) position = 0;
      }
      const size = Math.min(chunk.length - position, end - start);
      bytes.set(chunk.subarray(position, position + size), start);
      position += size;
      bytesRead += size;
      return size;
    },
    bytesRead: () => bytesRead,
    total: undefined,
    problem: () => undefined,
  };
}

/** Reads the first bytes of a source, at most `size`. @returns them, and a source that still delivers them */
export async function peek(source: ByteSource, size: number): Promise<{ head: Buffer; source: ByteSource }> {
  const buffer = Buffer.alloc(size);
  let length = 0;
  for (let count = 1; length < size && count > 0; length += count) {
    count = await source.read(buffer, length, size);
  }
  let position = 0;
  return {
    head: buffer.subarray(0, length),
    source: {
      ...source,
      async read(bytes, start, end) {
        if (position === length) return source.read(bytes, start, end);
        const part = buffer.subarray(position, Math.min(length, position + end - start));
        bytes.set(part, start);
        position += part.length;
        return part.length;
      },
    },
  };
}
