/** A run of one direction's bytes, from a segment or from the reorder queue, that goes to the decoder. */
import { newPacketTimestamp, type PacketTimestamp } from '../packet/timestamp.js';

/** The assembler has one and refills it for each segment, so that the packet path allocates nothing. */
export interface Chunk {
  /** Sequence number of the first byte. */
  seq: number;
  /** Bytes on the wire: more than end - start where the capture truncated the packet. */
  length: number;
  /** The captured bytes are bytes[start, end). */
  bytes: Uint8Array;
  start: number;
  end: number;
  /** The time at which the decoder gets them. */
  at: PacketTimestamp;
}

export const EMPTY = new Uint8Array(0);

export function newChunk(): Chunk {
  return { seq: 0, length: 0, bytes: EMPTY, start: 0, end: 0, at: newPacketTimestamp() };
}

/** Drops the first `count` bytes, seen or truncated. */
export function trimFront(chunk: Chunk, count: number): void {
  chunk.seq = (chunk.seq + count) >>> 0;
  chunk.length -= count;
  chunk.start = Math.min(chunk.end, chunk.start + count);
}
