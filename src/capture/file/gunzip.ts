/**
 * gzip (RFC 1952), one member after the other, as a source over a source. Node's own createGunzip would do
 * but for one thing: when bytes that are not gzip follow the last member, or the data is cut, it reports
 * the error and throws away what it had decompressed of that piece. So the members are told apart here, and
 * zlib only inflates.
 */
import { crc32 } from 'node:zlib';
import { chunkSource, type Problem, type Source } from './byte-source.js';
import { startInflater } from './inflater.js';

const INPUT = 256 * 1024;
const DEFLATE = 8;
const Flag = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;

/** The compressed bytes, read ahead. */
interface Input {
  bytes: Buffer;
  at: number;
  end: number;
  /** Where in the file bytes[0] lies. */
  base: number;
}

export function gunzip(source: Source): Source {
  const input: Input = { bytes: Buffer.allocUnsafe(INPUT), at: 0, end: 0, base: 0 };
  let problem: Problem | undefined;

  const offset = () => input.base + input.at;
  function fail(kind: Problem['kind'], text: string): false {
    problem = { kind, text: `${text} at byte ${offset()}`, offset: offset() };
    return false;
  }
  const cut = () => fail('truncated', 'the gzip data ends too early,');

  /** True if there is at least one byte to be had. */
  async function more(): Promise<boolean> {
    if (input.at < input.end) return true;
    input.base += input.end;
    input.at = 0;
    input.end = 0;
    input.end = await source.read(input.bytes, 0, INPUT);
    return input.end > 0;
  }
  /** The next byte, -1 at the end. */
  async function byte(): Promise<number> {
    return (await more()) ? input.bytes[input.at++]! : -1;
  }
  async function word(size: number): Promise<number> {
    let value = 0;
    for (let index = 0; index < size; index++) {
      const next = await byte();
      if (next < 0) return -1;
      value += next * 256 ** index;
    }
    return value;
  }
  async function skip(size: number): Promise<boolean> {
    for (let left = size; left > 0; ) {
      if (!(await more())) return false;
      const step = Math.min(left, input.end - input.at);
      input.at += step;
      left -= step;
    }
    return true;
  }
  async function skipString(): Promise<boolean> {
    let next = 1;
    while (next > 0) next = await byte();
    return next === 0;
  }

  /** A member's header, up to its compressed data. False: no member, for the reason in `problem` if any. */
  async function header(first: boolean): Promise<boolean> {
    // Tapes and some tools pad with zeros; gzip(1) and zlib's gzread pass over them.
    let magic = await byte();
    while (!first && magic === 0) magic = await byte();
    if (magic < 0) return first ? cut() : false;
    if (magic !== 0x1f) return strange(first);
    magic = await byte();
    if (magic < 0) return cut();
    if (magic !== 0x8b) return strange(first);
    const method = await byte();
    const flags = await byte();
    if (flags < 0) return cut();
    if (method !== DEFLATE || flags & Flag.reserved) return fail('corrupt', 'the gzip header makes no sense');
    if (!(await skip(6))) return cut();
    if (flags & Flag.extra) {
      const length = await word(2);
      if (length < 0 || !(await skip(length))) return cut();
    }
    if (flags & Flag.name && !(await skipString())) return cut();
    if (flags & Flag.comment && !(await skipString())) return cut();
    if (flags & Flag.headerCrc && !(await skip(2))) return cut();
    return true;
  }
  function strange(first: boolean): false {
    input.at--;
    return fail('corrupt', first ? 'no gzip data' : 'bytes that are not gzip follow the gzip data');
  }

  /** The member's bytes. Ends at the member's end, or with `problem`. */
  async function* inflate(sums: { crc: number; size: number }): AsyncGenerator<Buffer> {
    const inflater = startInflater();
    try {
      for (let done = false; !done; ) {
        if (!(await more())) return void cut();
        const slice = input.bytes.subarray(input.at, Math.min(input.end, input.at + inflater.appetite()));
        const used = await inflater.feed(slice);
        for (const piece of inflater.take()) {
          sums.crc = crc32(piece, sums.crc);
          sums.size = (sums.size + piece.length) % 2 ** 32;
          yield piece;
        }
        if (used < 0) return void fail('corrupt', `the gzip data makes no sense (${inflater.error()})`);
        input.at += used;
        done = used < slice.length;
      }
    } finally {
      inflater.close();
    }
  }

  async function trailer(sums: { crc: number; size: number }): Promise<boolean> {
    const crc = await word(4);
    const size = await word(4);
    if (size < 0) return cut();
    if (crc !== sums.crc || size !== sums.size) return fail('corrupt', 'the gzip checksum does not match,');
    return true;
  }

  async function* members(): AsyncGenerator<Buffer> {
    for (let first = true; await header(first); first = false) {
      const sums = { crc: 0, size: 0 };
      yield* inflate(sums);
      if (problem || !(await trailer(sums))) return;
    }
  }

  const chunks = members();
  return {
    ...chunkSource(chunks, (error) => {
      throw error;
    }),
    taken: source.taken,
    total: source.total,
    problem: () => problem ?? source.problem(),
    async close() {
      await chunks.return(undefined);
      await source.close();
    },
  };
}
