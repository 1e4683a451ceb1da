/**
 * The memory that chunks of a capture are read into: the reader's own, from which the sink copies, or the sink's, where
 * the records may stay. The incomplete record at a chunk's end moves to the next chunk.
 */
import type { PacketSink } from '../sink.js';
import type { Chunk } from './capture-parser.js';

/** chunk.bytes[start, end) is read and not consumed; up to `limit` there is room for more. */
export interface ReadBuffer {
  readonly chunk: Chunk;
  start: number;
  end: number;
  readonly limit: number;
}

export interface ChunkMemory {
  /** The empty buffer to start with. */
  readonly first: ReadBuffer;
  /** Returns a buffer that starts with the unconsumed bytes of `buffer` and has room for more; undefined: stopped. */
  next(buffer: ReadBuffer): ReadBuffer | undefined;
}

/** The reader's own memory, for `size` bytes at a time. */
export function ownMemory(size: number): ChunkMemory {
  return {
    first: { chunk: newChunk(size * 2, 0), start: 0, end: 0, limit: 0 },
    next({ chunk, start, end }) {
      const left = end - start;
      return { chunk: moveToFront(chunk, start, end, size), start: 0, end: left, limit: left + size };
    },
  };
}

function newChunk(size: number, base: number): Chunk {
  const bytes = Buffer.allocUnsafeSlow(size);
  return { bytes, view: new DataView(bytes.buffer), base };
}

/** A chunk that starts with bytes[start, end) of this one and has room for `size` more. */
function moveToFront(chunk: Chunk, start: number, end: number, size: number): Chunk {
  const left = end - start;
  const base = chunk.base + start;
  if (left + size <= chunk.bytes.length) {
    if (start > 0) chunk.bytes.copyWithin(0, start, end);
    return { ...chunk, base };
  }
  // Grows with the bytes that have arrived, never by a length that was read.
  const larger = newChunk(Math.max(chunk.bytes.length * 2, left + size), base);
  chunk.bytes.copy(larger.bytes, 0, start, end);
  return larger;
}

/**
 * The sink's own memory. Only for a parser that leaves each record in place or moves it towards the start, and that
 * reports the link type before the first record: a mark takes room in the ring that the parser must have read by then.
 */
export function sinkMemory(room: NonNullable<PacketSink['room']>, size: number): ChunkMemory {
  const empty: Chunk = { bytes: Buffer.alloc(0), view: new DataView(new ArrayBuffer(0)), base: 0 };
  return {
    first: { chunk: empty, start: 0, end: 0, limit: 0 },
    next({ chunk, start, end }) {
      const left = end - start;
      const free = room(left);
      if (free === undefined) return undefined;
      const { bytes, view, at } = free;
      if (start !== at) bytes.copyWithin(at, start, end);
      const limit = Math.min(free.end, at + left + size);
      return { chunk: { bytes, view, base: chunk.base + start - at }, start: at, end: at + left, limit };
    },
  };
}
