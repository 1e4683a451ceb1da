/**
 * Reads one capture file, or standard input, into a PacketSink: pcap or pcapng, plain or gzipped. Packets before a fault
 * or an early end are delivered; the result then has the problem and its offset.
 */
import { UserError } from '../../config/user-error.js';
import type { PacketSink } from '../sink.js';
import { type ByteSource, openSource, peek } from './byte-source.js';
import { detectFormat, MAGIC_BYTES } from './file-format.js';
import { gunzip } from './gunzip.js';
import { PcapParser } from './pcap.js';
import { PcapngParser } from './pcapng.js';
import { type ReadOptions, type ReadResult, type ReadTarget, readAll } from './read-loop.js';

export type { CaptureInfo, ReadOptions, ReadResult } from './read-loop.js';

/** @param path '-': standard input @throws UserError if it can't be opened or is not a capture */
export async function readCapture(
  path: string,
  sink: PacketSink,
  options: ReadOptions = {},
): Promise<ReadResult> {
  const name = path === '-' ? 'standard input' : path;
  let source = await openSource(path, name, () => sink.stopped());
  try {
    let start = await peek(source, MAGIC_BYTES);
    let format = detectFormat(start.head);
    const gzip = format.kind === 'gzip';
    if (gzip) {
      source = gunzip(start.source);
      start = await peek(source, MAGIC_BYTES);
      format = detectFormat(start.head);
    }
    const target = { sink, name, gzip };
    switch (format.kind) {
      case 'pcap': {
        const { variant } = format;
        const inPlace = { ...target, inPlace: true };
        return await readAll(start.source, (output) => new PcapParser(variant, output), inPlace, options);
      }
      case 'pcapng':
        return await readAll(start.source, (output) => new PcapngParser(output), target, options);
      case 'gzip':
        throw new UserError(`${name} is gzipped twice: decompress it first (gzip -d)`);
      default:
        return refuse(source, start.head, target, format.reason);
    }
  } finally {
    await source.close();
  }
}

/** The result for an input that is not a capture, unless it was stopped or is too short to tell. @throws UserError */
function refuse(
  source: ByteSource,
  head: Buffer,
  { sink, name, gzip }: ReadTarget,
  reason: string,
): ReadResult {
  const result = { packets: 0, bytes: source.bytesRead(), untimed: 0 };
  if (sink.stopped()) return result;
  const problem = source.problem();
  // Too short to rule out a capture.
  if (problem?.kind === 'truncated' && head.length < 4) return { ...result, problem };
  if (problem) throw new UserError(`${name} can't be read: ${problem.text}`);
  const content = gzip ? `${name} (decompressed)` : name;
  throw new UserError(head.length === 0 ? `${content} is empty` : `${content} ${reason}`);
}
