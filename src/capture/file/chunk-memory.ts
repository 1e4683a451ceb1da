/**
 * Where the pieces of a capture are read to: memory of our own, from which the sink copies, or the sink's, where the
 * records may stay as they lie. What a piece ends in the middle of comes along to the next.
 */
import type { PacketSink } from '../sink.js';
import type { Chunk } from './capture-parser.js';

/** chunk.bytes[start, end) is there and not consumed yet; up to `limit` there is room for more. */
export interface Piece {
  readonly chunk: Chunk;
  start: number;
  end: number;
  readonly limit: number;
}

/** Makes room behind what is left of a piece; undefined: the run has been stopped. */
export type Memory = (left: Piece) => Piece | undefined;

/** Memory of our own, for `size` bytes at a time. */
export function ownMemory(size: number): { first: Piece; more: Memory } {
  return {
    first: { chunk: newChunk(size * 2, 0), start: 0, end: 0, limit: 0 },
    more({ chunk, start, end }) {
      const left = end - start;
      return { chunk: moved(chunk, start, end, size), start: 0, end: left, limit: left + size };
    },
  };
}

function newChunk(size: number, base: number): Chunk {
  const bytes = Buffer.allocUnsafeSlow(size);
  return { bytes, view: new DataView(bytes.buffer), base };
}

/** A chunk that begins with bytes[start, end) of this one and has room for `size` more. */
function moved(chunk: Chunk, start: number, end: number, size: number): Chunk {
  const left = end - start;
  const base = chunk.base + start;
  if (left + size <= chunk.bytes.length) {
    if (start > 0) chunk.bytes.copyWithin(0, start, end);
    return { ...chunk, base };
  }
  // Never by a length that was read: it grows as bytes arrive that a parser waits for the rest of.
  const larger = newChunk(Math.max(chunk.bytes.length * 2, left + size), base);
  chunk.bytes.copy(larger.bytes, 0, start, end);
  return larger;
}

/**
 * The sink's own memory. Only for a parser that leaves each record where it is or moves it towards the start, and says
 * the link before the first: a mark takes room of the ring's that the parser must have read by then.
 */
export function sinkMemory(
  room: NonNullable<PacketSink['room']>,
  size: number,
): { first: Piece; more: Memory } {
  const nothing = { bytes: Buffer.alloc(0), view: new DataView(new ArrayBuffer(0)), base: 0 };
  return {
    first: { chunk: nothing, start: 0, end: 0, limit: 0 },
    more({ chunk, start, end }) {
      const left = end - start;
      const place = room(left);
      if (place === undefined) return undefined;
      const { bytes, view, at } = place;
      if (start !== at) bytes.copyWithin(at, start, end);
      const limit = Math.min(place.end, at + left + size);
      return { chunk: { bytes, view, base: chunk.base + start - at }, start: at, end: at + left, limit };
    },
  };
}
