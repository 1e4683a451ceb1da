/** zlib's stream of raw deflate data, driven a slice at a time so that memory is bounded. */
import { createInflateRaw } from 'node:zlib';

/**
 * How much zlib is given at a time, in bytes. What it makes of the piece in which it finds an error is lost,
 * which is not all pity: it finds errors late, and what it made of the bytes just before is not to be
 * trusted. So the pieces are small at first, for small files, and grow with what went well. The largest may
 * become a thousand times as much, which must be held.
 */
const SMALLEST = 4 * 1024;
const LARGEST = 32 * 1024;

const OUTPUT = 128 * 1024;

export function startInflater() {
  const stream = createInflateRaw({ chunkSize: OUTPUT });
  let ready: Buffer[] = [];
  let error: Error | undefined;
  stream.on('data', (piece: Buffer) => ready.push(piece));
  stream.on('error', (cause: Error) => {
    error = cause;
  });
  return {
    /** How many bytes it should be fed now. */
    appetite: () => Math.min(LARGEST, Math.max(SMALLEST, Math.floor(stream.bytesWritten / 2))),
    /** How many bytes of the slice it took: fewer than all at the end of its data; -1: an error. */
    feed(slice: Buffer): Promise<number> {
      const before = stream.bytesWritten;
      return new Promise((resolve) => {
        const settle = () => {
          stream.off('error', settle);
          resolve(error ? -1 : stream.bytesWritten - before);
        };
        stream.on('error', settle);
        stream.write(slice, settle);
      });
    },
    take(): Buffer[] {
      const taken = ready;
      ready = [];
      return taken;
    },
    error: () => error?.message ?? '',
    close: () => stream.destroy(),
  };
}
