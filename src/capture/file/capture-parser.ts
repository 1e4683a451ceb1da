/**
 * What the reader (read.ts) and the two formats (pcap.ts, pcapng.ts) agree on. A parser is handed the
 * file's bytes chunk after chunk, rewrites the whole records in each chunk to the ring's layout where they
 * lie, and gives runs of them away. It never allocates by a length that it read.
 */
import { MAX_PACKET } from '../../ring/layout.js';

/** A stretch of the capture. The parser may overwrite what it has consumed of it. */
export interface Chunk {
  readonly bytes: Buffer;
  readonly view: DataView;
  /** Where in the capture (once decompressed) bytes[0] lies. */
  readonly base: number;
}

/** How far a parser came. */
export interface Walk {
  /** Where the first thing begins that is not whole yet; past the chunk's end: skip up to there. */
  readonly next: number;
  /** The capture makes no sense from `next` on. */
  readonly fault?: string;
}

/** Where a parser puts what it finds. */
export interface Outlet {
  link(linkType: number): void;
  records(bytes: Uint8Array, start: number, end: number, count: number): void;
  /** One of the records that come next has time 0 because its own is absent or does not fit. */
  untimed(): void;
}

/** What a capture says of itself. */
export interface About {
  readonly format: 'pcap' | 'pcapng';
  /** The distinct link types so far, in the order of their appearance. */
  readonly linkTypes: readonly number[];
  /** The names of the interfaces so far, where the capture gives them. */
  readonly interfaces: readonly string[];
}

export interface Parser {
  /** Consumes what is whole of chunk.bytes[start, end). */
  walk(chunk: Chunk, start: number, end: number): Walk;
  /** Undefined until the header was read and found to be one. */
  about(): About | undefined;
  /**
   * At the end of the input: what it ends inside of, and where that began; undefined if it ends well.
   * `left` bytes at `offset` were not consumed.
   */
  unfinished(left: number, offset: number): { what: string; offset: number } | undefined;
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

/** Why a record of these lengths can't be one. */
export function impossible(number: number, captured: number, wire: number): string {
  return captured > MAX_PACKET
    ? `packet ${number} would have ${captured} captured bytes, and ${MAX_PACKET} is the most that one can have`
    : `packet ${number} would have been ${wire} bytes long`;
}
