/** Reads a source chunk by chunk, parses each, and counts what was delivered and what was wrong. */
import { UserError } from '../../config/user-error.js';
import type { Timestamp } from '../../packet/timestamp.js';
import type { PacketSink } from '../sink.js';
import type { ByteSource, ReadProblem } from './byte-source.js';
import type { CaptureHeader, CaptureParser, ParserOutput } from './capture-parser.js';
import { ownMemory, type ReadBuffer, sinkMemory } from './chunk-memory.js';

export interface CaptureInfo extends CaptureHeader {
  readonly gzip: boolean;
  /** The time of the first packet; absent if there is none. */
  readonly firstTimestamp?: Timestamp;
}

export interface ReadOptions {
  /** Called once, before the first packet is delivered, or at the end of a capture without packets. */
  onHeader?(info: CaptureInfo): void;
  /** Called after each chunk, with bytes of the file as it is stored; the total of a pipe is undefined. */
  onProgress?(bytesRead: number, totalBytes: number | undefined): void;
  /** Bytes to read at a time. For tests. */
  chunkSize?: number;
}

export interface ReadResult {
  packets: number;
  /** Bytes read of the file as it is stored. */
  bytes: number;
  /** Packets with time 0, since the file has no time for them or none between 1970 and 2106. */
  untimed: number;
  problem?: ReadProblem;
}

const CHUNK_BYTES = 1024 * 1024;

export interface ReadTarget {
  readonly sink: PacketSink;
  /** The input's name in messages. */
  readonly name: string;
  readonly gzip: boolean;
  /** The parser can work in the sink's memory (chunk-memory.ts). */
  readonly inPlace?: boolean;
}

/**
 * Reads `source` to its end with the parser that `newParser` makes.
 *
 * @throws UserError for a fault before the first packet: the file can't be read at all
 */
export async function readAll(
  source: ByteSource,
  newParser: (output: ParserOutput) => CaptureParser,
  { sink, name, gzip, inPlace = false }: ReadTarget,
  options: ReadOptions,
): Promise<ReadResult> {
  const { onProgress, chunkSize = CHUNK_BYTES } = options;
  const unit = gzip ? ' of the decompressed data' : '';
  const delivery = newDelivery(sink, () => parser.header(), gzip, options);
  const parser = newParser(delivery.output);
  const memory = inPlace && sink.room !== undefined ? sinkMemory(sink.room, chunkSize) : ownMemory(chunkSize);
  let buffer = memory.first;
  /** Bytes to come that the parser skips. */
  let skip = 0;
  let problem: ReadProblem | undefined;

  while (!sink.stopped()) {
    const next = memory.next(buffer);
    if (next === undefined) break;
    buffer = next;
    const { chunk } = buffer;
    const size = await source.read(chunk.bytes, buffer.end, buffer.limit);
    onProgress?.(source.bytesRead(), source.total);
    if (size === 0) break;
    buffer.end += size;
    const skipped = Math.min(skip, buffer.end - buffer.start);
    skip -= skipped;
    if (skip > 0) {
      buffer.start = buffer.end;
      continue;
    }
    const result = parser.parse(chunk, buffer.start + skipped, buffer.end);
    if (result.fault !== undefined) {
      const offset = chunk.base + result.next;
      if (!parser.header()) throw new UserError(`${name} can't be read: ${result.fault}`);
      problem = { kind: 'corrupt', text: `${result.fault}, at byte ${offset}${unit}`, offset };
      break;
    }
    buffer.start = Math.min(result.next, buffer.end);
    skip = result.next - buffer.start;
  }

  // After a stop, unread data is not a fault of the file.
  if (!sink.stopped()) problem ??= source.problem() ?? truncation(parser, buffer, unit);
  const result = { bytes: source.bytesRead(), ...delivery.end() };
  return problem ? { ...result, problem } : result;
}

function truncation(parser: CaptureParser, buffer: ReadBuffer, unit: string): ReadProblem | undefined {
  const { chunk, start, end } = buffer;
  const incomplete = parser.incomplete(end - start, chunk.base + start);
  if (!incomplete) return undefined;
  const { what, offset } = incomplete;
  return { kind: 'truncated', text: `ends inside ${what}, which starts at byte ${offset}${unit}`, offset };
}

/** The parser's output: counts, and calls onHeader before the first packet. */
function newDelivery(
  sink: PacketSink,
  header: () => CaptureHeader | undefined,
  gzip: boolean,
  options: ReadOptions,
) {
  const { onHeader } = options;
  let packets = 0;
  let untimed = 0;
  let announced = false;

  function announce(first?: DataView): void {
    const current = header();
    if (announced || !current || !onHeader) return;
    announced = true;
    const info = { ...current, gzip };
    if (!first) onHeader(info);
    else
      onHeader({
        ...info,
        firstTimestamp: { seconds: first.getUint32(0, true), nanoseconds: first.getUint32(4, true) },
      });
  }

  const output: ParserOutput = {
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
    output,
    end() {
      announce();
      return { packets, untimed };
    },
  };
}
