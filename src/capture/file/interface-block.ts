/**
 * pcapng's Interface Description Block (draft-ietf-opsawg-pcapng): link type, snapshot length, and the options that
 * define the timestamps of its packets.
 */
import type { Chunk } from './capture-parser.js';
import { DEFAULT_RESOLUTION, type InterfaceClock, newInterfaceClock } from './interface-clock.js';

export interface Interface {
  readonly linkType: number;
  /** 0: no limit. */
  readonly snapLength: number;
  readonly name: string | undefined;
  readonly clock: InterfaceClock;
}

/** Type, length, link type, reserved, snapshot length; options follow. */
const FIXED_BYTES = 16;
const TRAILER_BYTES = 4;

const END_OF_OPTIONS = 0;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;

/** The lengths of the options that define timestamps. */
const OPTION_LENGTHS: ReadonlyMap<number, number> = new Map([
  [IF_TSRESOL, 1],
  [IF_TSOFFSET, 8],
]);

/** Linux allows 15 bytes, Windows a GUID. Longer names are cut, since a file can hold very many. */
const MAX_NAME = 128;

/** Reads the whole block of `total` bytes at `at`. @returns the interface, or why the block is invalid */
export function readInterface(
  { bytes, view }: Chunk,
  at: number,
  total: number,
  littleEndian: boolean,
): Interface | string {
  if (total < FIXED_BYTES + TRAILER_BYTES) return `an interface block has only ${total} bytes`;
  let name: string | undefined;
  let resolution = DEFAULT_RESOLUTION;
  let offset = 0n;
  const end = at + total - TRAILER_BYTES;
  let option = at + FIXED_BYTES;
  while (option < end) {
    const code = view.getUint16(option, littleEndian);
    const length = view.getUint16(option + 2, littleEndian);
    const value = option + 4;
    if (code === END_OF_OPTIONS) break;
    if (value + length > end) return `option ${code} of an interface block is longer than the block`;
    const expected = OPTION_LENGTHS.get(code) ?? length;
    if (length !== expected) return `option ${code} of an interface block has ${length} bytes`;
    if (code === IF_NAME) name = readString(bytes, value, value + Math.min(length, MAX_NAME));
    if (code === IF_TSRESOL) resolution = bytes[value]!;
    if (code === IF_TSOFFSET) offset = view.getBigInt64(value, littleEndian);
    option = value + length + (-length & 3);
  }
  return {
    linkType: view.getUint16(at + 8, littleEndian),
    snapLength: view.getUint32(at + 12, littleEndian),
    name,
    clock: newInterfaceClock(resolution, offset),
  };
}

/** A string option ends at its first NUL byte, if it has one. */
function readString(bytes: Buffer, start: number, end: number): string {
  const value = bytes.subarray(start, end);
  const nul = value.indexOf(0);
  return value.toString('utf8', 0, nul < 0 ? value.length : nul);
}
