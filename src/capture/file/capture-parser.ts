/**
 * The interface between the read loop (read-loop.ts) and the parsers of the two formats (pcap.ts, pcapng.ts). A parser
 * gets the file's bytes chunk by chunk, rewrites the whole records of each chunk in place to the ring's layout, and
 * delivers them in runs. It never allocates by a length that it has read.
 */
import { MAX_PACKET } from '../../ring/layout.js';

/** A part of the capture. The parser may overwrite what it has consumed of it. */
export interface Chunk {
  readonly bytes: Buffer;
  readonly view: DataView;
  /** The offset in the decompressed capture of bytes[0]. */
  readonly base: number;
}

/** How far a parser has consumed a chunk. */
export interface ParseResult {
  /** The start of the first incomplete record or block; past the chunk's end: skip up to there. */
  readonly next: number;
  /** Why the capture is invalid from `next` on. */
  readonly fault?: string;
}

/** Takes what a parser finds. */
export interface ParserOutput {
  link(linkType: number): void;
  records(bytes: Uint8Array, start: number, end: number, count: number): void;
  /** One of the records that follow has time 0, since its own is missing or out of range. */
  untimed(): void;
}

export interface CaptureHeader {
  readonly format: 'pcap' | 'pcapng';
  /** The distinct link types so far, in order of appearance. */
  readonly linkTypes: readonly number[];
  /** The names of the interfaces so far, where the capture has them. */
  readonly interfaces: readonly string[];
}

export interface CaptureParser {
  /** Consumes the whole records of chunk.bytes[start, end). */
  parse(chunk: Chunk, start: number, end: number): ParseResult;
  /** Undefined until a valid header has been read. */
  header(): CaptureHeader | undefined;
  /**
   * At the end of the input: the incomplete record or block, and its offset; undefined if the input is complete.
   * `left` bytes at `offset` were not consumed.
   */
  incomplete(left: number, offset: number): { what: string; offset: number } | undefined;
}

/** A record's header in the ring's layout (ring/layout.ts). */
export function writeHeader(
  view: DataView,
  at: number,
  seconds: number,
  nanoseconds: number,
  captured: number,
  wire: number,
): void {
  view.setUint32(at, seconds, true);
  view.setUint32(at + 4, nanoseconds, true);
  view.setUint32(at + 8, captured, true);
  view.setUint32(at + 12, wire, true);
}

/** The message for a record with lengths that no packet has. */
export function impossibleLength(number: number, captured: number, wire: number): string {
  return captured > MAX_PACKET
    ? `packet ${number} has ${captured} captured bytes, the maximum is ${MAX_PACKET}`
    : `packet ${number} has the impossible length ${wire}`;
}
