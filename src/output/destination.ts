/**
 * Where lines go: the one destination, owned by the main thread. Writes are asynchronous, so that a
 * stalled reader stalls nobody; what was handed over and is not written yet is counted by the caller.
 */
import { fstatSync } from 'node:fs';
import { pino } from 'pino';

export interface Destination {
  /** Takes a batch of whole lines; calls `written` when the system has taken it. */
  write(lines: Uint8Array, written: () => void): void;
  /** Batches that the system has not taken yet. */
  pending(): number;
  /** Told once if the destination fails (the reader went away, the disk is full). */
  failed: (error: NodeJS.ErrnoException) => void;
}

/** Standard output: a regular file through pino's own destination, else the pipe, socket or terminal. */
export function openStdout(): Destination {
  return fstatSync(1).isFile() ? fileDestination(1) : streamDestination(process.stdout);
}

function streamDestination(stream: NodeJS.WriteStream): Destination {
  let pending = 0;
  const self: Destination = {
    write(lines, written) {
      pending++;
      stream.write(lines, () => {
        pending--;
        written();
      });
    },
    pending: () => pending,
    failed() {},
  };
  stream.on('error', (error) => self.failed(error));
  return self;
}

/** pino.destination is a SonicBoom: it tells bytes written, not batches, so batches wait in a queue. */
function fileDestination(fd: number): Destination {
  const boom = pino.destination({ fd, sync: false, minLength: 0, contentMode: 'buffer' });
  const queue: { end: number; written: () => void }[] = [];
  let given = 0;
  let taken = 0;
  const self: Destination = {
    write(lines, written) {
      given += lines.length;
      queue.push({ end: given, written });
      // With this content mode it takes buffers, which its types don't say.
      const bytes: unknown = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
      boom.write(bytes as string);
    },
    pending: () => queue.length,
    failed() {},
  };
  boom.on('write', (bytes: number) => {
    taken += bytes;
    while (queue.length > 0 && queue[0].end <= taken) queue.shift()?.written();
  });
  boom.on('error', (error) => self.failed(error));
  return self;
}
