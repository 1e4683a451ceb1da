/** Reads a source byte by byte, through a buffer. */
import type { ByteSource } from './byte-source.js';

const BUFFER_BYTES = 256 * 1024;

export class ByteReader {
  private readonly source: ByteSource;
  private readonly buffer: Buffer;
  private start: number;
  private end: number;
  /** The offset in the source of buffer[0]. */
  private base: number;

  constructor(source: ByteSource) {
    this.source = source;
    this.buffer = Buffer.allocUnsafe(BUFFER_BYTES);
    this.start = 0;
    this.end = 0;
    this.base = 0;
  }

  /** The offset in the source of the next byte. */
  offset(): number {
    return this.base + this.start;
  }

  /** @returns false at the end of the source */
  async hasMore(): Promise<boolean> {
    if (this.start < this.end) return true;
    this.base += this.end;
    this.start = 0;
    this.end = 0;
    this.end = await this.source.read(this.buffer, 0, BUFFER_BYTES);
    return this.end > 0;
  }

  /** Up to `size` of the buffered bytes, without consuming them. */
  peek(size: number): Buffer {
    return this.buffer.subarray(this.start, Math.min(this.end, this.start + size));
  }

  /** Consumes buffered bytes. */
  consume(size: number): void {
    this.start += size;
  }

  /** The next byte; -1 at the end. */
  async byte(): Promise<number> {
    return (await this.hasMore()) ? this.buffer[this.start++]! : -1;
  }

  /** Puts back the byte read last. */
  unread(): void {
    this.start--;
  }

  /** A little-endian number of `size` bytes; -1 at the end. */
  async number(size: number): Promise<number> {
    let value = 0;
    for (let index = 0; index < size; index++) {
      const next = await this.byte();
      if (next < 0) return -1;
      value += next * 256 ** index;
    }
    return value;
  }

  /** @returns false if the source ends first */
  async skip(size: number): Promise<boolean> {
    for (let left = size; left > 0; ) {
      if (!(await this.hasMore())) return false;
      const step = Math.min(left, this.end - this.start);
      this.start += step;
      left -= step;
    }
    return true;
  }

  /** Skips a string and the NUL byte that ends it. @returns false if the source ends first */
  async skipString(): Promise<boolean> {
    let next = 1;
    while (next > 0) next = await this.byte();
    return next === 0;
  }
}
