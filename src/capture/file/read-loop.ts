/**
 * The loop that reads a source chunk after chunk, lets a parser take what is whole, and keeps the rest for
 * the next round; and the account of it: what was delivered, what was wrong.
 */
import { UserError } from '../../config/user-error.js';
import type { PacketSink } from '../sink.js';
import type { Problem, Source } from './byte-source.js';
import type { About, Outlet, Parser } from './capture-parser.js';
import { ownMemory, sinkMemory } from './chunk-memory.js';

export interface CaptureInfo extends About {
  readonly gzip: boolean;
  /** The time of the first packet; absent if there is none. */
  readonly firstTimestamp?: { readonly seconds: number; readonly nanoseconds: number };
}

export interface ReadOptions {
  /** Called once, before the first packet is handed over, or at the end of a capture without packets. */
  onHeader?(info: CaptureInfo): void;
  /** Called after each chunk. Both count the file as it is stored; the total of a pipe is not known. */
  onProgress?(bytesRead: number, totalBytes: number | undefined): void;
  /** How much is read at a time. For tests. */
  chunkSize?: number;
}

export interface ReadResult {
  packets: number;
  /** How much of the file was read, as it is stored. */
  bytes: number;
  /** Packets that were given time 0, since the file has no time for them or none between 1970 and 2106. */
  untimed: number;
  problem?: Problem;
}

const CHUNK = 1024 * 1024;

/** What is read, and for whom. */
export interface Target {
  readonly sink: PacketSink;
  /** What messages call it. */
  readonly name: string;
  readonly gzip: boolean;
  /** The parser is one that can work in the sink's memory (memory.ts). */
  readonly inPlace?: boolean;
}

/**
 * Reads `source` to its end with the parser that `begin` makes. A fault before any packet could come means
 * that the file can't be read at all, and is thrown.
 */
export async function drive(
  source: Source,
  begin: (outlet: Outlet) => Parser,
  { sink, name, gzip, inPlace = false }: Target,
  options: ReadOptions,
): Promise<ReadResult> {
  const { onProgress, chunkSize = CHUNK } = options;
  const unit = gzip ? ' of the decompressed data' : '';
  const delivery = startDelivery(sink, () => parser.about(), gzip, options);
  const parser: Parser = begin(delivery.outlet);
  const memory = inPlace && sink.room !== undefined ? sinkMemory(sink.room, chunkSize) : ownMemory(chunkSize);
  let piece = memory.first;
  /** Bytes to come that the parser does not want. */
  let skip = 0;
  let problem: Problem | undefined;

  while (!sink.stopped()) {
    const next = memory.more(piece);
    if (next === undefined) break;
    piece = next;
    const { chunk } = piece;
    const size = await source.read(chunk.bytes, piece.end, piece.limit);
    onProgress?.(source.taken(), source.total);
    if (size === 0) break;
    piece.end += size;
    const skipped = Math.min(skip, piece.end - piece.start);
    skip -= skipped;
    if (skip > 0) {
      piece.start = piece.end;
      continue;
    }
    const walk = parser.walk(chunk, piece.start + skipped, piece.end);
    if (walk.fault !== undefined) {
      const offset = chunk.base + walk.next;
      if (!parser.about()) throw new UserError(`${name} can't be read: ${walk.fault}`);
      problem = { kind: 'corrupt', text: `${walk.fault}, at byte ${offset}${unit}`, offset };
      break;
    }
    piece.start = Math.min(walk.next, piece.end);
    skip = walk.next - piece.start;
  }

  // Stopped: that more was to come is no news.
  if (!sink.stopped())
    problem ??=
      source.problem() ?? unfinished(parser, piece.end - piece.start, piece.chunk.base + piece.start, unit);
  const result = { bytes: source.taken(), ...delivery.end() };
  return problem ? { ...result, problem } : result;
}

function unfinished(parser: Parser, left: number, offset: number, unit: string): Problem | undefined {
  const inside = parser.unfinished(left, offset);
  if (!inside) return undefined;
  const text = `ends inside ${inside.what}, which begins at byte ${inside.offset}${unit}`;
  return { kind: 'truncated', text, offset: inside.offset };
}

/** The sink's side: counts, and calls onHeader before the first packet. */
function startDelivery(
  sink: PacketSink,
  about: () => About | undefined,
  gzip: boolean,
  options: ReadOptions,
) {
  const { onHeader } = options;
  let packets = 0;
  let untimed = 0;
  let announced = false;

  function announce(first?: DataView): void {
    const known = about();
    if (announced || !known || !onHeader) return;
    announced = true;
    const info = { ...known, gzip };
    if (!first) onHeader(info);
    else
      onHeader({
        ...info,
        firstTimestamp: { seconds: first.getUint32(0, true), nanoseconds: first.getUint32(4, true) },
      });
  }

  const outlet: Outlet = {
    link: (linkType) => sink.link(linkType),
    records(bytes, start, end, count) {
      if (packets === 0) announce(new DataView(bytes.buffer, bytes.byteOffset + start));
      packets += count;
      sink.records(bytes, start, end, count);
    },
    untimed() {
      untimed++;
    },
  };
  return {
    outlet,
    end() {
      announce();
      return { packets, untimed };
    },
  };
}
