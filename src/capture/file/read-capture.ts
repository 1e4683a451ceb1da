/**
 * Reads one capture file, or standard input, into a PacketSink: pcap or pcapng, gzipped or not. What is
 * whole before a fault or an early end is delivered; the result then says what was wrong and where.
 */
import { UserError } from '../../config/user-error.js';
import type { PacketSink } from '../sink.js';
import { openSource, peek, type Source } from './byte-source.js';
import { detect, HEAD } from './file-format.js';
import { gunzip } from './gunzip.js';
import { pcapParser } from './pcap.js';
import { pcapngParser } from './pcapng.js';
import { drive, type ReadOptions, type ReadResult, type Target } from './read-loop.js';

export type { CaptureInfo, ReadOptions, ReadResult } from './read-loop.js';

/** Throws a UserError if `path` ('-': standard input) can't be opened or is no capture. */
export async function readCapture(
  path: string,
  sink: PacketSink,
  options: ReadOptions = {},
): Promise<ReadResult> {
  const name = path === '-' ? 'standard input' : path;
  let source = await openSource(path, name, () => sink.stopped());
  try {
    let start = await peek(source, HEAD);
    let found = detect(start.head);
    const gzip = found.kind === 'gzip';
    if (gzip) {
      source = gunzip(start.source);
      start = await peek(source, HEAD);
      found = detect(start.head);
    }
    const target = { sink, name, gzip };
    switch (found.kind) {
      case 'pcap': {
        const { variant } = found;
        const inPlace = { ...target, inPlace: true };
        return await drive(start.source, (outlet) => pcapParser(variant, outlet), inPlace, options);
      }
      case 'pcapng':
        return await drive(start.source, pcapngParser, target, options);
      case 'gzip':
        throw new UserError(`${name} is gzipped twice: decompress it first (gzip -d)`);
      default:
        return nothing(source, start.head, target, found.why);
    }
  } finally {
    await source.close();
  }
}

/** No capture was found: because of a stop, because so little is there, or because it is none. */
function nothing(source: Source, head: Buffer, { sink, name, gzip }: Target, why: string): ReadResult {
  const result = { packets: 0, bytes: source.taken(), untimed: 0 };
  if (sink.stopped()) return result;
  const problem = source.problem();
  // Cut so early that nothing speaks against its being a capture.
  if (problem?.kind === 'truncated' && head.length < 4) return { ...result, problem };
  if (problem) throw new UserError(`${name} can't be read: ${problem.text}`);
  const content = gzip ? `${name} (decompressed)` : name;
  throw new UserError(head.length === 0 ? `${content} is empty` : `${content} ${why}`);
}
