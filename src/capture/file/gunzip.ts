/**
 * gzip (RFC 1952), member after member, as a byte source over another. Node's createGunzip is not used for one reason:
 * when bytes that are not gzip follow the last member, or the data is truncated, it reports the error and discards what
 * it has decompressed of that piece. So this module parses the members, and zlib only inflates.
 */
import { crc32 } from 'node:zlib';
import { ByteReader } from './byte-reader.js';
import { type ByteSource, chunkSource, type ReadProblem } from './byte-source.js';
import { Inflater } from './inflater.js';

const MAGIC_1 = 0x1f;
const MAGIC_2 = 0x8b;
const METHOD_DEFLATE = 8;
const HeaderFlag = { crc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;
/** Modification time, extra flags, operating system. */
const UNUSED_HEADER_BYTES = 6;

/** CRC-32 and length of a member's data, which its trailer repeats. */
interface Checksums {
  crc: number;
  size: number;
}

export function gunzip(source: ByteSource): ByteSource {
  const reader = new GzipReader(source);
  const chunks = reader.members();
  return {
    ...chunkSource(chunks, (error) => {
      throw error;
    }),
    bytesRead: source.bytesRead,
    total: source.total,
    problem: () => reader.problem ?? source.problem(),
    async close() {
      await chunks.return(undefined);
      await source.close();
    },
  };
}

class GzipReader {
  /** Why reading ended before the end of the data. */
  problem: ReadProblem | undefined;
  private readonly input: ByteReader;

  constructor(source: ByteSource) {
    this.problem = undefined;
    this.input = new ByteReader(source);
  }

  /** The decompressed data of all members. */
  async *members(): AsyncGenerator<Buffer> {
    for (let first = true; await this.readHeader(first); first = false) {
      const checksums: Checksums = { crc: 0, size: 0 };
      yield* this.inflateMember(checksums);
      if (this.problem || !(await this.checkTrailer(checksums))) return;
    }
  }

  /** Reads a member's header. @returns false if no member follows; `problem` has the reason, if that is a fault */
  private async readHeader(first: boolean): Promise<boolean> {
    const { input } = this;
    // Tapes and some tools pad with zeros, which gzip(1) and zlib's gzread skip.
    let magic = await input.byte();
    while (!first && magic === 0) magic = await input.byte();
    if (magic < 0) return first ? this.truncated() : false;
    if (magic !== MAGIC_1) return this.notGzip(first);
    magic = await input.byte();
    if (magic < 0) return this.truncated();
    if (magic !== MAGIC_2) return this.notGzip(first);
    const method = await input.byte();
    const flags = await input.byte();
    if (flags < 0) return this.truncated();
    if (method !== METHOD_DEFLATE || flags & HeaderFlag.reserved) {
      return this.fail('corrupt', 'the gzip header is invalid');
    }
    return (await this.skipOptionalFields(flags)) || this.truncated();
  }

  private async skipOptionalFields(flags: number): Promise<boolean> {
    const { input } = this;
    if (!(await input.skip(UNUSED_HEADER_BYTES))) return false;
    if (flags & HeaderFlag.extra) {
      const length = await input.number(2);
      if (length < 0 || !(await input.skip(length))) return false;
    }
    if (flags & HeaderFlag.name && !(await input.skipString())) return false;
    if (flags & HeaderFlag.comment && !(await input.skipString())) return false;
    return !(flags & HeaderFlag.crc) || input.skip(2);
  }

  /** The member's data, up to its end or to a problem. */
  private async *inflateMember(checksums: Checksums): AsyncGenerator<Buffer> {
    const inflater = new Inflater();
    try {
      for (let done = false; !done; ) {
        if (!(await this.input.hasMore())) return void this.truncated();
        const slice = this.input.peek(inflater.sliceSize());
        const consumed = await inflater.feed(slice);
        for (const chunk of inflater.takeOutput()) {
          checksums.crc = crc32(chunk, checksums.crc);
          checksums.size = (checksums.size + chunk.length) % 2 ** 32;
          yield chunk;
        }
        if (consumed < 0) {
          return void this.fail('corrupt', `the gzip data is invalid (${inflater.errorMessage()})`);
        }
        this.input.consume(consumed);
        done = consumed < slice.length;
      }
    } finally {
      inflater.close();
    }
  }

  private async checkTrailer({ crc, size }: Checksums): Promise<boolean> {
    const expectedCrc = await this.input.number(4);
    const expectedSize = await this.input.number(4);
    if (expectedSize < 0) return this.truncated();
    if (crc === expectedCrc && size === expectedSize) return true;
    return this.fail('corrupt', 'the gzip checksum does not match,');
  }

  private notGzip(first: boolean): false {
    this.input.unread();
    return this.fail('corrupt', first ? 'no gzip data' : 'bytes that are not gzip follow the gzip data');
  }

  private truncated(): false {
    return this.fail('truncated', 'the gzip data is truncated');
  }

  private fail(kind: ReadProblem['kind'], text: string): false {
    const offset = this.input.offset();
    this.problem = { kind, text: `${text} at byte ${offset}`, offset };
    return false;
  }
}
