/** A zlib stream of raw deflate data, fed a slice at a time so that memory is bounded. */
import { createInflateRaw, type InflateRaw } from 'node:zlib';

/**
 * Bytes fed to zlib at a time. The output of a slice with an error is lost, which is acceptable: zlib finds errors
 * late, and what it made of the bytes just before can't be trusted. Slices start small, for small files, and grow with
 * the data inflated so far. The largest slice can expand a thousandfold, which must fit in memory.
 */
const MIN_SLICE = 4 * 1024;
const MAX_SLICE = 32 * 1024;

const OUTPUT_CHUNK = 128 * 1024;

export class Inflater {
  private readonly stream: InflateRaw;
  private output: Buffer[];
  private error: Error | undefined;

  constructor() {
    this.stream = createInflateRaw({ chunkSize: OUTPUT_CHUNK });
    this.output = [];
    this.error = undefined;
    this.stream.on('data', (chunk: Buffer) => this.output.push(chunk));
    this.stream.on('error', (cause: Error) => {
      this.error = cause;
    });
  }

  /** The number of bytes to feed next. */
  sliceSize(): number {
    return Math.min(MAX_SLICE, Math.max(MIN_SLICE, Math.floor(this.stream.bytesWritten / 2)));
  }

  /** @returns the bytes consumed, fewer than all at the end of the deflate data; -1: an error */
  feed(slice: Buffer): Promise<number> {
    const before = this.stream.bytesWritten;
    return new Promise((resolve) => {
      const done = () => {
        this.stream.off('error', done);
        resolve(this.error ? -1 : this.stream.bytesWritten - before);
      };
      this.stream.on('error', done);
      this.stream.write(slice, done);
    });
  }

  /** Returns and removes the inflated data so far. */
  takeOutput(): Buffer[] {
    const { output } = this;
    this.output = [];
    return output;
  }

  errorMessage(): string {
    return this.error?.message ?? '';
  }

  close(): void {
    this.stream.destroy();
  }
}
